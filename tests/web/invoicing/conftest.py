"""The portal over the demo city with invoices that came in by the pipeline, and helpers for their pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Account, Buyer, Document, Line, Seller, write
from portal.db.context import Context
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from tests.web.core.conftest import Browser, Site, make_site, site

__all__ = [
    "HTMX",
    "fields",
    "invoice_of",
    "make_site",
    "manual",
    "ordered",
    "post",
    "site",
    "status_of",
    "user",
]
HTMX = {"hx-request": "true"}
GSF, AOF = ("Grundskoleförvaltningen", "7350099900013"), ("Äldreomsorgsförvaltningen", "7350099900020")
SKOL = Seller("Skolgrossisten AB", "5599001020", "SE559900102001")
VARD = Seller("Vårdboendet AB", "5599001095", "SE559900109501")
CYKEL = Seller("Cykelverkstaden HB", "9699001088", "SE969900108801")
GIRO = {SKOL.name: "5050208", VARD.name: "5050901", CYKEL.name: "5050802"}


def today_of(site: Site) -> date:
    """The demo's Stockholm day."""
    return stockholm_date(site.clock.now())


async def ordered(site: Site, order: str, number: str, **changes: Any) -> UUID:
    """The invoice for a whole order, changed and taken in; its id. `lines`: function of the lines."""
    document = await invoice_for(site.installation.database, order, number, today_of(site))
    if change := changes.pop("lines", None):
        document = replace(document, lines=change(document.lines))
    return await invoice_of(site, replace(document, **changes))


async def manual(
    site: Site,
    number: str,
    reference: str = "GSF100",
    *,
    seller: Seller = SKOL,
    org: Any = GSF,
    **changes: Any,
) -> UUID:
    """An invoice without an order, taken in; its id. One line of 100,00 kr."""
    buyer = Buyer(org[0], ("0088", org[1]), org[1])
    day = today_of(site)
    document = Document(
        number, seller, buyer, day, (Line(Decimal(1), "EA", Decimal(100), "Låscylinder"),),
        due_date=date.fromordinal(day.toordinal() + 30), accounts=(Account(GIRO[seller.name]),), reference=reference,
    )  # fmt: skip
    return await invoice_of(site, replace(document, **changes))


async def invoice_of(site: Site, document: Document) -> UUID:
    """Take a document in and bring it to rest; the invoice's id."""
    parts = IntakeParts(site.installation.database, site.installation.store, ())
    now = site.clock.now()
    received = await receive(parts, write(document), channel="command", now=now)
    errors = await process_deliveries(parts, [received.delivery_id], now)
    assert not errors, errors
    sql = "SELECT invoice_id FROM delivery WHERE id = :id"
    return (await rows(site, sql, id=received.delivery_id))[0].invoice_id


async def rows(site: Site, sql: str, **params: Any) -> list[Any]:
    """Rows as the concern's system sees them."""
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        return list((await session.execute(text(sql), params)).all())


async def status_of(site: Site, invoice_id: UUID) -> str:
    """Where the invoice stands."""
    return (await rows(site, "SELECT status FROM invoice WHERE id = :id", id=invoice_id))[0].status


async def user(site: Site, login: str) -> Browser:
    """A browser signed in as the demo city's user."""
    browser = site.browser()
    assert (await browser.sign_in(login)).status_code == 303
    return browser


async def post(
    browser: Browser, path: str, form: dict[str, Any] | None = None, *, htmx: bool = False
) -> httpx.Response:
    """POST a form with the person's own token."""
    token = await browser.token("/account")
    return await browser.post(path, form, csrf=token, headers=HTMX if htmx else {})


def fields(html: str, form_id: str = "work") -> dict[str, str]:
    """What a browser would send of a form, without a button."""
    form = re.split(rf'<form [^>]*id="{form_id}"', html)[1].partition("</form>")[0]
    given: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes and (
            attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        ):
            given[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        given[name] = chosen.group(1) if chosen else re.findall(r'<option value="([^"]*)"', options)[0]
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        given[name] = value
    return {name: value for name, value in given.items() if not name.startswith("_")}


@pytest.fixture
def now(seeded_at: datetime) -> datetime:
    """The moment the city was seeded."""
    return seeded_at
