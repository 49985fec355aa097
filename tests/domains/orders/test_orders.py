"""From attest to receipt: send back, take back, the document and mail, the supplier's answer, receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import select, text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.attest.actions import NewDelegation, register_delegation
from portal.attest.models import Decision
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.peppol.order import read_order
from portal.formats.xml import parse_xml
from portal.integrations.mail import Mail, MailNotSent
from portal.integrations.object_store import FakeStore
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.orders.actions.answer import answer
from portal.orders.actions.approval import approve, send_back
from portal.orders.actions.ending import cancel_order
from portal.orders.actions.receipts import Delivery, receive, receive_all, take_back_receipt
from portal.orders.actions.sending import take_back
from portal.orders.jobs import SendingParts, send_order
from portal.orders.models import OrderLine, OrderResponse, PurchaseOrder, Receipt, Requisition, Transmission
from portal.orders.queries.order_detail import find_order
from portal.orders.queries.order_lists import Filters, list_orders
from portal.orders.queries.order_scope import visible
from tests.domains.orders.conftest import actor_of, supplier_of
from tests.domains.orders.flow import approve_all, fill, ordered, send_it, steps
from tests.meddling import meddle

SYSTEM = Context.for_system(CONCERN_ID)
BUYER = actor_of("bestallare@gsf")
XSD = Path(__file__).parents[4] / "shared/data/ubl-xsd/maindoc/UBL-Order-2.1.xsd"


async def _value(city: Database, query: Any) -> Any:
    async with city.session(SYSTEM) as session:
        return (await session.execute(query)).scalars().all()


async def _status(city: Database, order_id: UUID) -> str:
    return str((await _value(city, select(PurchaseOrder.status).where(PurchaseOrder.id == order_id)))[0])


async def test_sent_back_with_a_reason_mended_and_sent_again(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 3}, now)
    first = await send_it(city, BUYER, requisition, now)
    attestant = actor_of("attestant@gsf")
    async with city.session(attestant.context()) as session:
        with pytest.raises(Invalid, match="varför"):
            await send_back(session, attestant, requisition, note=" ", now=now)
        await send_back(session, attestant, requisition, note="Fel antal", now=now)
    assert await _value(city, select(Requisition.status).where(Requisition.id == requisition)) == [
        "sent_back"
    ]
    assert await send_it(city, BUYER, requisition, now) == first
    assert len(await approve_all(city, requisition, now)) == 1


async def test_taken_back_while_it_waits_its_steps_are_void(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 3}, now)
    await send_it(city, BUYER, requisition, now)
    (step,) = await steps(city, requisition)
    async with city.session(BUYER.context()) as session:
        await take_back(session, BUYER, requisition, now)
    assert await steps(city, requisition) == []
    attestant = actor_of("attestant@gsf")
    with pytest.raises(Conflict):
        async with city.session(attestant.context()) as session:
            await approve(session, attestant, step.id, shown=b"", note=None, now=now)


async def test_two_ansvar_both_must_approve(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 3, "KB-1002": 1}, now)
    other = (
        "UPDATE requisition_coding SET responsibility = '31200' WHERE line_id = (SELECT id FROM"
        " requisition_line WHERE requisition_id = :id ORDER BY position LIMIT 1)"
    )
    assert meddle(city.url, other, id=requisition)
    await send_it(city, BUYER, requisition, now)
    one, two = await steps(city, requisition)
    assert (one.amount, two.amount) == (D("12.50"), D("149.70"))
    first, second = actor_of("attestant@gsf"), actor_of("attestant2@gsf")
    async with city.session(first.context()) as session:
        assert await approve(session, first, one.id, shown=b"", note=None, now=now) == []
    async with city.session(second.context()) as session:
        assert len(await approve(session, second, two.id, shown=b"", note=None, now=now)) == 1


async def test_the_orderer_cannot_approve_by_delegation_either(city: Database, now: datetime) -> None:
    day = stockholm_date(now)
    admin = actor_of("admin@gsf")
    giver, taker = demo_id("user", "attestant@gsf"), demo_id("user", "bestallare@gsf")
    async with city.session(admin.context()) as session:
        new = NewDelegation(giver, taker, "approve_order", day, day + timedelta(7))
        await register_delegation(session, admin, new, now=now, confirmed=True)
    requisition = await fill(city, BUYER, {"KB-1001": 3}, now)
    await send_it(city, BUYER, requisition, now)
    (step,) = await steps(city, requisition)
    with pytest.raises(Forbidden):
        async with city.session(BUYER.context()) as session:
            await approve(session, BUYER, step.id, shown=b"", note=None, now=now)


class Postbox:
    """Takes mail, or fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.sent: list[Mail] = []
        self.failures = failures

    async def send(self, mail: Mail) -> None:
        if self.failures:
            self.failures -= 1
            raise MailNotSent("Mejlservern svarar inte.")
        self.sent.append(mail)


