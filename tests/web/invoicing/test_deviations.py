"""Ordermatchning krävs in the browser: the difference in kronor, every choice, and who may make it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.writer import Charge
from portal.integrations.mail import FakeMailer
from portal.invoicing.actions.again import rerun
from portal.invoicing.jobs import LetterParts, mail_credit_request
from portal.jobs.context import JobContext
from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import fields, ordered, post, rows, status_of, user

NBSP = "\u00a0"


def dearer(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    """12 instead of 10, 52,40 instead of 49,90."""
    return (replace(lines[0], price=Decimal("52.40"), quantity=Decimal(12)), *lines[1:])


def of(invoice: Any, rest: str = "") -> str:
    """The address of the invoice's page."""
    return f"/invoicing/invoices/{invoice}{rest}"


async def answered(site: Site, login: str, invoice: Any, choice: str, **form: str) -> Any:
    """Open the page and send one choice; the answer."""
    browser = await user(site, login)
    page = await browser.get(of(invoice))
    return await post(browser, of(invoice, "/deviation"), fields(page.text) | {"choice": choice} | form)


async def test_the_difference_is_said_in_kronor_and_words(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "88190", lines=dearer)
    assert await status_of(site, invoice) == "matching_required"
    text = (await (await user(site, "bestallare@gsf")).get(of(invoice))).text.replace(NBSP, " ")
    assert "<h1>129,80 kr mer än beställt</h1>" in text and "Be om kredit på 129,80 kr" in text
    assert "2 förp mer" in text and "+99,80 kr" in text
    assert "2,50 kr dyrare per förp" in text and "+30,00 kr" in text
    assert "Ordermatchning krävs, Beställare" in text and "Din tur" in text


async def test_accepted_it_goes_to_attest_and_then_klar(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "88190", lines=dearer)
    silent = await answered(site, "bestallare@gsf", invoice, "accept")
    assert silent.status_code == 422 and "Skriv varför skillnaden godkänns" in silent.text
    done = await answered(
        site, "bestallare@gsf", invoice, "accept", note_accept="Vi fick tolv, priset är nytt."
    )
    assert done.status_code == 303, done.text
    assert await status_of(site, invoice) == "approval"
    attestant = await user(site, "attestant@gsf")
    form = fields((await attestant.get(of(invoice))).text, "approve")
    assert (await post(attestant, of(invoice, "/approval"), form)).status_code == 303
    assert await status_of(site, invoice) == "done"
    sql = "SELECT invoiced_quantity FROM order_line l JOIN purchase_order o ON o.id = l.order_id WHERE o.number = :n"
    assert sorted(row.invoiced_quantity for row in await rows(site, sql, n="EX-100001")) == [12, 20]


async def test_a_matched_invoice_held_for_review_needs_no_new_attest(site: Site) -> None:
    invoice = await ordered(site, "EX-100004", "88193")
    page = (await (await user(site, "bestallare@gsf")).get(of(invoice))).text
    assert "Fakturan stämmer. Beställaren ville granska den" in page and "Ordern är redan attesterad" in page
    assert (await answered(site, "bestallare@gsf", invoice, "accept_match")).status_code == 303
    assert await status_of(site, invoice) == "done"
    steps = await rows(site, "SELECT 1 FROM approval_step WHERE subject_id = :id", id=invoice)
    assert not steps
    assert (await rows(site, "SELECT status FROM purchase_order WHERE number = 'EX-100004'"))[
        0
    ].status == "closed"


async def test_a_deviating_invoice_is_never_accepted_as_a_match(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "88190", lines=dearer)
    answer = await answered(site, "bestallare@gsf", invoice, "accept_match")
    assert answer.status_code == 409 and "Godkänn skillnaden i stället" in answer.text


