"""A supplier's change accepted, attested, refused; the rest ended; more than ordered (M14, M25, S14, CO04–CO06)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.audit.models import AuditEvent
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.mail import Mail
from portal.integrations.object_store import FakeStore
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.orders.actions.answer import answer
from portal.orders.actions.change_approval import approve_change, send_change_back
from portal.orders.actions.changes import accept_change, raise_to_received, refuse_change
from portal.orders.actions.ending import cancel_order, end_rest
from portal.orders.actions.receipts import Delivery, receive, receive_all, take_back_receipt
from portal.orders.change_values import Terms
from portal.orders.jobs import SendingParts, mail_answer, tell_supplier
from portal.orders.models import OrderChange, OrderLine, PurchaseOrder
from portal.orders.queries.call_offs import call_offs_of
from tests.domains.orders.conftest import actor_of, supplier_of
from tests.domains.orders.flow import ordered, steps

SYSTEM = Context.for_system(CONCERN_ID)
BUYER, ATTESTANT, ADMIN = actor_of("bestallare@gsf"), actor_of("attestant@gsf"), actor_of("admin@gsf")
SUPPLIER = supplier_of("Kontorsbolaget AB")
AGREEMENT = demo_id("agreement", "R-2026-001")


async def _rows(city: Database, query: Any) -> list[Any]:
    async with city.session(SYSTEM) as session:
        return list((await session.execute(query)).scalars().all())


async def _order(city: Database, order_id: UUID) -> PurchaseOrder:
    (order,) = await _rows(city, select(PurchaseOrder).where(PurchaseOrder.id == order_id))
    return order


async def _lines(city: Database, order_id: UUID) -> list[OrderLine]:
    found = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
    return await _rows(city, found)


async def _changed(city: Database, now: datetime, quantity: int = 10) -> PurchaseOrder:
    """An order of paper that the supplier has changed."""
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": quantity}, now)
    async with city.session(SUPPLIER.context()) as session:
        await answer(session, SUPPLIER, order.id, code="CA", promised_on=None, note="8 st à 52,40", now=now)
    return order


async def _accept(
    city: Database, order_id: UUID, quantity: str, price: str, now: datetime, actor: Actor = BUYER
) -> str:
    (line,) = await _lines(city, order_id)
    async with city.session(actor.context()) as session:
        stated = {str(line.id): Terms(D(quantity), D(price))}
        return await accept_change(session, actor, order_id, stated, now=now)


async def _used(city: Database) -> D:
    async with city.session(SYSTEM) as session:
        await session.execute(
            text("UPDATE agreement SET cap_amount = 2000000 WHERE id = :id"), {"id": AGREEMENT}
        )
        (found,) = await call_offs_of(session, CONCERN_ID, {AGREEMENT: D(0)})
    return D(found.used)


async def test_accepting_changes_the_lines_the_sums_and_what_the_agreement_has_left(
    city: Database, now: datetime
) -> None:
    order = await _changed(city, now)
    before = await _used(city)
    assert await _accept(city, order.id, "8", "45.00", now) == "confirmed"
    (line,) = await _lines(city, order.id)
    assert (line.quantity, line.price, line.net_amount) == (D(8), D(45), D("360.00"))
    after = await _order(city, order.id)
    assert (after.status, after.net_amount, after.gross_amount) == ("confirmed", D("360.00"), D("450.00"))
    assert before - await _used(city) == D("499.00") - D("360.00")
    (event,) = await _rows(city, select(AuditEvent).where(AuditEvent.tag == "order:status:accept_change"))
    assert "10 Kopieringspapper" in event.data["before"][0] and "49,90" in event.data["before"][0]
    assert "8 Kopieringspapper" in event.data["after"][0]
    jobs = await _rows(
        city, text("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'orders.tell_supplier'")
    )
    assert len(jobs) == 1


async def test_a_higher_price_is_attested_before_anything_changes(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    assert await _accept(city, order.id, "8", "52.40", now) == "change_awaiting_approval"
    (line,) = await _lines(city, order.id)
    assert (line.quantity, line.price) == (D(10), D("49.90"))
    (step,) = await steps(city, order.id)
    assert (step.subject_type, step.approver_id, step.amount) == (
        "order", demo_id("user", "attestant@gsf"), D("419.20"),
    )  # fmt: skip
    with pytest.raises(Conflict, match="väntar på attest"):
        async with city.session(BUYER.context()) as session:
            await receive_all(session, BUYER, order.id, received_on=stockholm_date(now), note=None, now=now)
    async with city.session(ATTESTANT.context()) as session:
        await approve_change(session, ATTESTANT, step.id, shown=b"seen", note=None, now=now)
    (line,) = await _lines(city, order.id)
    assert (line.quantity, line.price) == (D(8), D("52.40"))
    assert (await _order(city, order.id)).status == "confirmed"


async def test_sent_back_the_buyer_takes_a_stand_again(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    await _accept(city, order.id, "8", "52.40", now)
    async with city.session(ATTESTANT.context()) as session:
        with pytest.raises(Invalid):
            await send_change_back(session, ATTESTANT, order.id, note="", now=now)
        await send_change_back(session, ATTESTANT, order.id, note="För dyrt", now=now)
    assert (await _order(city, order.id)).status == "confirmed_with_change"
    assert await steps(city, order.id) == []
    assert await _accept(city, order.id, "8", "49.90", now) == "confirmed"


async def test_whoever_accepts_does_not_attest(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    with pytest.raises(Forbidden):  # sees the order as its attestant, and is not its buyer
        await _accept(city, order.id, "8", "52.40", now, actor=ATTESTANT)
    await _accept(city, order.id, "8", "52.40", now)
    (step,) = await steps(city, order.id)
    with pytest.raises(Forbidden):
        async with city.session(BUYER.context()) as session:
            await approve_change(session, BUYER, step.id, shown=b"", note=None, now=now)


async def test_a_change_above_the_cap_is_refused_and_nothing_is_done(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    used = await _used(city)
    async with city.session(SYSTEM) as session:
        await session.execute(
            text("UPDATE agreement SET cap_amount = :cap WHERE id = :id"), {"cap": used + 5, "id": AGREEMENT}
        )
    with pytest.raises(Invalid, match="takvolymen"):
        await _accept(city, order.id, "10", "52.40", now)
    assert (await _order(city, order.id)).status == "confirmed_with_change"
    assert await _rows(city, select(OrderChange)) == []


async def test_refused_the_supplier_is_told_and_answers_again(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Invalid):
            await refuse_change(session, BUYER, order.id, note=" ", now=now)
        await refuse_change(session, BUYER, order.id, note="Vi behöver alla tio", now=now)
    assert (await _order(city, order.id)).status == "sent"
    (mail,) = await _told(city, order.id, now)
    assert "Vi behöver alla tio" in mail.text and "inte godkänd" in mail.subject
    assert "does not accept your change" in mail.text
    async with city.session(SUPPLIER.context()) as session:
        (row,) = (await session.execute(select(OrderChange))).scalars().all()
        assert (row.kind, row.note) == ("refused", "Vi behöver alla tio")
        await answer(session, SUPPLIER, order.id, code="AP", promised_on=None, note=None, now=now)


class Postbox:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)


def _context(city: Database, now: datetime) -> JobContext:
    return JobContext(city, lambda: now, "orders", 1, 1, CONCERN_ID)


async def _told(city: Database, order_id: UUID, now: datetime) -> Sequence[Mail]:
    box = Postbox()
    for change in await _rows(city, select(OrderChange).where(OrderChange.order_id == order_id)):
        parts = SendingParts(FakeStore(), box, "https://portal.test")
        await tell_supplier(parts, _context(city, now), change_id=str(change.id))
    return box.sent


async def test_the_buyer_gets_a_mail_of_the_change_in_the_own_language(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    box = Postbox()
    parts = SendingParts(FakeStore(), box, "https://portal.test")
    await mail_answer(parts, _context(city, now), order_id=str(order.id))
    async with city.session(SYSTEM) as session:
        await session.execute(text("UPDATE app_user SET locale = 'en' WHERE login = 'bestallare@gsf'"))
    await mail_answer(parts, _context(city, now), order_id=str(order.id))
    swedish, english = box.sent
    assert swedish.to == "bestallare@gsf.exempelstad.test" and "8 st à 52,40" in swedish.text
    assert "vill ändra beställning" in swedish.subject and "wants to change order" in english.subject
    assert f"/en/orders/{order.id}" in english.text and swedish.id == english.id
    async with city.session(SYSTEM) as session:
        await session.execute(
            text("UPDATE purchase_order SET secret = true WHERE id = :id"), {"id": order.id}
        )
    await mail_answer(parts, _context(city, now), order_id=str(order.id))
    assert order.number not in box.sent[-1].subject + box.sent[-1].text
    assert "52,40" not in box.sent[-1].text


@pytest.mark.parametrize("code", ["AP", "CA", "RE"])
async def test_an_old_page_of_the_suppliers_does_not_answer_a_change_away(
    city: Database, now: datetime, code: str
) -> None:
    """A colleague's tab from before would confirm as ordered, and what the buyer was to decide would be gone."""
    order = await _changed(city, now)
    async with city.session(SUPPLIER.context()) as session:
        with pytest.raises(Conflict):
            await answer(
                session, SUPPLIER, order.id, code=code, promised_on=None, note="Som ni vill", now=now
            )
    assert (await _order(city, order.id)).status == "confirmed_with_change"


