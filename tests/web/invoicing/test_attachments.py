"""X03: what the seller attached: listed for whoever sees the invoice, opened safely, and 404 for everybody else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from dev.invoices.writer import Account, Buyer, Document, Line, Seller, write
from portal.formats.en16931 import Attachment
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import AOF, GIRO, GSF, SKOL, VARD, rows, today_of, user

LIST = "/invoicing/invoices"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
HOSTILE = b"<html><script>alert(document.cookie)</script>"
FILES = (
    Attachment("A1", "Tidrapport november", "tid rapport å.pdf", "application/pdf"),
    Attachment("A2", None, "bild.png", "image/png"),
    Attachment("A3", None, 'x"\r\nset-cookie: a=b.html', "application/pdf"),
    Attachment("A4", "Ritning", uri="https://filer.example.test/ritning?id=4"),
)
BYTES = {"A1": PDF, "A2": PNG, "A3": HOSTILE}


async def with_files(
    site: Site, number: str, reference: str = "GSF100", seller: Seller = SKOL, org: Any = GSF
) -> UUID:
    """An invoice with attachments, taken in and come to rest."""
    buyer, today = Buyer(org[0], ("0088", org[1]), org[1]), today_of(site)
    plain = Document(
        number, seller, buyer, today, (Line(Decimal(1), "EA", Decimal(100), "Låscylinder"),), due_date=today,
        accounts=(Account(GIRO[seller.name]),), reference=reference,
    )  # fmt: skip
    data = write_invoice(replace(read_invoice(write(plain)), attachments=FILES), embedded=BYTES)
    parts, now = IntakeParts(site.installation.database, site.installation.store, ()), site.clock.now()
    received = await receive(parts, data, channel="command", now=now)
    assert not await process_deliveries(parts, [received.delivery_id], now)
    (row,) = await rows(site, "SELECT invoice_id FROM delivery WHERE id = :id", id=received.delivery_id)
    assert row.invoice_id, "refused"
    return UUID(str(row.invoice_id))


async def test_attachments_are_listed_and_shown_beside(site: Site) -> None:
    invoice = await with_files(site, "B-1")
    browser = await user(site, "granskare@gsf")
    page = (await browser.get(f"{LIST}/{invoice}")).text
    assert "Bilagor (4)" in page and "tid rapport å.pdf" in page and "Tidrapport november" in page
    assert "filer.example.test" in page and 'href="https://filer' not in page
    assert "men det är något annat" in page
    beside = (await browser.get(f"{LIST}/{invoice}?document=attachment-1")).text
    assert f'<iframe class="attachment-shown" src="{LIST}/{invoice}/attachments/1/shown"' in beside
    assert (
        f'<img class="attachment-shown" src="{LIST}/{invoice}/attachments/2/shown"'
        in (await browser.get(f"{LIST}/{invoice}?document=attachment-2")).text
    )
    for name in ("attachment-3", "attachment-4", "attachment-99", "attachment-x"):
        assert "attachment-shown" not in (await browser.get(f"{LIST}/{invoice}?document={name}")).text, name


async def test_only_pictures_and_pdf_are_shown_and_nothing_is_run(site: Site) -> None:
    base = f"{LIST}/{await with_files(site, 'B-2')}/attachments"
    browser = await user(site, "granskare@gsf")
    for position, media_type, data in ((1, "application/pdf", PDF), (2, "image/png", PNG)):
        shown = await browser.get(f"{base}/{position}/shown")
        assert (shown.status_code, shown.content) == (200, data)
        assert shown.headers["content-type"] == media_type
        assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
        assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert (await browser.get(f"{base}/3/shown")).status_code == 404
    saved = await browser.get(f"{base}/3")
    assert (saved.content, saved.headers["content-type"]) == (HOSTILE, "application/octet-stream")
    assert (
        saved.headers["content-disposition"].startswith('attachment; filename="')
        and "set-cookie" not in saved.headers
    )
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["content-security-policy"].startswith("sandbox")
    for missing in ("0", "4", "5", "-1", "99999999999999999999"):
        for rest in ("", "/shown"):
            assert (await browser.get(f"{base}/{missing}{rest}")).status_code == 404, missing


@pytest.mark.parametrize("login", ["bestallare2@gsf", "bestallare@aof"])
async def test_who_does_not_see_the_invoice_does_not_see_its_attachments(site: Site, login: str) -> None:
    invoice = await with_files(site, "B-3")
    for browser, path in (
        (await user(site, login), f"{LIST}/{invoice}/attachments/1"),
        (await user(site, login), f"{LIST}/{invoice}/attachments/1/shown"),
        (await user(site, "leverantor@farskvaror.test"), f"/supplier/invoices/{invoice}/attachments/1"),
        (await user(site, "leverantor@farskvaror.test"), f"/supplier/invoices/{invoice}/attachments/1/shown"),
    ):
        assert (await browser.get(path)).status_code == 404, path
    assert (
        await (await user(site, "leverantorsadmin@stad")).get(f"{LIST}/{invoice}/attachments/1")
    ).status_code == 403


async def test_secrecy_holds_for_attachments(site: Site) -> None:
    path = f"{LIST}/{await with_files(site, 'B-4', 'AOF900', VARD, AOF)}/attachments/1"
    for login, status in (
        ("sekretess@aof", 200),
        ("admin@aof", 200),
        ("bestallare@aof", 404),
        ("revisor@stad", 404),
    ):
        assert (await (await user(site, login)).get(path)).status_code == status, login


async def test_a_supplier_sees_what_it_sent(site: Site) -> None:
    invoice = await with_files(site, "B-5")
    (row,) = await rows(
        site,
        "SELECT u.login FROM invoice i JOIN app_user u ON u.supplier_id = i.supplier_id WHERE i.id = :id",
        id=invoice,
    )
    browser = await user(site, row.login)
    page = (await browser.get(f"/supplier/invoices/{invoice}")).text
    assert "1 st × 100,00 = 100,00" in page.replace("\u00a0", " ") and "Bilagor (4)" in page
    assert "Original (XML)" not in page
    assert (await browser.get(f"/supplier/invoices/{invoice}/attachments/1")).content == PDF
    assert (await browser.get(f"/supplier/invoices/{invoice}/attachments/2/shown")).content == PNG