async def test_credit_is_asked_for_and_the_invoice_is_under_investigation(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    assert (await answered(site, "bestallare@gsf", invoice, "credit")).status_code == 422
    buyer = await user(site, "bestallare@gsf")
    asked = {"choice": "credit", "note_credit": "Fyra pärmar fattas."}
    done = await post(buyer, of(invoice, "/deviation"), fields((await buyer.get(of(invoice))).text) | asked)
    assert done.status_code == 303 and await status_of(site, invoice) == "matching_required"
    page = (await buyer.get(of(invoice))).text
    assert "Under utredning" in page and "Du bad leverantören om en kreditfaktura." in page
    assert "Fyra pärmar fattas." in page and "väntar på kredit från leverantören" in page
    assert "Kontorsbolaget AB är ombedd att kreditera. Kommer krediten inte kan du svara på nytt." in page
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    page = (await supplier.get(f"/supplier/invoices/{invoice}")).text
    assert "Det här ber kunden er kreditera" in page and "Fyra pärmar fattas." in page
    assert "Betaldagen bestäms när krediten har kommit." in page
    assert "En kund ber om kredit på en faktura." in (await supplier.get("/")).text
    other = await user(site, "leverantor@skolgrossisten.test")
    assert "kredit på en faktura" not in (await other.get("/")).text
    assert (await other.get(f"/supplier/invoices/{invoice}")).status_code == 404


@pytest.mark.parametrize("secret", [False, True])
async def test_the_supplier_is_mailed_a_link_and_not_the_message(site: Site, secret: bool) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    await answered(site, "bestallare@gsf", invoice, "credit", note_credit="Fyra pärmar fattas.")
    await site.change(f"UPDATE invoice SET secret = {secret} WHERE id = '{invoice}'")
    mailer, clock = FakeMailer(), lambda: datetime(2026, 11, 24, tzinfo=UTC)
    context = JobContext(site.installation.database, clock, "invoicing", 7, 1, CONCERN_ID)
    for _ in range(2):
        await mail_credit_request(LetterParts(mailer, "https://p.test"), context, invoice_id=str(invoice))
    assert len({mail.id for mail in mailer.sent}) == 1, "taken up again, the letter is the same"
    letter = mailer.sent[0]
    assert letter.to == "leverantor@kontorsbolaget.test"
    assert f"https://p.test/supplier/invoices/{invoice}" in letter.text and "Fyra" not in letter.text
    assert ("88192" in letter.subject) is not secret


async def test_what_was_asked_stands_until_somebody_ends_it(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    await answered(site, "bestallare@gsf", invoice, "credit", note_credit="Fyra pärmar fattas.")
    buyer = await user(site, "bestallare@gsf")
    page = (await buyer.get(of(invoice))).text
    assert 'value="accept"' not in page, "what the hold stops is not offered"
    for form in (
        {"choice": "accept", "note_accept": "De kom i går.", "not_received": "De kom i går."},
        {"choice": "accept_match"},
    ):
        assert (await post(buyer, of(invoice, "/deviation"), fields(page) | form)).status_code == 409
    asked = {"choice": "receipt", "note_receipt": "Alla tio har kommit."}
    assert (await post(buyer, of(invoice, "/deviation"), fields(page) | asked)).status_code == 303
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    assert "Fyra pärmar" in (await supplier.get(f"/supplier/invoices/{invoice}")).text
    ended = {"on": "0", "note": "De kom i går."}
    assert (await post(buyer, of(invoice, "/investigation"), ended)).status_code == 303
    kept = await rows(site, "SELECT credit_request, credit_amount FROM invoice WHERE id = :id", id=invoice)
    assert tuple(kept[0]) == (None, None)
    assert "Fyra pärmar" not in (await supplier.get(f"/supplier/invoices/{invoice}")).text
    assert "ber om kredit" not in (await supplier.get("/")).text


async def test_a_changed_receipt_is_asked_for_and_matched_again(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    await site.change("UPDATE order_line SET received_quantity = quantity WHERE received_quantity = 6")
    done = await answered(site, "bestallare@gsf", invoice, "receipt", note_receipt="Alla tio har kommit.")
    assert done.status_code == 303 and await status_of(site, invoice) == "done"


async def test_not_mine_goes_to_the_administrators(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    done = await answered(site, "bestallare@gsf", invoice, "not_mine", note_not_mine="Jag har slutat där.")
    assert done.status_code == 303 and await status_of(site, invoice) == "reviewer_missing"


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("granskare@gsf", 404),  # a normal user sees own invoices only (A2.24)
        ("bestallare@aof", 404),
        ("synare@gsf", 403),
        ("revisor@stad", 403),
        ("admin@gsf", 303),  # A44 handles others' invoices (A3.08)
        ("fakturaadmin@gsf", 303),
    ],
)
async def test_who_may_answer(site: Site, login: str, status: int) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    browser = await user(site, login)
    form = {"choice": "credit", "note_credit": "Fyra fattas."}
    assert (await post(browser, of(invoice, "/deviation"), form)).status_code == status


async def test_without_bx1_the_buyer_may_not_answer(site: Site) -> None:
    invoice = await ordered(site, "EX-100003", "88192")
    await site.change("DELETE FROM group_permission WHERE group_code = 'standard' AND permission = 'BX1'")
    browser = await user(site, "bestallare@gsf")
    form = {"choice": "credit", "note_credit": "Fyra fattas."}
    assert (await post(browser, of(invoice, "/deviation"), form)).status_code == 403
    assert "Vad vill du göra?" not in (await browser.get(of(invoice))).text


async def test_nobody_handles_an_invoice_that_waits_for_its_receipt(site: Site) -> None:
    invoice = await ordered(site, "EX-100002", "88191")
    assert await status_of(site, invoice) == "awaiting_receipt"
    for login in ("admin@gsf", "levgruppen@stad"):
        browser = await user(site, login)
        page = (await browser.get(of(invoice))).text
        assert "Fakturan väntar på att Beställare kvitterar leveransen av order EX-100002." in page
        assert 'id="work"' not in page and "Din tur" not in page
        answer = await post(browser, of(invoice, "/return"), {"note": "Nej."})
        assert answer.status_code == 403


def with_chair(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first line dearer."""
    return (replace(lines[0], price=Decimal("52.40")), *lines[1:])


async def test_the_page_and_the_decision_use_todays_facts(site: Site) -> None:
    """CO09: stopped for its price, with nothing received of the second line; then some of it comes."""
    take = "UPDATE order_line SET received_quantity = {} WHERE item_no = 'KB-1002' AND quantity = 20"
    await site.change(take.format(0))
    invoice = await ordered(site, "EX-100001", "88194", lines=with_chair)
    buyer = await user(site, "bestallare@gsf")
    page = (await buyer.get(of(invoice))).text.replace(NBSP, " ")
    assert "275,00 kr mer än beställt" in page and "Be om kredit på 275,00 kr" in page
    assert "Inte mottaget: 20 st" in page and 'name="not_received"' in page
    await site.change(take.format(12))
    old = fields(page) | {"choice": "accept", "note_accept": "Nytt pris.", "not_received": "De kommer."}
    assert (await post(buyer, of(invoice, "/deviation"), old)).status_code == 409, "not what was seen"
    page = (await buyer.get(of(invoice))).text.replace(NBSP, " ")
    assert "125,00 kr mer än beställt" in page and "Kulspetspenna blå, 8 st" in page
    silent = fields(page) | {"choice": "accept", "note_accept": "Nytt pris."}
    answer = await post(buyer, of(invoice, "/deviation"), silent)
    assert answer.status_code == 422 and 'href="#not_received"' in answer.text
    assert await status_of(site, invoice) == "matching_required"
    words = silent | {"not_received": "Resten är på väg."}
    assert (await post(buyer, of(invoice, "/deviation"), words)).status_code == 303
    told = (
        await rows(
            site,
            "SELECT data FROM audit_event WHERE subject_id = :id AND tag = 'invoice:status:accept_deviation'",
            id=invoice,
        )
    )[0].data
    assert told["accepted"] == ["price", "quantity_over_received"]
    card = (await (await user(site, "attestant@gsf")).get("/attest")).text
    assert "Inte mottaget: Kulspetspenna blå, 8" in card and "Betalas ändå: Resten är på väg." in card


async def test_a_decision_is_stored_anew_when_facts_changed_and_the_status_did_not(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "88195", lines=dearer)
    stored = "SELECT count(*) AS n FROM rule_decision WHERE invoice_id = :id AND kind = 'match'"
    before = (await rows(site, stored, id=invoice))[0].n
    for _ in range(2):
        await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    assert (await rows(site, stored, id=invoice))[0].n == before, "nothing has changed"
    await site.change(
        "UPDATE order_line SET received_quantity = 8 WHERE item_no = 'KB-1001' AND quantity = 10"
    )
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    assert (await rows(site, stored, id=invoice))[0].n == before + 1


async def test_freight_is_in_the_one_sum(site: Site) -> None:
    """M10: heading, comparison, card and what is asked of the supplier say the same."""
    dear = {"lines": with_chair, "charges": (Charge(Decimal(95), "Frakt", "FC"),)}
    invoice = await ordered(site, "EX-100001", "88196", **dear)
    buyer = await user(site, "bestallare@gsf")
    page = (await buyer.get(of(invoice))).text.replace(NBSP, " ")
    assert "120,00 kr mer än beställt" in page and "Be om kredit på 120,00 kr" in page
    assert "+95,00 kr" in page and "+25,00 kr" in page
    asked = {"choice": "credit", "note_credit": "Frakten är inte avtalad."}
    assert (await post(buyer, of(invoice, "/deviation"), fields(page) | asked)).status_code == 303
    assert (await rows(site, "SELECT credit_amount FROM invoice WHERE id = :id", id=invoice))[0][0] == 120
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    assert "120,00 kr exklusive moms" in (await supplier.get(f"/supplier/invoices/{invoice}")).text.replace(
        NBSP, " "
    )


async def test_a_hold_is_told_on_list_page_card_and_to_the_supplier(site: Site) -> None:
    """M08: nobody is shown a pay date or an act that the hold stops."""
    invoice = await ordered(site, "EX-100001", "88197", lines=dearer)
    await answered(
        site, "bestallare@gsf", invoice, "accept", note_accept="Nytt pris, tolv kom.", not_received="Ja."
    )
    attestant = await user(site, "attestant@gsf")
    held = {"on": "1", "note": "Vi väntar på svar."}
    assert (await post(attestant, of(invoice, "/investigation"), held)).status_code == 303
    page = (await attestant.get(of(invoice))).text
    assert "Fakturan är under utredning: Vi väntar på svar." in page and 'aria-disabled="true"' in page
    assert "Vi väntar på svar." in (await attestant.get("/attest")).text
    assert "Under utredning" in (await attestant.get("/invoicing/invoices?number=88197")).text
    form = fields(page, "approve")
    assert (await post(attestant, of(invoice, "/approval"), form)).status_code == 409
    assert await status_of(site, invoice) == "approval"
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    shown = (await supplier.get(f"/supplier/invoices/{invoice}")).text
    assert (
        "Betaldagen bestäms när kundens utredning är klar." in shown and "om fakturan är godkänd" not in shown
    )
