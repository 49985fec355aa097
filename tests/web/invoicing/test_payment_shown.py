"""How an invoice is paid, as each reader sees it: supplier, levgruppen, reviewer, attestant, in lists and on pages."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal as D
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.invoicing.actions.again import rerun
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import fields, manual, ordered, post, rows, status_of, today_of, user
from tests.web.invoicing.english import swedish_left
from tests.web.invoicing.test_reviews import accepted

SUPPLIER = "leverantor@kontorsbolaget.test"
SCHOOL = "leverantor@skolgrossisten.test"
KB, SKOL = demo_id("supplier", "Kontorsbolaget AB"), demo_id("supplier", "Skolgrossisten AB")
CLOSE = "UPDATE supplier_account SET status = 'closed' WHERE supplier_id = :id"


def words(html: str) -> str:
    """What a person reads of a page, with plain blanks and dashes."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    plain = unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").replace("\u2011", "-")
    return " ".join(plain.split())


async def told(site: Site, login: str, path: str) -> str:
    answer = await (await user(site, login)).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer.text)


async def test_prepaid_in_full_is_confirmed_and_said_on_every_page(site: Site) -> None:
    """CI05: nothing to pay, and no day of payment anywhere."""
    invoice = await ordered(
        site, "EX-100001", "P-1", prepaid=D("936.25"), due_date=today_of(site) + timedelta(10)
    )
    page = f"/invoicing/invoices/{invoice}"
    levgruppen = await user(site, "levgruppen@stad")
    shown = (await levgruppen.get(page)).text
    assert "hela fakturan redan är betald" in shown and "Fakturan betalas inte av oss" in shown
    form = fields(shown) | {"solution": "paid_otherwise"}
    empty = await post(levgruppen, f"{page}/correction", form)
    assert empty.status_code == 422 and "Skriv hur fakturan är betald" in empty.text
    answer = await post(
        levgruppen, f"{page}/correction", form | {"note_otherwise": "Betald med kort av rektorn."}
    )
    assert answer.status_code == 303, answer.text
    await confirmed_by_another(site, invoice)
    assert await status_of(site, invoice) == "done"
    text = await told(site, "bestallare@gsf", page)
    assert "Hela fakturan är redan betald. Inget betalas av oss." in text
    assert (
        "Ingen behövde göra något" not in text
        and "Den betalas" not in text
        and "betalas tidigast" not in text
    )
    assert "klar för betalning" not in text and "Betalkontot hör till" not in text
    assert "Betald med kort av rektorn." in text
    assert "Betalas inte av oss" in await told(
        site, "levgruppen@stad", "/invoicing/invoices?tab=all&status=done"
    )
    for path in (f"/supplier/invoices/{invoice}", "/supplier/invoices", "/"):
        text = await told(site, SUPPLIER, path)
        assert "Inget att betala: hela fakturan är redan betald." in text, path
        assert not re.search(r"Betalas \d", text), path


async def confirmed_by_another(site: Site, invoice: UUID) -> None:
    """The first reads why the way is closed; the second finds the note and confirms."""
    page = f"/invoicing/invoices/{invoice}"
    own = (await (await user(site, "levgruppen@stad")).get(page)).text
    assert 'value="otherwise_second"' not in own
    assert "Nu bekräftar en annan person i levgruppen." in own
    assert await status_of(site, invoice) == "payment_information"
    second = await user(site, "levgruppen2@stad")
    shown = (await second.get(page)).text
    assert "antecknade hur fakturan är betald" in shown
    form = fields(shown) | {"solution": "otherwise_second"}
    assert (await post(second, f"{page}/correction", form)).status_code == 303


async def test_a_card_payment_is_attested_in_the_knowledge_that_we_do_not_pay_it(site: Site) -> None:
    invoice = await manual(site, "P-2", means="48", accounts=())
    page = f"/invoicing/invoices/{invoice}"
    levgruppen = await user(site, "levgruppen@stad")
    form = fields((await levgruppen.get(page)).text) | {
        "solution": "paid_otherwise",
        "note_otherwise": "Kort.",
    }
    assert (await post(levgruppen, f"{page}/correction", form)).status_code == 303
    await confirmed_by_another(site, invoice)
    paid = "Fakturan är betald på annat sätt. Den betalas inte av oss."
    assert paid in await told(site, "granskare@gsf", page)
    assert (await accepted(site, invoice)).status_code == 303
    for path in (page, "/attest"):
        assert paid in await told(site, "attestant@gsf", path), path
    assert "Den är betald på annat sätt" in (
        await told(site, SCHOOL, f"/supplier/invoices/{invoice}")
    ).replace("den är", "Den är")


