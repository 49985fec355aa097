"""Regler och gränser: who reads, who changes, the second person, and that each rule is obeyed once it is changed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.invoices.writer import Charge
from portal.access.rules.settings import RULES
from portal.db.context import Context
from portal.integrations.mail import FakeMailer
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.waiting import wait_no_longer
from portal.invoicing.queries.limits import limits_in_force
from portal.jobs.context import JobContext
from portal.suppliers.jobs import mail_account
from portal.suppliers.queries.accounts import hours_of_wait
from tests.web.core.conftest import Site, shared_site
from tests.web.invoicing.conftest import ordered, post, rows, status_of, today_of, user

__all__ = ["shared_site"]
PATH = "/invoicing/settings"
FIRST, SECOND = "central@stad", "central2@stad"


async def changed(site: Site, key: str, value: str, **form: str) -> None:
    """The rule on its page, by as many persons as it takes."""
    first = await user(site, FIRST)
    given = {"value": value, "valid_from": str(today_of(site)), "why": "Beslut 12", **form}
    answer = await post(first, f"{PATH}/{key}", given)
    assert answer.status_code == 303, answer.text
    second = await user(site, SECOND)
    for change in await waiting(site, key):
        path = f"{PATH}/{key}/changes/{change}/confirmation"
        assert (await post(second, path)).status_code == 303


async def waiting(site: Site, key: str) -> list[UUID]:
    sql = "SELECT id FROM setting_change WHERE key = :key AND status = 'proposed'"
    return [row.id for row in await rows(site, sql, key=key)]


async def test_who_reads_and_who_changes(shared_site: Site) -> None:
    one = f"{PATH}/match.total_amount"
    form = {"value": "400", "valid_from": str(today_of(shared_site)), "why": "x"}
    for login, reads in (
        ("levgruppen@stad", 200),
        ("revisor@stad", 200),
        ("admin@gsf", 403),
        ("bestallare@gsf", 403),
    ):
        browser = await user(shared_site, login)
        assert [(await browser.get(path)).status_code for path in (PATH, one)] == [reads, reads], login
        assert (await post(browser, one, form)).status_code == 403, login
    central = await user(shared_site, FIRST)
    page = (await central.get(PATH)).text
    assert all(f'href="{PATH}/{key}"' in page for key in RULES)
    assert "48 timmar" in page and "Ingen har ändrat den." in page
    assert (await central.get(f"{PATH}/finns.inte")).status_code == 404
    assert (await post(central, f"{PATH}/finns.inte", form)).status_code == 404


async def test_what_lets_more_through_waits_for_another(site: Site) -> None:
    """Proposed by one; not confirmed by the same, nor twice; then it holds and the history names both."""
    key = "match.total_amount"
    first, second = await user(site, FIRST), await user(site, "levgruppen@stad")
    form = {"value": "900", "valid_from": str(today_of(site)), "why": "Beslut 12"}
    assert (await post(first, f"{PATH}/{key}", form)).status_code == 303
    assert (await post(first, f"{PATH}/{key}", form | {"value": "800"})).status_code == 409
    assert "500,00" in await _now(first, key)
    (change,) = await waiting(site, key)
    step = f"{PATH}/{key}/changes/{change}"
    own = (await first.get(f"{PATH}/{key}")).text
    assert "Du har själv föreslagit ändringen" in own
    assert (await post(first, f"{step}/confirmation")).status_code == 403
    assert (await post(await user(site, "admin@gsf"), f"{step}/confirmation")).status_code == 403
    assert "Ändrade regler att godkänna" in (await second.get("/")).text
    assert (await post(second, f"{step}/confirmation")).status_code == 303
    assert (await post(second, f"{step}/confirmation")).status_code == 409
    assert "900,00" in await _now(first, key)
    told = await rows(site, "SELECT tag, actor FROM audit_event WHERE subject_type = 'setting' ORDER BY id")
    assert [tuple(row) for row in told] == [
        ("setting:change:propose", FIRST), ("setting:status:confirm", "levgruppen@stad"),
    ]  # fmt: skip
    assert "Central administratör, godkänd av Levgruppen" in (await first.get(PATH)).text


async def _now(browser: Any, key: str) -> str:
    page = (await browser.get(f"{PATH}/{key}")).text
    return page.split('id="now"', 1)[1].split("</dl>", 1)[0]


async def test_a_proposal_is_rejected_with_a_reason_and_nothing_holds(site: Site) -> None:
    key = "supplier.account_wait_hours"
    first, second = await user(site, FIRST), await user(site, SECOND)
    form = {"value": "24", "valid_from": str(today_of(site)), "why": "Fortare"}
    assert (await post(first, f"{PATH}/{key}", form)).status_code == 303
    (change,) = await waiting(site, key)
    step = f"{PATH}/{key}/changes/{change}/rejection"
    assert (await post(second, step, {"reason": " "})).status_code == 422
    assert (await post(second, step, {"reason": "Fyrtioåtta timmar skyddar oss."})).status_code == 303
    assert "48 timmar" in await _now(first, key)
    assert "Fyrtioåtta timmar skyddar oss." in (await first.get(f"{PATH}/{key}")).text


async def test_what_is_written_wrongly_is_said_at_its_field(shared_site: Site) -> None:
    first = await user(shared_site, FIRST)
    wrong = {"value": "200", "valid_from": "2020-01-01", "why": ""}
    answer = await post(first, f"{PATH}/supplier.account_wait_hours", wrong)
    assert answer.status_code == 422
    for name in ("value", "valid_from", "why"):
        assert f'id="{name}-error"' in answer.text
    assert "Skriv ett helt tal från 24 till 120." in answer.text
    today = {"valid_from": str(today_of(shared_site)), "why": "Test"}
    for key, value in (("receipt.remind_day", "7"), ("receipt.wait_days", "5"), ("receipt.wait_days", "7")):
        assert (await post(first, f"{PATH}/{key}", today | {"value": value})).status_code == 422, key


async def test_a_change_ahead_holds_from_its_day(site: Site) -> None:
    day = today_of(site) + timedelta(10)
    await changed(site, "match.total_amount", "900", valid_from=str(day))
    first = await user(site, FIRST)
    assert "500,00" in await _now(first, "match.total_amount")
    assert "900,00" in (await first.get(PATH)).text
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        before = await limits_in_force(session, CONCERN_ID, day - timedelta(1))
        after = await limits_in_force(session, CONCERN_ID, day)
    assert ([r.value for r in before.rows], [r.value for r in after.rows]) == ([], [D(900)])


LIMITS = {
    "match.price_percent": "1,5", "match.over_delivery_percent": "5", "match.line_amount": "12",
    "match.total_percent": "2", "match.total_amount": "900", "match.charge_amount": "95",
}  # fmt: skip


async def test_every_match_limit_of_the_page_is_the_matchings(site: Site) -> None:
    """As an invoice meets them: the limits of the decision that is stored."""
    assert set(LIMITS) == {rule.key for rule in RULES.values() if rule.is_limit}
    for key, value in LIMITS.items():
        await changed(site, key, value)
    invoice = await ordered(site, "EX-100001", "R-1", lines=_dearer)
    sql = (
        "SELECT stored FROM rule_decision WHERE invoice_id = :id AND kind = 'match' ORDER BY id DESC LIMIT 1"
    )
    (decision,) = await rows(site, sql, id=invoice)
    limits = json.loads(bytes(decision.stored))["limits"]
    for key, value in LIMITS.items():
        assert D(str(limits[key.removeprefix("match.")])) == D(value.replace(",", ".")), key


def _dearer(lines: Any) -> Any:
    return (replace(lines[0], price=D("50.10")), *lines[1:])


async def again(site: Site, invoice: UUID) -> str:
    """Where the invoice rests when it is controlled once more."""
    await rerun(site.installation.database, CONCERN_ID, [invoice], site.clock.now())
    return await status_of(site, invoice)


async def test_a_price_within_the_limit_passes(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "R-2", lines=_dearer)
    assert await status_of(site, invoice) == "matching_required"
    await changed(site, "match.price_percent", "1,5")
    assert await again(site, invoice) == "done"


async def test_freight_on_the_list_and_within_its_limit_passes(site: Site) -> None:
    invoice = await ordered(site, "EX-100001", "R-4", charges=(Charge(D(95), "Frakt"),))
    await changed(site, "match.charge_codes", "FC")
    assert await again(site, invoice) == "matching_required"
    await changed(site, "match.charge_amount", "95")
    assert await again(site, invoice) == "done"


async def test_rounding_and_its_account(site: Site) -> None:
    await changed(site, "coding.rounding_account", "6411")
    await changed(site, "arrival.most_rounding", "0,10")
    invoice = await ordered(site, "EX-100001", "R-6", rounding=D("0.20"))
    assert await status_of(site, invoice) == "invoice_information"
    await changed(site, "arrival.most_rounding", "0,20")
    assert await again(site, invoice) == "done"
    sql = "SELECT account FROM invoice_coding WHERE invoice_id = :id AND amount = 0.20"
    assert [row.account for row in await rows(site, sql, id=invoice)] == ["6411"]


async def test_the_days_of_a_receipt(site: Site) -> None:
    """An invoice without receipt is asked for on the second day, and stops on the third."""
    await changed(site, "receipt.remind_day", "2")
    await changed(site, "receipt.wait_days", "3")
    invoice = await ordered(site, "EX-100002", "R-8")
    assert await status_of(site, invoice) == "awaiting_receipt"
    for days, reminded, status in ((1, False, "awaiting_receipt"), (1, True, "awaiting_receipt"),
                                   (1, True, "matching_required")):  # fmt: skip
        site.clock.advance(days=days)
        async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
            await wait_no_longer(session, CONCERN_ID, site.clock.now())
        (row,) = await rows(site, "SELECT receipt_reminded_at FROM invoice WHERE id = :id", id=invoice)
        assert (row.receipt_reminded_at is not None) == reminded
        assert await status_of(site, invoice) == status


async def test_the_buyers_name_is_hidden_and_shown_again(site: Site) -> None:
    """The latest choice counts."""
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    path = f"/supplier/orders/{demo_id('order', 'EX-100003')}"
    for value, shown in (("ja", False), ("nej", True)):
        await changed(site, "order.hide_buyer", value)
        assert ('id="contact"' in (await supplier.get(path)).text) == shown


@pytest.mark.parametrize(("value", "hours"), [("72", 72), ("24", 24)])
async def test_the_wait_of_an_account_is_told_and_kept(site: Site, value: str, hours: int) -> None:
    await changed(site, "supplier.account_wait_hours", value)
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        assert await hours_of_wait(session, CONCERN_ID, today_of(site)) == hours
    supplier = await user(site, "leverantor@kontorsbolaget.test")
    form = {"kind": "BANKGIRO", "number": "505-1206"}
    assert (await post(supplier, "/supplier/company/accounts", form)).status_code == 303
    (account,) = await rows(site, "SELECT id FROM supplier_account WHERE number = '5051206'")
    mailer = FakeMailer()
    context = JobContext(site.installation.database, site.clock.now, "suppliers", 7, 1, CONCERN_ID)
    await mail_account(mailer, "https://portal.test", context, account_id=str(account.id))
    letter = mailer.sent[0].text
    assert f"tidigast {hours} timmar efter" in letter and f"at the earliest {hours} hours" in letter
    assert not re.search(r"\b(48|24|72) timmar", letter.replace(f"{hours} timmar", ""))