def _job(city: Database, now: datetime) -> JobContext:
    return JobContext(city, lambda: now, "orders.send", 1, 1, CONCERN_ID)


async def test_the_document_is_kept_and_the_mail_says_what_is_ordered(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10, "KB-1002": 3}, now)
    store, post = FakeStore(), Postbox(failures=1)
    parts = SendingParts(store, post, "https://portal.test")
    with pytest.raises(MailNotSent):
        await send_order(parts, _job(city, now), order_id=str(order.id))
    waiting = select(Transmission).where(Transmission.order_id == order.id, Transmission.channel == "mail")
    (mail,) = await _value(city, waiting)
    assert (mail.state, mail.attempts, mail.error) == ("waiting", 1, "Mejlservern svarar inte.")
    assert await _status(city, order.id) == "sent"
    await send_order(parts, _job(city, now), order_id=str(order.id))
    await send_order(parts, _job(city, now), order_id=str(order.id))
    (sent,) = post.sent
    assert (sent.to, f"https://portal.test/supplier/orders/{order.id}" in sent.text) == (
        "leverantor@kontorsbolaget.test", True,
    )  # fmt: skip
    assert "Kopieringspapper" in sent.text and "499,00" in sent.text and BUYER.name in sent.text
    (data,) = store.objects.values()
    document = read_order(data)
    assert (document.number, document.customer_reference, document.gross_amount) == (
        order.number, order.number, D("670.63"),
    )  # fmt: skip
    assert [(line.id, line.quantity, line.seller_item_id) for line in document.lines] == [
        ("1", D(10), "KB-1001"), ("2", D(3), "KB-1002"),
    ]  # fmt: skip
    assert document.buyer.endpoint is not None and document.buyer.endpoint.value == order.buyer_gln
    assert "31100" not in data.decode() and "6451" not in data.decode()
    if XSD.exists():
        schema = etree.XMLSchema(file=str(XSD))
        assert schema.validate(parse_xml(data)), schema.error_log


