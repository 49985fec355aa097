"""A file that is refused: its sender reads why in the language of the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dev.demo_city.ids import demo_id
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Buyer, write
from portal.formats.rulesets import packaged_rules
from portal.invoicing.actions.intake import IntakeParts, receive
from tests.web.core.conftest import Browser, Site, shared_site
from tests.web.invoicing.conftest import today_of, user
from tests.web.invoicing.english import swedish_left

__all__ = ["shared_site"]
SUPPLIER, LOGIN = demo_id("supplier", "Kontorsbolaget AB"), "leverantor@kontorsbolaget.test"
ORDER = b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
SENT: dict[str, Any] = {
    "EMPTY": lambda _: b"",
    "ZIP": lambda _: b"PK\x03\x04",
    "NOT_XML": lambda _: b"<Invoice>",
    "DOCTYPE": lambda _: b"<!DOCTYPE x><x/>",
    "ENCODING": lambda _: b'<?xml version="1.0" encoding="UTF-8"?><x>\xe5</x>',
    "ROOT_UNKNOWN": lambda _: b"<x/>",
    "NOT_INVOICE": lambda _: ORDER,
    "XSD": lambda document: write(document).replace(b"<cbc:IssueDate>", b"<cbc:IssueDate>x"),
    "RECIPIENT_UNKNOWN": lambda document: write(
        replace(document, buyer=Buyer("X", ("0088", "7350099999999")))
    ),
}


async def told(site: Site, browser: Browser, path: str, code: str) -> str:
    """The page of what came of a file that was refused with the code."""
    document = await invoice_for(site.installation.database, "EX-100001", "R-1", today_of(site))
    parts = IntakeParts(site.installation.database, site.installation.store, packaged_rules())
    received = await receive(
        parts, SENT[code](document), channel="upload", filename=f"{code}.xml", supplier_id=SUPPLIER,
        user_id=demo_id("user", LOGIN), now=site.clock.now(),
    )  # fmt: skip
    assert [one.code for one in received.findings] == [code]
    return (await browser.get(f"{path}/supplier/files?id={received.delivery_id}")).text


@pytest.mark.parametrize("path", ["", "/en"])
async def test_why_it_is_refused(shared_site: Site, path: str) -> None:
    browser = await user(shared_site, LOGIN)
    for code in SENT:
        page = await told(shared_site, browser, path, code)
        assert f"{code}.xml" in page
        if path:
            assert swedish_left(page, ("Kontorsbolaget AB",)) == [], code
        else:
            assert "och skicka" in page or "Skicka" in page
