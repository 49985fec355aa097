"""Ångra in the browser's eyes: how long, one or all, who and when not; attest on the order's page; coming second."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal as D
from uuid import UUID

import pytest

from dev.demo_city.ids import CONCERN_ID
from portal.jobs.context import JobContext
from portal.orders import jobs
from tests.web.attest.conftest import delegate, invoice_to_attest, requisition_to_attest
from tests.web.attest.test_steps import HTMX, _actions, _as, _backs, _post, _rows, _text
from tests.web.core.conftest import Browser, MakeSite, Site, Urls

TEN = timedelta(seconds=10)


@pytest.fixture
async def slow(make_site: MakeSite, seeded_urls: Urls) -> AsyncIterator[Site]:
    """The portal where an attest can be undone for ten seconds."""
    async with make_site(seeded_urls, undo_seconds=10) as made:
        yield made


def _undos(html: str) -> list[str]:
    return re.findall(r'name="decision" value="([^"]+)"', html)


async def _orders(site: Site, requisition: UUID) -> int:
    return len(await _rows(site, "SELECT 1 FROM purchase_order WHERE requisition_id = :id", id=requisition))


async def _attested(site: Site, seeded_at: datetime) -> tuple[Browser, UUID, str]:
    """attestant@gsf, a requisition just attested, and the decision that can be undone."""
    requisition = await requisition_to_attest(site.installation.database, seeded_at, KB_1001=2)
    browser = await _as(site, "attestant@gsf")
    [action] = _actions((await browser.get("/attest")).text)
    assert (await _post(browser, action)).headers["location"] == "/attest"
    [decision] = _undos((await browser.get("/attest")).text)
    return browser, requisition, decision


async def test_without_script_the_page_says_how_long_and_one_press_undoes(
    slow: Site, seeded_at: datetime
) -> None:
    browser, requisition, decision = await _attested(slow, seeded_at)
    page = (await browser.get("/attest")).text
    until = (seeded_at + TEN).astimezone(slow.clock.instant.tzinfo)
    assert f"{until:%M.%S}" in _text(page) and "Först därefter går ärendet vidare." in _text(page)
    assert await _orders(slow, requisition) == 0
    shown = _text((await browser.get(f"/orders/requisitions/{requisition}")).text)
    assert "Attesterad, skickas snart" in shown and "Ångra" in shown and "Ej utförd" not in shown
    undone = await _post(browser, "/attest/undo", {"decision": decision})
    assert (undone.status_code, undone.headers["location"]) == (303, "/attest")
    after = _text((await browser.get("/attest")).text)
    assert "Attesten är ångrad" in after and "1 väntar på dig" in after
    told = _text((await browser.get(f"/orders/requisitions/{requisition}")).text)
    assert "attestant@gsf godkände beställningen." in told and "attestant@gsf ångrade sin attest." in told


async def test_too_late_twice_another_or_nothing(slow: Site, seeded_at: datetime) -> None:
    browser, requisition, decision = await _attested(slow, seeded_at)
    other = await _as(slow, "chef@gsf")
    refused = await _post(other, "/attest/undo", {"decision": decision})
    assert (refused.status_code, "attestant@gsf, som attesterade" in refused.text) == (403, True)
    assert (await _post(browser, "/attest/undo", {"decision": "x"})).status_code == 409
    slow.clock.instant = seeded_at + TEN
    assert _undos((await browser.get("/attest")).text) == []
    late = await _post(browser, "/attest/undo", {"decision": decision})
    assert (late.status_code, "Tiden att ångra är ute." in late.text) == (409, True)
    context = JobContext(slow.installation.database, slow.clock.now, "job", 1, 1, CONCERN_ID)
    await jobs.complete_attest(context, decision_id=decision)
    assert await _orders(slow, requisition) == 1
    later = await _post(browser, "/attest/undo", {"decision": decision})
    assert (later.status_code, "redan attesterad och skickad" in later.text) == (409, True)
    assert (await browser.get("/attest/undo")).headers["location"] == "/attest"


async def test_several_are_undone_at_once_and_a_double_press_is_told(slow: Site, seeded_at: datetime) -> None:
    database = slow.installation.database
    await requisition_to_attest(database, seeded_at, KB_1001=2)
    await invoice_to_attest(database, seeded_at, "77-1", D(800))
    browser = await _as(slow, "attestant@gsf")
    listed = (await browser.get("/attest")).text
    digests = dict(re.findall(r"/steps/([^/]+)/approval\?shown=(\w+)", listed))
    await _post(browser, "/attest/selection", {"step": [f"{step}:{seen}" for step, seen in digests.items()]})
    page = (await browser.get("/attest")).text
    assert "Ångra alla 2" in page and _actions(page) == []
    both = {"decision": list(dict.fromkeys(_undos(page)))}
    done = await _post(browser, "/attest/undo", both, HTMX)
    assert "2 attester är ångrade." in _text(done.text) and len(_actions(done.text)) == 2
    again = await _post(browser, "/attest/undo", both)
    assert (again.status_code, "Du har redan ångrat den här attesten." in again.text) == (409, True)


async def test_the_orders_own_page_has_the_act_and_names_the_codes(site: Site, seeded_at: datetime) -> None:
    requisition = await requisition_to_attest(site.installation.database, seeded_at, KB_1001=2)
    browser = await _as(site, "attestant@gsf")
    page = (await browser.get(f"/orders/requisitions/{requisition}")).text
    assert "Konto 6451 Kontorsmaterial, ansvar 31100 Centralskolan" in _text(page)
    [action], [back] = _actions(page), _backs(page)
    buyer = (await (await _as(site, "bestallare@gsf")).get(f"/orders/requisitions/{requisition}")).text
    assert _actions(buyer) == [] and "Ansvar 31100 Centralskolan" in _text(buyer)
    assert (await browser.get(back)).status_code == 200
    assert (await _post(browser, action)).headers["location"] == "/attest"
    assert await _orders(site, requisition) == 1
    english = (await browser.get(f"/en/orders/requisitions/{requisition}")).text
    assert "Account 6451 Kontorsmaterial" in _text(english)


async def test_who_comes_second_reads_who_did_what_and_keeps_what_was_written(
    site: Site, seeded_at: datetime
) -> None:
    database = site.installation.database
    await requisition_to_attest(database, seeded_at, KB_1001=2)
    await delegate(database, seeded_at, "attestant@gsf", "chef@gsf", "approve_order")
    browser, first = await _as(site, "attestant@gsf"), await _as(site, "chef@gsf")
    [back] = _backs((await browser.get("/attest")).text)
    [action] = _actions((await first.get("/attest")).text)
    assert (await _post(first, action)).status_code == 303
    late = await _post(browser, back, {"note": "Fel ansvar, ska till Norra skolan."})
    text = _text(late.text)
    assert late.status_code == 409 and "Någon annan hann före" in text
    assert "chef@gsf för attestant@gsf godkände beställningen." in text
    assert "Fel ansvar, ska till Norra skolan." in text and "Till attestlistan" in text
    assert "chef@gsf" in (await browser.get(back)).text
    listed = await _post(browser, action)
    assert (listed.status_code, "chef@gsf för attestant@gsf godkände" in _text(listed.text)) == (409, True)


async def test_a_comment_on_an_invoice_that_moved_on_is_kept(site: Site, seeded_at: datetime) -> None:
    database = site.installation.database
    invoice = await invoice_to_attest(database, seeded_at, "77-1", D(800))
    path = f"/invoicing/invoices/{invoice}"
    browser = await _as(site, "attestant@gsf")
    page = (await browser.get(path)).text
    form = dict(re.findall(r'name="((?:seen_\w+|shown|step-[\w-]+))"[^>]*?value="([^"]*)"', page))
    form |= dict.fromkeys(re.findall(r'name="(step-[\w-]+)"', page), "on")
    assert (await _post(browser, f"{path}/approval", form)).headers["location"] == "/attest"
    late = await _post(browser, f"{path}/approval", form | {"note": "Jag ville skriva detta."})
    assert late.status_code == 409 and "Jag ville skriva detta." in _text(late.text)
    assert "Fakturan har ändrats sedan du öppnade den: attestant@gsf" in late.text
