"""Somebody else was first (409): said in words where the person works, with and without script; nothing is saved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.web.core.conftest import Browser, Site
from tests.web.invoicing.conftest import fields, manual, ordered, post, rows, status_of, user
from tests.web.invoicing.english import swedish_left

CODES = {"account-1": "6461", "responsibility-1": "31100", "operation-1": "440"}
CHANGED = "Fakturan har ändrats sedan du öppnade den: granskare@gsf"


def of(invoice: Any, rest: str = "") -> str:
    """The address of the invoice's page."""
    return f"/invoicing/invoices/{invoice}{rest}"


async def reviewed_elsewhere(site: Site, number: str) -> tuple[Browser, Any, dict[str, str]]:
    """The reviewer's form, of an invoice that was accepted in another window since."""
    invoice = await manual(site, number)
    browser = await user(site, "granskare@gsf")
    form = fields((await browser.get(of(invoice))).text) | CODES
    assert (await post(browser, of(invoice, "/review"), form)).status_code == 303
    return browser, invoice, form


@pytest.mark.parametrize("path", ["/review", "/coding", "/rejection", "/investigation"])
async def test_without_script_the_page_is_shown_as_it_is_now(site: Site, path: str) -> None:
    browser, invoice, form = await reviewed_elsewhere(site, "V-1")
    answer = await post(browser, of(invoice, path), form | {"do": "save", "note": "Nej.", "on": "1"})
    assert answer.status_code == 409
    assert CHANGED in answer.text and "Ingenting har sparats" in answer.text
    assert "<h1>" in answer.text and "Attest ej utförd" in answer.text
    assert f'<a href="{of(invoice)}">Läs in fakturan på nytt</a>' in answer.text
    assert await status_of(site, invoice) == "approval"
    assert answer.text.index(CHANGED) < answer.text.index('id="why"')


async def test_with_script_the_message_comes_where_the_coding_is_and_the_page_stays(site: Site) -> None:
    browser, invoice, form = await reviewed_elsewhere(site, "V-2")
    answer = await post(browser, of(invoice, "/coding"), form, htmx=True)
    assert answer.status_code == 409
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#moved-on", "outerHTML")
    assert answer.text.lstrip().startswith('<div id="moved-on"') and CHANGED in answer.text
    assert f'href="{of(invoice)}"' in answer.text and 'role="alert"' in answer.text


async def test_the_place_for_the_message_is_there_and_409_is_put_into_it(site: Site) -> None:
    invoice = await manual(site, "V-3")
    page = (await (await user(site, "granskare@gsf")).get(of(invoice))).text
    coding = page.partition('<div id="coding"')[2]
    assert page.count('id="moved-on"') == 1 and coding.index('id="moved-on"') < coding.index("account-1")
    assert '{"code":"409","swap":true}' in page


async def test_who_has_it_open_is_named_and_the_form_is_kept(site: Site) -> None:
    invoice = await manual(site, "V-4")
    owner, admin = await user(site, "granskare@gsf"), await user(site, "admin@gsf")
    form = fields((await owner.get(of(invoice))).text) | CODES
    await post(owner, of(invoice, "/lock"), form)  # reading locks nobody out: the first act does
    answer = await post(admin, of(invoice, "/coding"), form, htmx=True)
    assert answer.status_code == 409 and "granskare@gsf handlägger fakturan sedan" in answer.text


@pytest.mark.parametrize("htmx", [True, False])
async def test_in_the_arrival_queue(site: Site, htmx: bool) -> None:
    invoice = await manual(site, "V-5", currency="EUR")
    browser = await user(site, "admin@gsf")
    form = fields((await browser.get(f"/invoicing/arrivals?id={invoice}")).text)
    assert form["queue"] == "1"
    await site.change(
        "UPDATE invoice SET status_since = status_since - interval '1 second' WHERE id = :id", id=invoice
    )
    form |= {"solution": "cancel", "comment": "Fel valuta."}
    answer = await post(browser, of(invoice, "/correction"), form, htmx=htmx)
    assert answer.status_code == 409 and "Fakturan har ändrats sedan du öppnade den" in answer.text
    assert ("hx-retarget" in answer.headers) is htmx
    assert await status_of(site, invoice) == "invoice_information"
    kept = await rows(site, "SELECT 1 FROM invoice_comment WHERE invoice_id = :id", id=invoice)
    assert not kept


async def test_a_deviation_answered_twice(site: Site) -> None:
    invoice = await ordered(site, "EX-100004", "V-6")
    browser = await user(site, "bestallare@gsf")
    form = fields((await browser.get(of(invoice))).text) | {"choice": "accept_match"}
    assert (await post(browser, of(invoice, "/deviation"), form)).status_code == 303
    late = await post(browser, of(invoice, "/deviation"), form)
    assert late.status_code == 409 and "Nu är den Klar" in late.text


@pytest.mark.parametrize("htmx", [True, False])
async def test_in_english(site: Site, htmx: bool) -> None:
    browser, invoice, form = await reviewed_elsewhere(site, "V-7")
    answer = await post(browser, "/en" + of(invoice, "/coding"), form, htmx=htmx)
    assert answer.status_code == 409
    assert swedish_left(answer.text, ("Låscylinder",)) == []
    assert f'href="/en{of(invoice)}"' in answer.text


async def test_errors_at_fields_are_in_english(site: Site) -> None:
    invoice = await manual(site, "V-8")
    browser = await user(site, "granskare@gsf")
    form = fields((await browser.get(of(invoice))).text) | CODES
    wrong = {"account-1": "7101", "responsibility-1": "31200", "operation-1": "", "amount-1": "99,00"}
    answer = await post(browser, "/en" + of(invoice, "/review"), form | wrong)
    assert answer.status_code == 422
    assert swedish_left(answer.text, ("Låscylinder",)) == []
    assert re.search("Account 7101 Representation", answer.text)


async def test_why_it_is_here_comes_first_and_the_document_last(site: Site) -> None:
    """On a narrow screen things stand in the order they are written in (and are reached in by the tab key).

    The document may be long: the work comes before it, and stands beside it from 1024 px.
    """
    invoice = await manual(site, "V-9")
    page = (await (await user(site, "granskare@gsf")).get(of(invoice))).text
    assert page.index('id="why"') < page.index('id="coding"') < page.index('id="document"')


async def test_what_was_written_in_a_lost_answer_is_there_to_copy(site: Site) -> None:
    def dearer(lines: Any) -> Any:
        return (replace(lines[0], price=lines[0].price + 5), *lines[1:])

    invoice = await ordered(site, "EX-100001", "V-6", lines=dearer)
    browser = await user(site, "bestallare@gsf")
    form = fields((await browser.get(of(invoice))).text)
    taken = form | {"choice": "not_mine", "note_not_mine": "Hör till skolan intill."}
    assert (await post(browser, of(invoice, "/deviation"), taken)).status_code == 303
    late = form | {"choice": "accept", "note_accept": "Priset var avtalat i telefon."}
    answer = await post(browser, of(invoice, "/deviation"), late)
    assert answer.status_code == 409 and "Priset var avtalat i telefon." in answer.text
