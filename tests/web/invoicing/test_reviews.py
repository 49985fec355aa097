"""Review, coding and attest of an invoice in the browser, from GSF100 to Klar."""

from __future__ import annotations

import re
from typing import Any

from tests.web.core.conftest import Site
from tests.web.invoicing.conftest import HTMX, fields, manual, post, rows, status_of, user

CODES = {"account-1": "6461", "responsibility-1": "31100", "operation-1": "440"}


def of(invoice: Any, rest: str = "") -> str:
    """The address of the invoice's page."""
    return f"/invoicing/invoices/{invoice}{rest}"


async def accepted(site: Site, invoice: Any, login: str = "granskare@gsf", **codes: str) -> Any:
    """Review it as a person does with the form alone; the answer."""
    browser = await user(site, login)
    page = await browser.get(of(invoice))
    form = fields(page.text) | CODES | {name.replace("_", "-"): value for name, value in codes.items()}
    return await post(browser, of(invoice, "/review"), form)


async def test_from_review_to_klar_with_forms_alone(site: Site) -> None:
    invoice = await manual(site, "M-1")
    browser = await user(site, "granskare@gsf")
    page = await browser.get(of(invoice))
    assert "Varför ligger den här?" in page.text and "GSF100" in page.text and "Din tur" in page.text
    answer = await accepted(site, invoice)
    assert answer.status_code == 303, answer.text
    assert await status_of(site, invoice) == "approval"
    attestant = await user(site, "attestant@gsf")
    page = await attestant.get(of(invoice))
    assert "Attestera 125,00 kr" in page.text.replace("\u00a0", " ")
    answer = await post(attestant, of(invoice, "/approval"), fields(page.text, "approve"))
    assert answer.status_code == 303, answer.text
    assert await status_of(site, invoice) == "done"
    done = (await rows(site, "SELECT done_at, payment_date FROM invoice WHERE id = :id", id=invoice))[0]
    assert done.done_at is not None and done.payment_date is not None
    page = await attestant.get(of(invoice))
    passed = re.search(r"(\d+) av (\d+) godkända", page.text)
    assert "Den betalas" in page.text
    assert passed and passed[1] == passed[2] and int(passed[1]) >= 15, (
        "every control that was made has passed"
    )
    assert "granskade och godkände" in page.text and "Du attesterade" in page.text


async def test_errors_stand_at_their_fields_and_nothing_is_kept(site: Site) -> None:
    invoice = await manual(site, "M-2")
    answer = await accepted(site, invoice, account_1="7101", responsibility_1="31200")
    assert answer.status_code == 422
    assert "Konto 7101 Representation får inte användas på ansvar 31200 Norra skolan." in answer.text
    assert "Konto 7101 kräver en kommentar" in answer.text
    assert 'href="#account-1"' in answer.text and 'href="#comment"' in answer.text
    assert await status_of(site, invoice) == "review"
    kept = await rows(site, "SELECT count(*) AS n FROM invoice_coding WHERE invoice_id = :id", id=invoice)
    assert kept[0].n == 0
    answer = await accepted(site, invoice, amount_1="99,00")
    assert answer.status_code == 422 and "Skillnaden är" in answer.text


async def test_a_comment_account_passes_with_a_comment(site: Site) -> None:
    invoice = await manual(site, "M-3")
    answer = await accepted(site, invoice, account_1="7651", comment="Fyra lärare, kursdag i matematik.")
    assert answer.status_code == 303, answer.text
    assert await status_of(site, invoice) == "approval"
    attestant = await user(site, "attestant@gsf")
    assert "Fyra lärare, kursdag i matematik." in (await attestant.get(of(invoice))).text


async def test_rows_are_split_added_and_removed_with_and_without_script(site: Site) -> None:
    invoice = await manual(site, "M-4")
    browser = await user(site, "granskare@gsf")
    form = fields((await browser.get(of(invoice))).text) | CODES
    panel = await post(browser, of(invoice, "/coding"), form | {"do": "split-1"}, htmx=True)
    assert panel.status_code == 200 and panel.text.lstrip().startswith('<div id="coding"')
    assert 'value="50,00"' in panel.text and "amount-2" in panel.text
    answer = await post(browser, of(invoice, "/coding"), form | {"do": "split-1"})
    assert answer.status_code == 303
    page = await browser.get(of(invoice))
    assert fields(page.text)["amount-2"] == "50,00"
    await post(browser, of(invoice, "/coding"), fields(page.text) | {"do": "remove-2"})
    page = await browser.get(of(invoice))
    assert "amount-2" not in fields(page.text) and "50,00 kr kvar" in page.text.replace("\u00a0", " ")
    bad = await post(browser, of(invoice, "/coding"), form | {"amount-1": "tio", "do": "save"})
    assert bad.status_code == 422


async def test_two_ansvar_are_attested_by_two_persons(site: Site) -> None:
    invoice = await manual(site, "M-5")
    two = {
        "account_2": "6461",
        "responsibility_2": "31200",
        "operation_2": "440",
        "amount_1": "40",
        "amount_2": "60",
    }
    assert (await accepted(site, invoice, **two)).status_code == 303
    for login, status in (("attestant@gsf", "approval"), ("attestant2@gsf", "done")):
        browser = await user(site, login)
        form = fields((await browser.get(of(invoice))).text, "approve")
        assert sum(name.startswith("step-") for name in form) == 1
        assert (await post(browser, of(invoice, "/approval"), form)).status_code == 303
        assert await status_of(site, invoice) == status


