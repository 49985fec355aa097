"""Somebody becomes inactive: what waits goes to who may act, and is told of (S15, CO08, A2.19)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.activation import activate_user, find_user
from portal.attest.models import ApprovalStep
from portal.cli.moves import told_moves
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.integrations.mail import Mail
from portal.invoicing.actions import review
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.leaving import Moved, hand_on_left_behind, leave
from portal.invoicing.actions.leaving_letters import left_letters, step_letters
from portal.invoicing.actions.waiting import reminders
from portal.kernel.errors import Conflict, Forbidden
from portal.orders.actions.approval import approve
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import fill, send_it, steps
from tests.web.attest.conftest import delegate
from tests.web.core.conftest import Site, make_site, site
from tests.web.invoicing.conftest import manual, ordered, rows, status_of, user

__all__ = ["make_site", "site"]
BASE = "https://portal.test"
SYSTEM = Context.for_system(CONCERN_ID)
ROW = Coded(CodeString("6461", "31100", "440"), Decimal(100))


async def gone(site: Site, login: str) -> Sequence[Moved]:
    """The user is made inactive, as the command does it."""
    async with site.installation.database.session(SYSTEM) as session:
        return await leave(session, login, why="Slutat", actor="operator", now=site.clock.now())


async def waiting_step(site: Site, subject: Any) -> ApprovalStep:
    """The one step of a document that waits."""
    (step,) = await steps(site.installation.database, subject)
    return step


async def requisition_of(site: Site) -> Any:
    """A requisition that waits for attestant@gsf."""
    city, buyer, now = site.installation.database, actor_of("bestallare@gsf"), site.clock.now()
    requisition = await fill(city, buyer, {"KB-1001": 3}, now)
    await send_it(city, buyer, requisition, now)
    return requisition


async def letters(site: Site, verb: Any, *args: Any) -> list[Mail]:
    """What a job would send now."""
    async with site.installation.database.session(SYSTEM) as session:
        return list(await verb(session, CONCERN_ID, *args, BASE, site.clock.now()))


async def test_an_attestants_step_goes_to_the_next_above_and_the_sender_is_told(site: Site) -> None:
    requisition = await requisition_of(site)
    before = await waiting_step(site, requisition)
    moved = await gone(site, "attestant@gsf")
    step = await waiting_step(site, requisition)
    assert (step.id, step.approver_id, step.escalated_from) == (
        before.id, demo_id("user", "chef@gsf"), "31100",
    )  # fmt: skip
    assert any("gick till chef@gsf" in one for one in told_moves(moved))
    named = {"left": "attestant@gsf", "to": "chef@gsf"}
    (swedish,) = await letters(site, step_letters, step.id, named)
    assert (
        swedish.to == "bestallare@gsf.exempelstad.test" and "har gått vidare till chef@gsf" in swedish.subject
    )
    await site.change("UPDATE app_user SET locale = 'en' WHERE login = 'bestallare@gsf'")
    (english,) = await letters(site, step_letters, step.id, named)
    assert "has gone on to chef@gsf" in english.subject
    admins = await letters(site, left_letters, demo_id("user", "attestant@gsf"))
    assert {mail.to.partition(".")[0] for mail in admins} == {"admin@gsf", "fakturaadmin@gsf"}
    assert all("gick till chef@gsf" in mail.text and "Ansvar 31100" in mail.text for mail in admins)
    chief = actor_of("chef@gsf")
    async with site.installation.database.session(chief.context()) as session:
        await approve(session, chief, step.id, shown=b"x", note=None, now=site.clock.now())
    page = await (await user(site, "bestallare@gsf")).get(f"/orders/requisitions/{requisition}")
    assert "Attesten gick vidare till chef@gsf" in page.text


async def test_of_a_secret_one_nothing_is_named(site: Site) -> None:
    requisition = await requisition_of(site)
    await site.change("UPDATE requisition SET secret = true WHERE id = :id", id=requisition)
    await site.change(
        "INSERT INTO user_role (concern_id, user_id, permission, valid_from, scope)"
        " VALUES (:c, :u, 'B45', '2020-01-01', 'local')", c=CONCERN_ID, u=demo_id("user", "chef@gsf"),
    )  # fmt: skip
    moved = await gone(site, "attestant@gsf")
    number = (await rows(site, "SELECT number FROM requisition WHERE id = :id", id=requisition))[0].number
    step = await waiting_step(site, requisition)
    (mail,) = await letters(site, step_letters, step.id, {"left": "attestant@gsf", "to": "chef@gsf"})
    assert number not in mail.subject + mail.text
    assert not any(number in one for one in told_moves(moved))
    for mail in await letters(site, left_letters, demo_id("user", "attestant@gsf")):
        assert number not in mail.text and "sekretess" in mail.text


async def test_with_nobody_above_it_stays_and_the_administrators_are_told(site: Site) -> None:
    requisition = await requisition_of(site)
    await gone(site, "chef@gsf")
    moved = await gone(site, "attestant@gsf")
    assert (await waiting_step(site, requisition)).approver_id == demo_id("user", "attestant@gsf")
    assert any("kunde inte gå vidare" in one for one in told_moves(moved))


async def test_however_somebody_became_inactive_the_step_moves_once(site: Site) -> None:
    requisition = await requisition_of(site)
    await site.change("UPDATE app_user SET active = false WHERE login = 'attestant@gsf'")
    for _ in range(2):
        async with site.installation.database.session(SYSTEM) as session:
            await hand_on_left_behind(session, CONCERN_ID, site.clock.now())
    assert (await waiting_step(site, requisition)).approver_id == demo_id("user", "chef@gsf")
    told = await rows(site, "SELECT 1 FROM audit_event WHERE tag = 'requisition:approval:move'")
    jobs = await rows(site, "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'invoicing.mail_user_left'")
    assert len(told) == len(jobs) == 1


async def test_an_invoice_at_attest_is_before_the_one_above(site: Site) -> None:
    invoice = await manual(site, "L-1")
    reviewer = actor_of("granskare@gsf")
    async with site.installation.database.session(reviewer.context()) as session:
        await review.accept(session, reviewer, invoice, [ROW], shown=b"x", now=site.clock.now())
    await gone(site, "attestant@gsf")
    found = await rows(
        site, "SELECT u.login FROM invoice_participant p JOIN app_user u ON u.id = p.user_id"
        " WHERE p.invoice_id = :id AND p.waiting", id=invoice,
    )  # fmt: skip
    assert [row.login for row in found] == ["chef@gsf"]
    assert await status_of(site, invoice) == "approval"
    assert "L\u20111" in (await (await user(site, "chef@gsf")).get("/attest")).text


async def test_a_reviewers_invoices_have_no_reviewer_and_new_ones_of_the_code_neither(site: Site) -> None:
    invoice = await manual(site, "L-2")
    moved = await gone(site, "granskare@gsf")
    assert await status_of(site, invoice) == "reviewer_missing"
    assert any("Granskare ej angiven" in one and "L-2" in one for one in told_moves(moved))
    assert any("Mottagarkod GSF100" in one for one in told_moves(moved))
    later = await manual(site, "L-3")
    assert await status_of(site, later) == "reviewer_missing"
    page = (await (await user(site, "fakturaadmin@gsf")).get(f"/invoicing/invoices/{later}")).text
    assert "GSF100 leder till någon som inte är aktiv" in page


async def test_a_review_goes_to_the_delegate(site: Site) -> None:
    await delegate(
        site.installation.database, site.clock.now(), "granskare@gsf", "bestallare2@gsf", "review_invoice"
    )
    invoice = await manual(site, "L-4")
    await gone(site, "granskare@gsf")
    assert await status_of(site, invoice) == "review"
    assert "L-4" in (await (await user(site, "bestallare2@gsf")).get("/invoicing/invoices")).text


async def test_a_buyers_deviation_and_reminder_go_to_the_administrators(site: Site) -> None:
    deviating = await ordered(site, "EX-100004", "L-5")
    waiting = await ordered(site, "EX-100002", "L-6")
    moved = list(told_moves(await gone(site, "bestallare@gsf")))
    assert any("Order EX-100002" in one for one in moved)
    assert await status_of(site, deviating) == "matching_required"
    admin = await user(site, "fakturaadmin@gsf")
    assert "L-5" in (await admin.get("/invoicing/invoices")).text
    async with site.installation.database.session(SYSTEM) as session:
        mails = await reminders(session, CONCERN_ID, waiting, BASE, site.clock.now())
    assert {mail.to.partition(".")[0] for mail in mails} == {"admin@gsf", "fakturaadmin@gsf"}


async def test_the_one_who_left_is_signed_out_and_comes_back_with_the_same_group(site: Site) -> None:
    browser = await user(site, "attestant@gsf")
    await gone(site, "attestant@gsf")
    assert (await browser.get("/attest")).status_code in (302, 303)
    (found,) = await rows(site, "SELECT active, group_code FROM app_user WHERE login = 'attestant@gsf'")
    assert (found.active, found.group_code) == (False, "inactive")
    with pytest.raises(Conflict):
        await gone(site, "attestant@gsf")
    async with site.installation.database.session(SYSTEM) as session:
        one = await find_user(session, "attestant@gsf")
        assert (
            await activate_user(session, one, group=None, actor="operator", now=site.clock.now())
            == "standard"
        )
    (found,) = await rows(site, "SELECT active, group_code FROM app_user WHERE login = 'attestant@gsf'")
    assert (found.active, found.group_code) == (True, "standard")


async def test_the_one_who_left_cannot_take_the_step_that_moved(site: Site) -> None:
    requisition = await requisition_of(site)
    step = await waiting_step(site, requisition)
    await gone(site, "attestant@gsf")
    left = actor_of("attestant@gsf")
    with pytest.raises(Forbidden):
        async with site.installation.database.session(left.context()) as session:
            await approve(session, left, step.id, shown=b"x", note=None, now=site.clock.now())