async def test_of_two_who_answer_at_once_one_is_told_what_happened(city: Database, now: datetime) -> None:
    order = await _changed(city, now)
    done = await asyncio.gather(
        *(_accept(city, order.id, "8", "49.90", now) for _ in range(2)), return_exceptions=True
    )
    assert [one for one in done if isinstance(one, str)] == ["confirmed"]
    (lost,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(lost, Conflict) and "redan bekräftad" in str(lost)


async def _receive(
    city: Database, order_id: UUID, quantity: str, now: datetime, note: str | None = None
) -> UUID:
    (line,) = await _lines(city, order_id)
    delivery = Delivery({line.id: D(quantity)}, {}, stockholm_date(now), note)
    async with city.session(BUYER.context()) as session:
        return await receive(session, BUYER, order_id, delivery, now=now)


async def test_the_rest_is_ended_by_buyer_or_administrator_and_the_cap_released(
    city: Database, now: datetime
) -> None:
    for actor in (BUYER, ADMIN, actor_of("fakturaadmin@gsf")):
        (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
        await _receive(city, order.id, "6", now)
        before = await _used(city)
        async with city.session(actor.context()) as session:
            with pytest.raises(Invalid):
                await end_rest(session, actor, order.id, note="", now=now)
            await end_rest(session, actor, order.id, note="Utgått", now=now)
        after = await _order(city, order.id)
        assert (after.status, after.net_amount) == ("closed", D("299.40"))
        assert before - await _used(city) == D("199.60")
        (mail,) = await _told(city, order.id, now)
        assert "Utgått" in mail.text and "Leverera inte mer" in mail.subject
        with pytest.raises(Conflict, match="avslutad"):
            await _receive(city, order.id, "4", now)


@pytest.mark.parametrize("login", ["mottagare@gsf", "attestant@gsf", "bestallare2@gsf", "admin@aof"])
async def test_nobody_else_ends_it(city: Database, now: datetime, login: str) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    await _receive(city, order.id, "6", now)
    actor = actor_of(login)
    with pytest.raises(Exception, match=r"Bara|finns inte|behörighet"):
        async with city.session(actor.context()) as session:
            await end_rest(session, actor, order.id, note="Nej", now=now)
    assert (await _order(city, order.id)).status == "partly_received"


async def test_a_refusal_to_cancel_or_end_names_the_true_reason(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Conflict, match="Makulera den i stället"):
            await end_rest(session, BUYER, order.id, note="Slut", now=now)
    await _receive(city, order.id, "6", now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Conflict, match="Avsluta resten"):
            await cancel_order(session, BUYER, order.id, note="Slut", now=now)


async def test_more_than_ordered_with_a_reason_after_all_has_come_and_taken_back(
    city: Database, now: datetime
) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 3}, now)
    await _receive(city, order.id, "3", now)
    with pytest.raises(Invalid, match="högst 0 till"):
        await _receive(city, order.id, "2", now)
    more = await _receive(city, order.id, "2", now, "Två till på köpet")
    (line,) = await _lines(city, order.id)
    assert (line.received_quantity, (await _order(city, order.id)).status) == (D(5), "received")
    async with city.session(BUYER.context()) as session:
        await take_back_receipt(session, BUYER, order.id, more, note=None, now=now)
    (line,) = await _lines(city, order.id)
    assert (line.received_quantity, (await _order(city, order.id)).status) == (D(3), "received")
    with pytest.raises(Conflict, match="redan kvitterat"):
        async with city.session(BUYER.context()) as session:
            await receive_all(session, BUYER, order.id, received_on=stockholm_date(now), note=None, now=now)


async def test_raised_to_what_has_come_when_attested(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 3}, now)
    await _receive(city, order.id, "3", now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Conflict, match="inte kommit mer"):
            await raise_to_received(session, BUYER, order.id, now=now)
    await _receive(city, order.id, "2", now, "Vi behåller dem")
    async with city.session(BUYER.context()) as session:
        assert await raise_to_received(session, BUYER, order.id, now=now) == "change_awaiting_approval"
    (line,) = await _lines(city, order.id)
    assert line.quantity == D(3)
    (step,) = await steps(city, order.id)
    async with city.session(ATTESTANT.context()) as session:
        await approve_change(session, ATTESTANT, step.id, shown=b"", note=None, now=now)
    (line,) = await _lines(city, order.id)
    assert (line.quantity, (await _order(city, order.id)).status) == (D(5), "received")


async def test_taken_back_a_change_that_nobody_has_answered_is_still_there(
    city: Database, now: datetime
) -> None:
    order = await _changed(city, now)
    receipt = await _receive(city, order.id, "4", now)
    async with city.session(BUYER.context()) as session:
        await take_back_receipt(session, BUYER, order.id, receipt, note=None, now=now)
    assert (await _order(city, order.id)).status == "confirmed_with_change"
