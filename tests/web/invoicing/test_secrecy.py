"""Sekretess set and cleared by a person with B45 (A2.13, P09), and what A43 and B10 are told waits (P10, P05)."""

from __future__ import annotations

from dev.invoices.writer import Buyer
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import manual, post, rows, status_of, user


def of(invoice: object, rest: str = "") -> str:
    """The address of the invoice's page."""
    return f"/invoicing/invoices/{invoice}{rest}"


async def test_secrecy_is_set_and_cleared_with_why_and_hides_it_from_others(site: Site) -> None:
    invoice = await manual(site, "SEC-1")
    owner, seer = await user(site, "granskare@gsf"), await user(site, "levgruppen@stad")
    assert "/secrecy" in (await seer.get(of(invoice))).text
    assert "/secrecy" not in (await owner.get(of(invoice))).text
    assert (await post(owner, of(invoice, "/secrecy"), {"on": "1", "note": "Ja."})).status_code == 403
    assert (await post(seer, of(invoice, "/secrecy"), {"on": "1", "note": " "})).status_code == 422
    assert (
        await post(seer, of(invoice, "/secrecy"), {"on": "1", "note": "Skyddad adress."})
    ).status_code == 303
    assert (await owner.get(of(invoice))).status_code == 404
    assert f"/invoices/{invoice}" not in (await owner.get("/invoicing/invoices?number=SEC-1")).text
    row = (await rows(site, "SELECT secret, handler_role FROM invoice WHERE id = :id", id=invoice))[0]
    assert row.secret and row.handler_role in ("levgruppen", "local_admin"), "somebody who may see it has it"
    assert (await seer.get(of(invoice))).status_code == 200 and await status_of(site, invoice) == "review"
    assert (await post(seer, of(invoice, "/secrecy"), {"on": "0", "note": "Fel faktura."})).status_code == 303
    assert (await owner.get(of(invoice))).status_code == 200
    sql = "SELECT tag, why FROM audit_event WHERE subject_id = :id AND tag LIKE 'invoice:secrecy:%' ORDER BY at, id"
    assert [tuple(one) for one in await rows(site, sql, id=invoice)] == [
        ("invoice:secrecy:set", "Skyddad adress."),
        ("invoice:secrecy:clear", "Fel faktura."),
    ]


async def test_a43_is_told_of_invoices_to_move(site: Site) -> None:
    central = await user(site, "central@stad")
    assert "status=invoice_information" in (await central.get("/")).text
    nowhere = Buyer("Staden", ("0007", "2120990011"), None)
    invoice = await manual(site, "MOVE-1", "okänd", buyer=nowhere)
    assert await status_of(site, invoice) == "invoice_information"
    start = (await central.get("/")).text
    assert f"/invoicing/invoices/{invoice}" in start and "Inget väntar på dig just nu" not in start
    assert "MOVE-1" in (await central.get("/invoicing/invoices?tab=all&status=invoice_information")).text


async def test_b10_meets_what_waits_for_all(site: Site) -> None:
    receiver = await user(site, "mottagare@gsf")
    start = (await receiver.get("/")).text
    assert "/orders/receipts?show=all" in start and "Inget väntar på dig just nu" not in start
    assert "EX-100002" in (await receiver.get("/orders/receipts")).text
    assert "EX-100002" not in (await receiver.get("/orders/receipts?show=own")).text