async def test_the_supplier_answers_once_and_the_buyer_sees_it(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    supplier, other = supplier_of("Kontorsbolaget AB"), supplier_of("Skolgrossisten AB")
    day = stockholm_date(now) + timedelta(3)

    async def say(who: Actor, code: str, note: str | None = None) -> UUID:
        async with city.session(who.context()) as session:
            return await answer(
                session, who, order.id, code=code, promised_on=day if code != "RE" else None, note=note,
                lines=[{"position": 1, "quantity": "8"}] if code == "CA" else [], now=now,
            )  # fmt: skip

    with pytest.raises(NotFound):
        await say(other, "AP")
    with pytest.raises(Invalid, match="varför"):
        await say(supplier, "RE")
    await say(supplier, "CA", "Två kommer senare")
    assert await _status(city, order.id) == "confirmed_with_change"
    with pytest.raises(Conflict):
        await say(supplier, "RE", "Slut")
    async with city.session(BUYER.context()) as session:
        seen = (await session.execute(select(OrderResponse))).scalars().all()
        assert [(row.code, row.promised_on, row.lines) for row in seen] == [
            ("CA", day, [{"position": 1, "quantity": "8"}])
        ]


async def test_rejected_it_can_be_cancelled_with_a_reason(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    supplier = supplier_of("Kontorsbolaget AB")
    async with city.session(supplier.context()) as session:
        await answer(session, supplier, order.id, code="RE", promised_on=None, note="Slut", now=now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Invalid):
            await cancel_order(session, BUYER, order.id, note="", now=now)
        await cancel_order(session, BUYER, order.id, note="Köps på annat håll", now=now)
    assert await _status(city, order.id) == "cancelled"


def _what(day: date, quantities: dict[UUID, str], note: str | None = None, **more: Any) -> Delivery:
    return Delivery({line: D(value) for line, value in quantities.items()}, {}, day, note, **more)


async def _lines(city: Database, order_id: UUID) -> list[OrderLine]:
    found = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
    return list(await _value(city, found))


async def _receive(city: Database, actor: Actor, order_id: UUID, delivery: Delivery, now: datetime) -> UUID:
    async with city.session(actor.context()) as session:
        return await receive(session, actor, order_id, delivery, now=now)


async def test_part_after_part_never_more_than_ordered_unexplained(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10, "KB-1002": 2}, now)
    paper, pens = await _lines(city, order.id)
    day = stockholm_date(now)
    await _receive(city, BUYER, order.id, _what(day, {paper.id: "6"}), now)
    assert await _status(city, order.id) == "partly_received"
    with pytest.raises(Invalid, match="högst 4 till"):
        await _receive(city, BUYER, order.id, _what(day, {paper.id: "5"}), now)
    with pytest.raises(Conflict):  # the other tab still says that nothing has come
        await _receive(city, BUYER, order.id, _what(day, {paper.id: "4"}, seen={paper.id: D(0)}), now)
    await _receive(city, BUYER, order.id, _what(day, {paper.id: "5", pens.id: "2"}, "En extra på köpet"), now)
    assert await _status(city, order.id) == "received"
    jobs = select(text("args->>'order_id'")).select_from(text("procrastinate_jobs"))
    made = jobs.where(text("task_name = 'invoicing.receipt_made'"))
    assert [str(one) for one in await _value(city, made)] == [str(order.id)] * 2


async def test_a_receipt_is_taken_back_once_unless_invoiced(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    (paper,) = await _lines(city, order.id)
    day = stockholm_date(now)
    first = await _receive(city, BUYER, order.id, _what(day, {paper.id: "4"}), now)
    second = await _receive(city, BUYER, order.id, _what(day, {paper.id: "6"}), now)
    async with city.session(BUYER.context()) as session:
        await take_back_receipt(session, BUYER, order.id, second, note=None, now=now)
    assert await _status(city, order.id) == "partly_received"
    with pytest.raises(Conflict):
        async with city.session(BUYER.context()) as session:
            await take_back_receipt(session, BUYER, order.id, second, note=None, now=now)
    async with city.session(SYSTEM) as session:
        await session.execute(
            text("UPDATE order_line SET invoiced_quantity = 1 WHERE id = :i"), {"i": paper.id}
        )
    with pytest.raises(Invalid, match="redan fakturerat"):
        async with city.session(BUYER.context()) as session:
            await take_back_receipt(session, BUYER, order.id, first, note=None, now=now)
    assert [line.received_quantity for line in await _lines(city, order.id)] == [D(4)]


@pytest.mark.parametrize(("code", "status"), [(None, "sent"), ("AP", "confirmed")])
async def test_all_taken_back_the_order_stands_as_before(
    city: Database, now: datetime, code: str | None, status: str
) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    (paper,) = await _lines(city, order.id)
    if code:
        supplier = supplier_of("Kontorsbolaget AB")
        async with city.session(supplier.context()) as session:
            await answer(session, supplier, order.id, code=code, promised_on=None, note=None, now=now)
    receipt = await _receive(city, BUYER, order.id, _what(stockholm_date(now), {paper.id: "4"}), now)
    async with city.session(BUYER.context()) as session:
        await take_back_receipt(session, BUYER, order.id, receipt, note=None, now=now)
    assert await _status(city, order.id) == status


async def test_receipt_by_amount_is_for_b27(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    (paper,) = await _lines(city, order.id)
    amount = Delivery({}, {paper.id: D("249.50")}, stockholm_date(now))
    with pytest.raises(Forbidden):
        await _receive(city, actor_of("bestallare@gsf", without="B27"), order.id, amount, now)
    await _receive(city, BUYER, order.id, amount, now)
    assert [line.received_quantity for line in await _lines(city, order.id)] == [D(5)]


@pytest.mark.parametrize(("login", "may"), [
    ("mottagare@gsf", True),  # B10
    ("admin@gsf", True),  # A44 (A3.08)
    ("fakturaadmin@gsf", True),  # A45
    ("bestallare2@gsf", False), ("attestant@gsf", False), ("admin@aof", False), ("revisor@stad", False),
])  # fmt: skip
async def test_who_may_receipt_for_others(city: Database, now: datetime, login: str, may: bool) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    actor, day = actor_of(login), stockholm_date(now)

    async def all_of_it(who: Actor) -> None:
        async with city.session(who.context()) as session:
            await receive_all(session, who, order.id, received_on=day, note=None, now=now)

    if not may:
        with pytest.raises((Forbidden, NotFound)):
            await all_of_it(actor)
        return
    with pytest.raises((Forbidden, NotFound)):
        await all_of_it(replace(actor, permissions=actor.permissions - {"B10", "A44", "A45"}))
    await all_of_it(actor)
    assert await _status(city, order.id) == "received"


async def test_a_delegate_receipts_in_anothers_name(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    day = stockholm_date(now)
    admin = actor_of("admin@gsf")
    giver, taker = demo_id("user", "bestallare@gsf"), demo_id("user", "bestallare2@gsf")
    async with city.session(admin.context()) as session:
        new = NewDelegation(giver, taker, "receipt", day, day + timedelta(7))
        await register_delegation(session, admin, new, now=now)
    other = actor_of("bestallare2@gsf")
    async with city.session(other.context()) as session:
        await receive_all(session, other, order.id, received_on=day, note=None, now=now)
    found = select(Decision).where(Decision.subject_id == order.id, Decision.act == "receipt")
    (decision,) = await _value(city, found)
    assert (decision.on_behalf_of_user_id, decision.case_id) == (giver, order.requisition_id)
    assert len(decision.chain) == 1
    assert len(await _value(city, select(Receipt).where(Receipt.order_id == order.id))) == 1


@pytest.mark.parametrize(("login", "count"), [
    ("bestallare@gsf", 6), ("bestallare2@gsf", 0), ("mottagare@gsf", 6), ("admin@gsf", 6),
    ("bestallare@aof", 1), ("attestant@gsf", 1), ("revisor@stad", 7), ("chef@gsf", 0),
])  # fmt: skip
async def test_each_sees_the_own_and_who_should_sees_more(
    city: Database, now: datetime, login: str, count: int
) -> None:
    await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    actor = actor_of(login)
    async with city.session(actor.context()) as session:
        users = [actor.user_id] if actor.user_id else []
        found = await list_orders(session, actor, visible(actor, users, users), Filters())
        assert len(found.rows) == count
        if not count:
            with pytest.raises(NotFound):
                await find_order(session, actor, demo_id("order", "EX-100001"), stockholm_date(now))