async def test_account_payee_and_terms_are_shown_to_all_who_decide(site: Site) -> None:
    """Ten days' terms against thirty agreed, and the account that was chosen."""
    due = today_of(site) + timedelta(10)
    payee = ("Skolgrossisten, kundreskontran", "5599001020")
    invoice = await manual(site, "P-3", due_date=due, payee=payee)
    page = f"/invoicing/invoices/{invoice}"
    wanted = ("bankgiro 505-0208", "Skolgrossisten, kundreskontran", "10 dagars villkor, avtalat är 30")
    shown = await told(site, "granskare@gsf", page)
    assert (await accepted(site, invoice)).status_code == 303
    for text in (shown, await told(site, "attestant@gsf", page), await told(site, "attestant@gsf", "/attest"),
                 await told(site, SCHOOL, f"/supplier/invoices/{invoice}")):  # fmt: skip
        assert all(one in text for one in wanted), text


async def test_the_suppliers_page_shows_the_account_chosen_not_todays(site: Site) -> None:
    """A new account is told of; a closed one is not promised to be paid."""
    invoice = await ordered(site, "EX-100001", "P-4")
    page, theirs = f"/invoicing/invoices/{invoice}", f"/supplier/invoices/{invoice}"
    await site.change(
        "INSERT INTO supplier_account (concern_id, id, supplier_id, kind, number, status, valid_from)"
        " VALUES (:concern, gen_random_uuid(), :id, 'BANKGIRO', '1000009', 'active', :day)",
        concern=CONCERN_ID, id=KB, day=today_of(site),
    )  # fmt: skip
    await site.change("UPDATE invoice SET arrival_date = arrival_date - 1 WHERE id = :id", id=invoice)
    assert "nytt konto sedan fakturan kom in: bankgiro 100-0009" in await told(site, "bestallare@gsf", page)
    assert "till bankgiro 505-0109" in await told(site, SUPPLIER, theirs)
    await site.change(CLOSE + " AND number = '5050109'", id=KB)
    assert "Kontot bankgiro 505-0109 är inte längre registrerat" in await told(site, "bestallare@gsf", page)
    text = await told(site, SUPPLIER, theirs)
    assert "Kontot bankgiro 505-0109 är inte registrerat hos kunden i dag" in text
    assert "100-0009" not in text


async def test_a_closed_account_stops_the_attest_and_says_so(site: Site) -> None:
    invoice = await manual(site, "P-5")
    assert (await accepted(site, invoice)).status_code == 303
    await site.change("UPDATE supplier_account SET valid_to = valid_from WHERE supplier_id = :id", id=SKOL)
    page = f"/invoicing/invoices/{invoice}"
    attestant = await user(site, "attestant@gsf")
    shown = await attestant.get(page)
    assert "Fakturan stannar innan den blir klar." in words(shown.text)
    assert (await post(attestant, f"{page}/approval", fields(shown.text, "approve"))).status_code == 303
    assert await status_of(site, invoice) == "payment_information"
    text = await told(site, "levgruppen@stad", page)
    assert "som inte längre är registrerat på leverantören" in text
    assert "Allt annat är klart: den behöver inte attesteras igen." in text
    await site.change("UPDATE supplier_account SET valid_to = NULL WHERE supplier_id = :id", id=SKOL)
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    assert "Betalningen är kontrollerad. Fakturan är klar." in await told(site, "attestant@gsf", page)


@pytest.mark.parametrize("changes", [{"rounding": D("0.51")}, {"prepaid": D("936.26")}])
async def test_a_sum_that_no_total_puts_right_is_not_offered_one(site: Site, changes: dict[str, Any]) -> None:
    invoice = await ordered(site, "EX-100001", "P-6", **changes)
    text = await told(site, "admin@gsf", f"/invoicing/invoices/{invoice}")
    assert "Ändra totalen" not in text and "Makulera och be om ny faktura" in text


async def test_a_due_date_before_the_invoice_is_not_suggested_again(site: Site) -> None:
    due = today_of(site) - timedelta(1)
    invoice = await ordered(site, "EX-100001", "P-7", due_date=due)
    page = (await (await user(site, "admin@gsf")).get(f"/invoicing/invoices/{invoice}")).text
    suggested = re.search(r'name="due_date"[^>]* value="([^"]*)"', page) or re.search(
        r'value="([^"]*)"[^>]* name="due_date"', page
    )
    assert suggested and suggested[1] == (today_of(site) + timedelta(30)).isoformat()
    text = await told(site, SUPPLIER, f"/supplier/invoices/{invoice}")
    assert "Ingen betaldag förrän det är rättat" in text


@pytest.mark.parametrize("changes", [
    {"prepaid": D("936.25")}, {"means": "49"}, {"payee": ("Faktorn AB", "5599001129")}, {"rounding": D("0.51")},
])  # fmt: skip
async def test_it_is_all_said_in_english_too(site: Site, changes: dict[str, Any]) -> None:
    invoice = await ordered(site, "EX-100001", "P-8", **changes)
    page = (await (await user(site, "levgruppen@stad")).get(f"/en/invoicing/invoices/{invoice}")).text
    assert swedish_left(page) == []
    told_by = (await rows(site, "SELECT status FROM invoice WHERE id = :id", id=invoice))[0].status
    assert told_by in ("payment_information", "invoice_information")
