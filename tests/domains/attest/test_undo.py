"""An attest that can be undone: nothing comes of it before its time, its maker alone undoes it, and of the undoing and
the job exactly one wins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.attest.actions.delegations import revoke_delegation
from portal.attest.queries.acts import acts_of
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing import jobs as invoicing_jobs
from portal.invoicing.actions import approval as invoices
from portal.invoicing.actions import attested as attested_invoices
from portal.invoicing.actions import holds
from portal.invoicing.actions.leaving import leave
from portal.jobs.context import JobContext
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.orders import jobs as orders_jobs
from portal.orders.actions import answer, approval, attested, change_approval, changes
from portal.orders.actions.basket_adding import add_to_basket
from portal.orders.actions.basket_saving import Changes, LineChange, save
from portal.orders.change_values import Terms
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.shown import digest
from portal.orders.values import CodingShare
from tests.domains.orders.conftest import actor_of, supplier_of
from tests.domains.orders.flow import fill, ordered, send_it
from tests.web.attest.conftest import delegate, invoice_to_attest, requisition_to_attest

TEN = timedelta(seconds=10)
ATTESTANT, OTHER, BUYER = actor_of("attestant@gsf"), actor_of("chef@gsf"), actor_of("bestallare@gsf")
SYSTEM = Context.for_system(CONCERN_ID)


async def rows(city: Database, sql: str, **given: Any) -> Sequence[Any]:
    async with city.session(SYSTEM) as session:
        return (await session.execute(text(sql), given)).all()


async def status(city: Database, subject: UUID) -> str:
    """Of an invoice, a requisition or an order."""
    sql = " UNION ALL ".join(
        f"SELECT status FROM {table} WHERE id = :id" for table in ("invoice", "requisition", "purchase_order")
    )
    return str((await rows(city, sql, id=subject))[0].status)


async def step_of(city: Database, subject: UUID) -> Any:
    return (
        await rows(city, "SELECT * FROM approval_step WHERE subject_id = :id ORDER BY created_at", id=subject)
    )[0]


async def tags(city: Database, subject: UUID) -> list[str]:
    found = await rows(city, "SELECT tag FROM audit_event WHERE subject_id = :id ORDER BY at, id", id=subject)
    return [row.tag for row in found]


async def act(city: Database, actor: Any, verb: Any, *args: Any, **how: Any) -> Any:
    """One action in one transaction of its actor."""
    async with city.session(actor.context()) as session:
        return await verb(session, actor, *args, **how)


async def attest(city: Database, subject: UUID, now: datetime, actor: Any = ATTESTANT) -> UUID:
    """Attest its one step, to be undone for ten seconds; the decision."""
    step = await step_of(city, subject)
    verb = {
        "invoice": invoices.approve,
        "requisition": approval.approve,
        "order": change_approval.approve_change,
    }[step.subject_type]
    how: dict[str, Any] = {"shown": b"x", "note": None, "now": now, "undo": TEN}
    await act(city, actor, verb, step.id, **how)
    return UUID(str((await step_of(city, subject)).decision_id))


async def due(city: Database, decision: UUID, now: datetime) -> None:
    """The job, as the worker runs it."""
    (row,) = await rows(city, "SELECT subject_type FROM decision WHERE id = :id", id=decision)
    job = (invoicing_jobs if row.subject_type == "invoice" else orders_jobs).complete_attest
    await job(JobContext(city, lambda: now, "job", 1, 1, CONCERN_ID), decision_id=str(decision))


async def test_an_invoice_waits_is_undone_and_is_attested_again(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    invoice = await invoice_to_attest(city, now, "U-1", D(800))
    first = await attest(city, invoice, now)
    assert await status(city, invoice) == "attested"
    (job,) = await rows(
        city, "SELECT scheduled_at - now() AS left FROM procrastinate_jobs WHERE args ->> 'decision_id' = :id",
        id=str(first),
    )  # fmt: skip
    assert timedelta(seconds=5) < job.left <= TEN, "due by the database's own clock"
    assert await act(city, ATTESTANT, attested_invoices.undo, first, now=now + TEN / 2) == invoice
    assert await status(city, invoice) == "approval"
    step = await step_of(city, invoice)
    assert (step.state, step.decision_id, step.decided_at) == ("waiting", None, None)
    async with city.session(SYSTEM) as session:
        assert "approve" not in {one.act for one in await acts_of(session, CONCERN_ID, invoice)}
    told = await tags(city, invoice)
    assert {"invoice:decision:approve", "invoice:decision:undo", "invoice:status:undo_attest"} <= set(told)
    await due(city, first, now + TEN)
    assert await status(city, invoice) == "approval", "the job of what was undone does nothing"
    second = await attest(city, invoice, now + TEN)
    await due(city, first, now + 2 * TEN)
    assert await status(city, invoice) == "attested", "and nothing to the attest that came after"
    await due(city, second, now + 2 * TEN)
    await due(city, second, now + 2 * TEN)
    assert await status(city, invoice) == "done"
    assert (await tags(city, invoice)).count("invoice:status:complete_attest") == 1


async def test_who_may_undo_and_when(shared_seeded: Database, seeded_at: datetime) -> None:
    city, now = shared_seeded, seeded_at
    invoice = await invoice_to_attest(city, now, "U-2", D(800))
    made = await attest(city, invoice, now)
    for other in (OTHER, actor_of("admin@gsf"), actor_of("granskare@gsf")):
        with pytest.raises(Forbidden, match="attestant@gsf, som attesterade"):
            await act(city, other, attested_invoices.undo, made, now=now)
    with pytest.raises((Forbidden, NotFound)):
        await act(city, actor_of("attestant@aof"), attested_invoices.undo, made, now=now)
    with pytest.raises(NotFound):
        await act(city, ATTESTANT, attested_invoices.undo, demo_id("decision", "none"), now=now)
    with pytest.raises(Conflict, match="Tiden att ångra är ute"):
        await act(city, ATTESTANT, attested_invoices.undo, made, now=now + TEN)
    await act(city, ATTESTANT, attested_invoices.undo, made, now=now)
    with pytest.raises(Conflict, match="redan ångrat"):
        await act(city, ATTESTANT, attested_invoices.undo, made, now=now)
    made = await attest(city, invoice, now)
    await due(city, made, now + TEN)
    with pytest.raises(Conflict, match="redan klar"):
        await act(city, ATTESTANT, attested_invoices.undo, made, now=now)


async def test_of_the_undoing_and_the_job_exactly_one_wins(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    for number in range(6):
        if number % 2:
            subject, undo = (
                await invoice_to_attest(city, now, f"U-3-{number}", D(800)),
                attested_invoices.undo,
            )
        else:
            subject, undo = await requisition_to_attest(city, now, KB_1001=1), attested.undo
        made = await attest(city, subject, now)
        undone, done = await asyncio.gather(
            act(city, ATTESTANT, undo, made, now=now), due(city, made, now + TEN), return_exceptions=True
        )
        assert done is None, done
        end = await status(city, subject)
        won = not isinstance(undone, BaseException)
        assert isinstance(undone, UUID | Conflict), undone
        assert end in (("approval", "awaiting_approval") if won else ("done", "ordered"))
        orders = await rows(city, "SELECT 1 FROM purchase_order WHERE requisition_id = :id", id=subject)
        assert len(orders) == (1 if end == "ordered" else 0)


async def test_a_hold_put_on_meanwhile_stops_it_and_never_the_undoing(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    admin, invoice = actor_of("admin@gsf"), await invoice_to_attest(city, now, "U-4", D(800))
    made = await attest(city, invoice, now)
    await act(city, admin, holds.investigate, invoice, on=True, note="Fel pris?", now=now)
    await act(city, ATTESTANT, attested_invoices.undo, made, now=now)
    assert await status(city, invoice) == "approval", "what is taken back passes a hold"
    await act(city, admin, holds.investigate, invoice, on=False, note="Rätt pris.", now=now)
    made = await attest(city, invoice, now)
    await act(city, admin, holds.investigate, invoice, on=True, note="Fel pris?", now=now)
    await due(city, made, now + TEN)
    assert await status(city, invoice) == "approval"
    assert (await step_of(city, invoice)).state == "waiting"
    (told,) = await rows(
        city,
        "SELECT why FROM audit_event WHERE subject_id = :id AND tag = 'invoice:status:stop_attest'",
        id=invoice,
    )
    assert "utredning" in told.why
    waiting = await rows(
        city, "SELECT user_id FROM invoice_participant WHERE invoice_id = :id AND waiting", id=invoice
    )
    assert [row.user_id for row in waiting] == [ATTESTANT.user_id]


async def test_a_delegation_that_ended_and_a_user_who_left_in_between(
    seeded: Database, seeded_at: datetime
) -> None:
    """The attest was theirs to give when it was given; what is undone waits for whose step it is."""
    city, now = seeded, seeded_at
    link = await delegate(city, now, "attestant@gsf", "chef@gsf", "approve_invoice")
    kept, undone, third = [await invoice_to_attest(city, now, f"U-5-{n}", D(800)) for n in range(3)]
    made = [await attest(city, one, now, OTHER) for one in (kept, undone)]
    await act(city, actor_of("admin@gsf"), revoke_delegation, link, now=now)
    await act(city, OTHER, attested_invoices.undo, made[1], now=now)
    assert (await step_of(city, undone)).approver_id == ATTESTANT.user_id
    await due(city, made[0], now + TEN)
    assert await status(city, kept) == "done"
    last = await attest(city, third, now)
    async with city.session(SYSTEM) as session:
        await leave(session, "attestant@gsf", why="Slutat", actor="operator", now=now)
    await due(city, last, now + TEN)
    assert await status(city, third) == "done"


async def test_a_requisition_sends_nothing_before_its_time(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    made_orders = "SELECT id FROM purchase_order WHERE requisition_id = :id"
    requisition = await requisition_to_attest(city, now, KB_1001=2)
    made = await attest(city, requisition, now)
    assert await status(city, requisition) == "attested"
    assert await rows(city, made_orders, id=requisition) == []
    await act(city, ATTESTANT, attested.undo, made, now=now)
    assert await status(city, requisition) == "awaiting_approval"
    made = await attest(city, requisition, now)
    await due(city, made, now + TEN)
    await due(city, made, now + TEN)
    assert await status(city, requisition) == "ordered"
    assert len(await rows(city, made_orders, id=requisition)) == 1
    with pytest.raises(Conflict, match="redan attesterad och skickad"):
        await act(city, ATTESTANT, attested.undo, made, now=now)


async def test_what_may_no_longer_be_bought_is_not(seeded: Database, seeded_at: datetime) -> None:
    city, now = seeded, seeded_at
    requisition = await requisition_to_attest(city, now, KB_1001=2)
    made = await attest(city, requisition, now)
    ended = "UPDATE agreement SET valid_to = valid_from WHERE number = 'R-2026-001' RETURNING id"
    assert await rows(city, ended)
    await due(city, made, now + TEN)
    assert await status(city, requisition) == "awaiting_approval"
    assert (await step_of(city, requisition)).state == "waiting"
    assert await rows(city, "SELECT 1 FROM purchase_order WHERE requisition_id = :id", id=requisition) == []
    (told,) = await rows(
        city, "SELECT why FROM audit_event WHERE subject_id = :id AND tag = 'requisition:status:stop_attest'",
        id=requisition,
    )  # fmt: skip
    assert told.why


def _coded(line: Any, ansvar: str) -> LineChange:
    rows = tuple(CodingShare(row.id, CodeString("6451", ansvar, "440"), row.share) for row in line.coding)
    return LineChange(line.id, line.quantity, rows)


async def test_a_part_is_undone_until_another_has_attested(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    requisition = await fill(city, BUYER, {"KB-1001": 2}, now)
    await act(city, BUYER, add_to_basket, demo_id("article", "KB-1002"), D(2), now)
    async with city.session(BUYER.context()) as session:
        basket = await load_requested(session, BUYER, requisition)
        wanted = Changes((_coded(basket.lines[0], "31100"), _coded(basket.lines[1], "31200")), {})
        await save(session, BUYER, requisition, wanted, shown=digest(basket), now=now)
    await send_it(city, BUYER, requisition, now)
    both = await rows(
        city, "SELECT s.id, u.login FROM approval_step s JOIN app_user u ON u.id = s.approver_id"
        " WHERE subject_id = :id ORDER BY responsibility", id=requisition,
    )  # fmt: skip
    assert len({row.login for row in both}) == 2

    async def part(which: int, at: datetime) -> UUID:
        await act(
            city,
            actor_of(both[which].login),
            approval.approve,
            both[which].id,
            shown=b"x",
            note=None,
            now=at,
            undo=TEN,
        )
        (row,) = await rows(city, "SELECT decision_id FROM approval_step WHERE id = :id", id=both[which].id)
        return UUID(str(row.decision_id))

    first = actor_of(both[0].login)
    mine = await part(0, now)
    await act(city, first, attested.undo, mine, now=now)
    assert (await tags(city, requisition))[-1].endswith(("undo_attest_part", "decision:undo"))
    mine = await part(0, now)
    theirs = await part(1, now + TEN / 2)
    assert await status(city, requisition) == "attested"
    with pytest.raises(Conflict, match=f"{both[1].login} attesterade efter dig"):
        await act(city, first, attested.undo, mine, now=now + TEN / 2)
    await act(city, actor_of(both[1].login), attested.undo, theirs, now=now + TEN / 2)
    await act(city, first, attested.undo, mine, now=now + TEN / 2)
    assert await status(city, requisition) == "awaiting_approval"


async def test_a_change_of_an_order_holds_first_when_its_time_is_over(
    shared_seeded: Database, seeded_at: datetime
) -> None:
    city, now = shared_seeded, seeded_at
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1003": 2}, now)
    seller = supplier_of("Kontorsbolaget AB")
    await act(city, seller, answer.answer, order.id, code="CA", promised_on=None, note="Dyrare.", now=now)
    (line,) = await rows(city, "SELECT id, price FROM order_line WHERE order_id = :id", id=order.id)
    stated = {str(line.id): Terms(D(2), line.price + 5)}
    await act(city, BUYER, changes.accept_change, order.id, stated, now=now)
    price = "SELECT price FROM order_line WHERE order_id = :id"
    made = await attest(city, order.id, now)
    assert await status(city, order.id) == "change_attested"
    assert (await rows(city, price, id=order.id))[0].price == line.price
    await act(city, ATTESTANT, change_approval.undo_change, made, now=now)
    assert await status(city, order.id) == "change_awaiting_approval"
    made = await attest(city, order.id, now)
    await due(city, made, now + TEN)
    await due(city, made, now + TEN)
    assert await status(city, order.id) == "confirmed"
    assert (await rows(city, price, id=order.id))[0].price == line.price + 5
    with pytest.raises(Conflict):
        await act(city, ATTESTANT, change_approval.undo_change, made, now=now)
