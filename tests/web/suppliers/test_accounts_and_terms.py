"""The pages of a supplier's accounts and of what is agreed of it: two persons' forms, and what each is told."""

from __future__ import annotations

import re
from typing import Any

from dev.demo_city.ids import demo_id

KONTOR = demo_id("supplier", "Kontorsbolaget AB")
ACCOUNTS, TERMS = f"/suppliers/{KONTOR}/accounts", f"/suppliers/{KONTOR}/terms"
CALL = {
    "called_number": "010-555 02 00",
    "called_since": "2025-03-01",
    "called_note": "Talade med ekonomichefen.",
}


def state(html: str, kind: str, key: str) -> str:
    """The status in the panel of an account or term."""
    panel = html.split(f'id="{kind}-{key}"', 1)[1]
    return re.findall(r'data-status="(\w+)"', panel)[0]


async def test_the_suppliers_own_proposal_step_by_step(site: Any, rows: Any, signed_in: Any) -> None:
    supplier = await signed_in(site, "leverantor@kontorsbolaget.test")
    form = {"kind": "BANKGIRO", "number": "505-1206"}
    assert (await supplier.post("/supplier/company/accounts", form)).status_code == 303
    taken = await supplier.post("/supplier/company/accounts", {"kind": "BANKGIRO", "number": "505-0208"})
    assert taken.status_code == 422 and 'id="number-error"' in taken.text
    (account,) = await rows(site, "SELECT id FROM supplier_account WHERE number = '5051206'")
    first, second = await signed_in(site, "levgruppen@stad"), await signed_in(site, "levgruppen2@stad")
    assert "/suppliers?status=waiting" in (await first.get("/")).text
    assert "Kontorsbolaget AB" in (await first.get("/suppliers?status=waiting")).text
    page = (await first.get(ACCOUNTS)).text
    assert state(page, "account", account.id) == "proposed" and "010-555 02 00" in page
    step = f"{ACCOUNTS}/{account.id}"
    wrong = await first.post(f"{step}/call", CALL | {"called_since": ""})
    assert wrong.status_code == 422 and f'id="call_back-{account.id}-called_since-error"' in wrong.text
    assert "Talade med ekonomichefen." in wrong.text, "what was right is not asked for again"
    assert (await first.post(f"{step}/call", CALL)).status_code == 303
    own = (await first.get(ACCOUNTS)).text
    assert state(own, "account", account.id) == "called_back" and "ringt upp" in own
    assert (await first.post(f"{step}/approval")).status_code == 403
    assert (await second.post(f"{step}/approval")).status_code == 303
    assert state((await second.get(ACCOUNTS)).text, "account", account.id) == "approved"
    assert (await second.post(f"{step}/approval")).status_code == 409
    empty = await first.post(f"{step}/rejection", {"reason": " "})
    assert empty.status_code == 422 and f'id="reject-{account.id}-reason-error"' in empty.text
    assert (await first.post(f"{step}/rejection", {"reason": "Fel nummer."})).status_code == 303
    assert "Avvisat" in (await supplier.get("/supplier/company")).text


async def test_who_reads_and_who_acts(shared_site: Any, signed_in: Any) -> None:
    reader = await signed_in(shared_site, "leverantorsadmin@stad")
    for path in (ACCOUNTS, TERMS):
        page = await reader.get(path)
        assert page.status_code == 200 and 'id="propose"' not in page.text
        assert (await reader.post(path, {"kind": "BANKGIRO"})).status_code == 403
    assert (await (await signed_in(shared_site, "bestallare@gsf")).get(ACCOUNTS)).status_code == 403


async def test_a_term_is_proposed_approved_by_another_and_ended(site: Any, rows: Any, signed_in: Any) -> None:
    first, second = await signed_in(site, "levgruppen@stad"), await signed_in(site, "levgruppen2@stad")
    wrong = await first.post(TERMS, {"kind": "charge", "words": "frakt", "amount": "mycket", "why": ""})
    assert wrong.status_code == 422
    assert 'id="charge-amount-error"' in wrong.text and 'id="charge-why-error"' in wrong.text
    form = {"kind": "charge", "words": "frakt", "amount": "250", "why": "Avtalet, punkt 7."}
    assert (await first.post(TERMS, form)).status_code == 303
    (term,) = await rows(site, "SELECT id FROM relation_term")
    assert (await first.post(f"{TERMS}/{term.id}/approval")).status_code == 403
    assert (await second.post(f"{TERMS}/{term.id}/approval")).status_code == 303
    page = (await second.get(TERMS)).text.replace("\u00a0", " ")
    assert state(page, "term", term.id) == "active"
    assert "”frakt” får kosta högst 250,00 kr per faktura, utan moms." in page
    assert (await first.post(f"{TERMS}/{term.id}/ending", {"reason": "Avtalet är slut."})).status_code == 303
    english = (await first.get(f"/en{TERMS}")).text
    assert state(english, "term", term.id) == "ended" and "Avtalet är slut." in english
    days = {"kind": "payment_days", "days": "20", "why": "Avtalet."}
    assert (await first.post(TERMS, days)).status_code == 303
    (term,) = await rows(site, "SELECT id FROM relation_term WHERE status = 'proposed'")
    assert (await second.post(f"{TERMS}/{term.id}/approval")).status_code == 303
    assert "20 dagar" in (await first.get(f"/suppliers/{KONTOR}")).text


async def test_an_account_added_while_the_supplier_was_being_approved_is_seen_first(
    site: Any, rows: Any, signed_in: Any
) -> None:
    cykel = demo_id("supplier", "Cykelverkstaden HB")
    await site.change("UPDATE supplier_relation SET status = 'pending' WHERE supplier_id = :id", id=cykel)
    admin = await signed_in(site, "leverantorsadmin@stad")
    page = (await admin.get(f"/suppliers/{cykel}")).text
    seen = re.findall(r'name="accounts" value="([^"]*)"', page)[0]
    await site.change(
        "INSERT INTO supplier_account (concern_id, id, supplier_id, kind, number, status, valid_from)"
        " SELECT concern_id, gen_random_uuid(), supplier_id, kind, '5051206', 'proposed', valid_from"
        " FROM supplier_account WHERE supplier_id = :id", id=cykel,
    )  # fmt: skip
    assert (await admin.post(f"/suppliers/{cykel}/approval", {"accounts": seen})).status_code == 409
    page = (await admin.get(f"/suppliers/{cykel}")).text
    seen = re.findall(r'name="accounts" value="([^"]*)"', page)[0]
    assert (await admin.post(f"/suppliers/{cykel}/approval", {"accounts": seen})).status_code == 303
    found = await rows(site, "SELECT status FROM supplier_account WHERE supplier_id = :id", id=cykel)
    assert [row.status for row in found] == ["active", "active"]