async def test_returned_with_a_reason_and_attested_again(site: Site) -> None:
    invoice = await manual(site, "M-6")
    await accepted(site, invoice)
    attestant = await user(site, "attestant@gsf")
    form = fields((await attestant.get(of(invoice))).text, "approve")
    silent = await post(attestant, of(invoice, "/return-to-reviewer"), form)
    assert silent.status_code == 422 and "Skriv till granskaren" in silent.text
    form["note"] = "Fel ansvar."
    assert (await post(attestant, of(invoice, "/return-to-reviewer"), form)).status_code == 303
    assert await status_of(site, invoice) == "review"
    reviewer = await user(site, "granskare@gsf")
    assert "Attestant har returnerat fakturan: Fel ansvar." in (await reviewer.get(of(invoice))).text
    assert (await accepted(site, invoice)).status_code == 303
    assert await status_of(site, invoice) == "approval"


async def test_the_loser_of_two_tabs_is_told_what_changed(site: Site) -> None:
    invoice = await manual(site, "M-7")
    browser = await user(site, "granskare@gsf")
    form = fields((await browser.get(of(invoice))).text) | CODES
    assert (await post(browser, of(invoice, "/review"), form)).status_code == 303
    late = await post(browser, of(invoice, "/review"), form)
    assert late.status_code == 409
    assert "Fakturan har ändrats sedan du öppnade den: granskare@gsf" in late.text
    assert "Attest ej utförd" in late.text and "Ingenting har sparats" in late.text


async def test_reading_locks_nobody_out_and_beginning_does(site: Site) -> None:
    """S16: the lock is taken at the first act, and let go on leaving."""
    invoice = await manual(site, "M-8")
    owner, admin = await user(site, "granskare@gsf"), await user(site, "admin@gsf")
    form = fields((await owner.get(of(invoice))).text) | CODES
    page = (await admin.get(of(invoice))).text
    assert "handlägger fakturan sedan" not in page and 'id="begin"' in (await owner.get(of(invoice))).text
    assert (await post(owner, of(invoice, "/lock"))).status_code == 303
    page = await admin.get(of(invoice))
    assert "granskare@gsf handlägger fakturan sedan" in page.text and "Låset släpps senast" in page.text
    refused = await post(admin, of(invoice, "/review"), form)
    assert refused.status_code == 409 and "granskare@gsf handlägger fakturan" in refused.text
    assert (await post(admin, of(invoice, "/lock"))).status_code == 409
    assert (await post(admin, of(invoice, "/lock/release"))).status_code == 303, "another's lock stays"
    assert (await post(admin, of(invoice, "/lock"))).status_code == 409
    assert (await post(owner, of(invoice, "/lock/release"))).status_code == 303
    assert (await post(admin, of(invoice, "/lock"))).status_code == 303
    assert await status_of(site, invoice) == "review"


async def test_only_who_may_act_keeps_others_out(site: Site) -> None:
    invoice = await manual(site, "M-81")
    for login in ("synare@gsf", "revisor@stad", "bestallare@aof"):
        assert (await post(await user(site, login), of(invoice, "/lock"))).status_code in (403, 404)
    assert not await rows(site, "SELECT 1 FROM record_lock")


async def test_another_reviewer_but_never_a_fakturasynare(site: Site) -> None:
    invoice = await manual(site, "M-9")
    browser = await user(site, "granskare@gsf")
    page = await browser.get(of(invoice, "/reviewer"))
    assert "bestallare2@gsf" in page.text and "synare@gsf" not in page.text
    from dev.demo_city.ids import demo_id  # noqa: PLC0415

    wrong = {"user_id": str(demo_id("user", "synare@gsf"))}
    assert (await post(browser, of(invoice, "/reviewer"), wrong)).status_code == 422
    right = {"user_id": str(demo_id("user", "bestallare2@gsf"))}
    assert (await post(browser, of(invoice, "/reviewer"), right)).status_code == 303
    other = await user(site, "bestallare2@gsf")
    assert "Din tur" in (await other.get(of(invoice))).text
    assert "M-9" in (await browser.get("/invoicing/invoices?tab=handled")).text
    assert "M-9" not in (await browser.get("/invoicing/invoices")).text


async def test_not_mine_goes_to_the_administrators(site: Site) -> None:
    invoice = await manual(site, "M-10")
    browser = await user(site, "granskare@gsf")
    assert (await post(browser, of(invoice, "/rejection"), {"note": " "})).status_code == 422
    assert (
        await post(browser, of(invoice, "/rejection"), {"note": "Det är Norra skolan."})
    ).status_code == 303
    assert await status_of(site, invoice) == "reviewer_missing"
    admin = await user(site, "fakturaadmin@gsf")
    page = await admin.get("/invoicing/arrivals")
    assert "Det är Norra skolan." in page.text and "Ange granskare" in page.text


async def test_under_investigation_is_a_mark(site: Site) -> None:
    invoice = await manual(site, "M-11")
    browser = await user(site, "granskare@gsf")
    assert (
        await post(browser, of(invoice, "/investigation"), {"on": "1", "note": "Väntar på kredit."})
    ).status_code == 303
    page = await browser.get(of(invoice))
    assert "Under utredning" in page.text and await status_of(site, invoice) == "review"
    ended = await post(browser, of(invoice, "/investigation"), {"on": "0"})
    assert ended.status_code == 422, "ended with what came out of it, or not at all"
    note = {"on": "0", "note": "Krediten kommer inte."}
    assert (await post(browser, of(invoice, "/investigation"), note)).status_code == 303
    assert "Avsluta utredningen" not in (await browser.get(of(invoice))).text


async def test_htmx_gets_partials(site: Site) -> None:
    await manual(site, "M-12")
    browser = await user(site, "granskare@gsf")
    part = await browser.get("/invoicing/invoices?number=M-12", headers=HTMX)
    assert part.text.lstrip().startswith('<div id="invoice-list"') and "M-12" in part.text
