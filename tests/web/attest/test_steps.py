"""The attest list in the browser's eyes: /attest."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal as D
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy import text as sql_text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from tests.web.attest.conftest import delegate, invoice_to_attest, requisition_to_attest
from tests.web.core.conftest import Browser, Site

PEN = demo_id("article", "KB-1002")
HTMX = {"hx-request": "true"}


async def _as(site: Site, login: str) -> Browser:
    browser = site.browser()
    await browser.sign_in(login)
    return browser


async def _post(
    browser: Browser, path: str, form: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await browser.post(path, form, csrf=await browser.token("/account"), headers=headers or {})


async def _rows(site: Site, sql: str, **params: Any) -> list[Any]:
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        return list((await session.execute(sql_text(sql), params)).all())


def _actions(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<form action="([^"]*/approval[^"]*)"', html)]


def _backs(html: str) -> list[str]:
    return re.findall(r'href="(/attest/steps/[^"]*/return)"', html)


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


async def test_invoices_and_requisitions_wait_with_amount_supplier_and_why(
    site: Site, seeded_at: datetime
) -> None:
    database = site.installation.database
    await requisition_to_attest(database, seeded_at, KB_1001=10, KB_1002=2)
    await invoice_to_attest(database, seeded_at, "77-1", D(800))
    browser = await _as(site, "attestant@gsf")
    html = (await browser.get("/attest")).text
    text = _text(html)
    assert "2 väntar på dig, 1 förfaller i dag." in text
    assert "Attestera 1 000,00 kr , Byggtjänst AB" in text
    assert "Kopieringspapper A4 80 g, 500 ark, 10 förpackningar och 1 rad till" in text
    assert "Attestera 655,00 kr , Kontorsbolaget AB" in text  # 499 + 25, and VAT
    assert "Du är attestant för ansvar 31100 Centralskolan." in text
    assert "Kvar efteråt" not in text, "nothing knows what is left, so no column says so"
    assert 'href="/invoicing/invoices/' in html and 'href="/orders/requisitions/' in html
    start = _text((await browser.get("/")).text)
    assert "Fakturor att attestera" in start and "Beställningar att attestera" in start
    assert re.search(r"Attest 2\b", start)


async def test_a_credit_note_takes_away_on_its_card_its_page_in_the_lists_and_in_sums(
    site: Site, seeded_at: datetime
) -> None:
    database = site.installation.database
    await invoice_to_attest(database, seeded_at, "77-1", D(800))
    credit = await invoice_to_attest(database, seeded_at, "77-2", D(200), credit=True)
    browser = await _as(site, "attestant@gsf")
    text = _text((await browser.get("/attest")).text)
    assert "Kreditfaktura 77\u20112" in text and "Attestera −250,00 kr" in text
    assert "Totalt 750,00 kr." in _text((await browser.get("/")).text)
    page = _text((await browser.get(f"/invoicing/invoices/{credit}")).text)
    assert "kreditfaktura 77-2" in page and "−250,00 kr" in page and "Attestera −250,00 kr" in page
    assert "−250,00" in _text((await browser.get("/invoicing/invoices")).text)


async def test_without_script_an_attest_redirects_with_what_was_done(site: Site, seeded_at: datetime) -> None:
    database = site.installation.database
    made = await requisition_to_attest(database, seeded_at, KB_1001=10)
    browser = await _as(site, "attestant@gsf")
    (action,) = _actions((await browser.get("/attest")).text)
    answer = await _post(browser, action)
    assert (answer.status_code, answer.headers["location"]) == (303, "/attest")
    assert "Beställningen från Kontorsbolaget AB är attesterad, 623,75 kr." in _text(
        (await browser.get("/attest")).text
    )
    rows = await _rows(site, "SELECT status FROM requisition WHERE id = :id", id=made)
    assert rows[0].status == "ordered"
    assert await _rows(site, "SELECT 1 FROM purchase_order WHERE requisition_id = :id", id=made)


async def test_with_htmx_the_list_is_swapped_and_the_next_is_first(site: Site, seeded_at: datetime) -> None:
    database = site.installation.database
    for number in ("77-1", "77-2"):
        await invoice_to_attest(database, seeded_at, number, D(800))
    browser = await _as(site, "attestant@gsf")
    first, _second = _actions((await browser.get("/attest")).text)
    answer = await _post(browser, first, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="steps"')
    assert "<html" not in answer.text
    text = _text(answer.text)
    assert "Fakturan från Byggtjänst AB är attesterad, 1 000,00 kr." in text
    assert "1 väntar på dig" in text
    rows = await _rows(site, "SELECT status FROM invoice ORDER BY number")
    assert [row.status for row in rows] == ["done", "approval"]


async def test_attesting_twice_or_what_was_not_shown_changes_nothing(site: Site, seeded_at: datetime) -> None:
    made = await invoice_to_attest(site.installation.database, seeded_at, "77-1", D(800))
    browser = await _as(site, "attestant@gsf")
    (action,) = _actions((await browser.get("/attest")).text)
    other = re.sub("shown=[0-9a-f]+", "shown=" + "0" * 64, action)
    answer = await _post(browser, other, headers=HTMX)
    assert (answer.status_code, "ändrats sedan du såg det" in answer.text) == (422, True)
    assert (await _post(browser, other)).status_code == 409
    rows = await _rows(site, "SELECT status FROM invoice WHERE id = :id", id=made)
    assert rows[0].status == "approval"
    assert (await _post(browser, action)).status_code == 303
    again = await _post(browser, action)
    assert (again.status_code, "väntar inte längre på dig" in again.text) == (409, True)
    decisions = await _rows(site, "SELECT 1 FROM decision WHERE act = 'approve' AND case_id = :id", id=made)
    assert len(decisions) == 1


async def test_sending_back_asks_why_and_tells_the_buyer(site: Site, seeded_at: datetime) -> None:
    database = site.installation.database
    made = await requisition_to_attest(database, seeded_at, KB_1001=10)
    invoice = await invoice_to_attest(database, seeded_at, "77-1", D(800))
    browser = await _as(site, "attestant@gsf")
    to_reviewer, to_buyer = _backs((await browser.get("/attest")).text)
    assert "Skicka tillbaka till granskaren?" in (await browser.get(to_reviewer)).text
    refused = await _post(browser, to_buyer, {"note": "  "})
    assert (refused.status_code, "ds-error-summary" in refused.text) == (422, True)
    assert (await _post(browser, to_buyer, {"note": "Fel ansvar"})).headers["location"] == "/attest"
    assert (await _post(browser, to_reviewer, {"note": "Delas med Norra skolan"})).status_code == 303
    rows = await _rows(site, "SELECT status FROM requisition WHERE id = :id", id=made)
    assert rows[0].status == "sent_back"
    rows = await _rows(site, "SELECT status FROM invoice WHERE id = :id", id=invoice)
    assert rows[0].status == "review"
    told = await _rows(
        site, "SELECT why FROM audit_event WHERE subject_id = :id AND tag LIKE '%send_back'", id=made
    )
    assert [row.why for row in told] == ["Fel ansvar"]


async def test_several_are_reviewed_before_they_are_attested(site: Site, seeded_at: datetime) -> None:
    database = site.installation.database
    for number in ("77-1", "77-2", "77-3"):
        await invoice_to_attest(database, seeded_at, number, D(800))
    browser = await _as(site, "attestant@gsf")
    values = re.findall(r'name="selected" value="([^"]+)"', (await browser.get("/attest")).text)
    assert len(values) == 3
    review = await browser.get("/attest/selection", params={"selected": values[:2]})
    assert "2 000,00 kr" in _text(review.text)
    rows = await _rows(site, "SELECT 1 FROM invoice WHERE status = 'done'")
    assert rows == []
    steps = re.findall(r'name="step" value="([^"]+)"', review.text)
    broken = [steps[0], values[1] + ":" + "0" * 64]
    answer = await _post(browser, "/attest/selection", {"step": broken})
    assert answer.headers["location"] == "/attest"
    text = _text((await browser.get("/attest")).text)
    assert "1 attesterad, 1 000,00 kr. Det har ändrats sedan du såg det." in text
    assert "2 väntar på dig" in text
    empty = await browser.get("/attest/selection")
    assert empty.headers["location"] == "/attest"


async def test_a_delegate_sees_whose_it_is_and_the_one_who_ordered_why_not(
    site: Site, seeded_at: datetime
) -> None:
    database = site.installation.database
    for taker in ("attestant2@gsf", "bestallare@gsf"):
        await delegate(database, seeded_at, "attestant@gsf", taker, "approve_order")
    await requisition_to_attest(database, seeded_at, KB_1001=10)
    browser = await _as(site, "attestant2@gsf")
    html = (await browser.get("/attest?show=delegated")).text
    assert "För Attestant" in html and "som lämnat över till dig" in html
    assert "1 kommer till dig genom delegering." in _text(html)
    assert _actions((await browser.get("/attest?show=own")).text) == []
    buyer = await _as(site, "bestallare@gsf")
    page = (await buyer.get("/attest")).text
    assert _actions(page) == []
    assert "Du kan inte attestera det du har beställt." in page
    (action,) = _actions(html)
    refused = await _post(buyer, action)
    assert refused.status_code in {403, 409}
    assert (await _post(browser, action)).status_code == 303


async def test_others_see_an_empty_list_and_those_without_the_right_none(
    site: Site, seeded_at: datetime
) -> None:
    await requisition_to_attest(site.installation.database, seeded_at, KB_1001=10)
    other = await _as(site, "attestant@aof")
    assert "Inget väntar på din attest." in (await other.get("/attest")).text
    viewer = await _as(site, "synare@gsf")
    assert (await viewer.get("/attest")).status_code == 403


@pytest.mark.parametrize("count", [1, 12])
async def test_the_list_asks_the_database_the_same_number_of_times(
    site: Site, seeded_at: datetime, count: int
) -> None:
    database = site.installation.database
    for number in range(count):
        await invoice_to_attest(database, seeded_at, f"77-{number}", D(800))
    browser = await _as(site, "attestant@gsf")
    asked: list[str] = []
    from_engine = database.engine.sync_engine

    def listen(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(from_engine, "before_cursor_execute", listen)
    html = (await browser.get("/attest")).text
    event.remove(from_engine, "before_cursor_execute", listen)
    assert len(_actions(html)) == count
    assert len(asked) < 40


async def test_what_has_changed_is_chosen_on_a_page_of_its_own(site: Site, seeded_at: datetime) -> None:
    """CO02 as the attestant sees it: no Attestera, old and new, nothing chosen, and the new amount attested."""
    database = site.installation.database
    await requisition_to_attest(database, seeded_at, KB_1002=20)
    await _rows(site, "UPDATE article_price SET price = 15 WHERE article_id = :id RETURNING 1", id=PEN)
    browser = await _as(site, "attestant@gsf")
    listed = (await browser.get("/attest")).text
    assert _actions(listed) == [] and "Ändrad sedan den skickades" in listed
    (path,) = re.findall(r'href="(/attest/steps/[^"]*/changes)"', listed)
    page = (await browser.get(path)).text
    assert "12,50 kr" in _text(page) and "15,00 kr" in _text(page) and "375,00 kr" in _text(page)
    assert not re.search(r'name="choice"[^>]* checked', page)
    shown = re.findall(r'name="shown" value="([^"]+)"', page)[0]
    assert (await _post(browser, path, {"shown": shown})).status_code == 422
    assert (await _post(browser, path, {"shown": "old", "choice": "accept"})).status_code == 409
    done = await _post(browser, path, {"shown": shown, "choice": "accept"})
    assert done.status_code == 303, done.text
    ((price, net),) = await _rows(
        site, "SELECT l.price, l.net_amount FROM order_line l JOIN purchase_order o ON o.id = l.order_id"
        " WHERE o.requisition_id IS NOT NULL AND l.article_id = :id ORDER BY o.id DESC LIMIT 1", id=PEN,
    )  # fmt: skip
    assert (price, net) == (D(15), D(300))


async def test_an_ended_agreement_is_no_passed_control_and_only_sent_back(
    site: Site, seeded_at: datetime
) -> None:
    """CO01 as the attestant sees it."""
    database = site.installation.database
    await requisition_to_attest(database, seeded_at, KB_1002=20)
    browser = await _as(site, "attestant@gsf")
    before = (await browser.get("/attest")).text
    assert "Avrop på ramavtal R-2026-001" in before
    end = "UPDATE agreement SET valid_to = valid_from WHERE number = 'R-2026-001' RETURNING 1"
    await _rows(site, end)
    after = (await browser.get("/attest")).text
    assert "Avtal R-2026-001 gäller inte i dag" in after and "Avrop på ramavtal" not in after
    assert _actions(after) == [] and len(_backs(after)) == 1
    refused = await _post(browser, _actions(before)[0])
    assert refused.status_code == 409, "what was seen is not what is there"
