"""Orders: which exist for an actor, one with its lines and what has come of it, and the lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import ApprovalStep
from portal.attest.queries.delegations import acting_for
from portal.kernel.errors import NotFound
from portal.orders.models import (
    OrderCoding,
    OrderLine,
    OrderResponse,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Requisition,
    Transmission,
)
from portal.orders.status import DELIVERABLE, REJECTED_BY_SUPPLIER
from portal.orders.values import DeliveredLine
from portal.suppliers.models import Agreement, Supplier

READS_ALL = (
    p.RECEIVE_ALL,
    p.LOCAL_SYSTEM_ADMIN,
    p.INVOICE_ADMIN,
    p.AUDITOR,
    p.CENTRAL_SYSTEM_ADMIN,
    p.SEE_ALL_INVOICES,
)
RECEIVES_ALL = (p.RECEIVE_ALL, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)
NOT_FOUND = "Beställningen finns inte."
PAGE = 50


def visible(
    actor: Actor, users: Collection[UUID] = (), approvers: Collection[UUID] = ()
) -> ColumnElement[bool]:
    """Which orders exist for the actor: those it is beställare of or made for another, those of `users` whose
    receipts it stands in for, those that had a step at one of `approvers`; B10, administrators and auditors
    see the organisation's. A supplier sees what was sent to it. Secret ones only with B45."""
    if actor.supplier_id is not None:
        return PurchaseOrder.supplier_id == actor.supplier_id
    seen = true() if actor.sees_secret or actor.is_system else PurchaseOrder.secret.is_(False)
    if actor.is_system or actor.has(*READS_ALL):
        return seen
    return and_(seen, PurchaseOrder.id.in_(_own(actor, users, approvers)))


def _own(actor: Actor, users: Collection[UUID], approvers: Collection[UUID]) -> Any:
    """Ids of the person's orders, each way by its own index."""
    mine = [user for user in (actor.user_id, *users) if user]
    deciders = [user for user in (actor.user_id, *approvers) if user]
    concern = PurchaseOrder.concern_id == actor.concern_id
    bought = select(PurchaseOrder.id).where(concern, PurchaseOrder.buyer_user_id.in_(mine))
    of_requisition = and_(
        Requisition.concern_id == actor.concern_id, Requisition.id == PurchaseOrder.requisition_id
    )
    made = (
        select(PurchaseOrder.id)
        .join(Requisition, of_requisition)
        .where(
            concern, Requisition.user_id == actor.user_id, Requisition.buyer_user_id != Requisition.user_id
        )
    )
    decided = (
        select(PurchaseOrder.id)
        .join(
            ApprovalStep,
            and_(
                ApprovalStep.concern_id == actor.concern_id,
                ApprovalStep.subject_type == "requisition",
                ApprovalStep.subject_id == PurchaseOrder.requisition_id,
            ),
        )
        .where(concern, ApprovalStep.approver_id.in_(deciders), ApprovalStep.state != "void")
    )
    return union_all(bought, made, decided)


async def standing_in(session: AsyncSession, actor: Actor, day: date) -> tuple[UUID, ...]:
    """Users whose receipts the actor may make by delegation that day (A7.01), itself included."""
    if actor.user_id is None or actor.supplier_id is not None:
        return ()
    return tuple(await acting_for(session, actor.user_id, "receipt", day))


async def deciding_for(session: AsyncSession, actor: Actor, day: date) -> tuple[UUID, ...]:
    """Users whose attest of orders the actor may make by delegation that day, itself included."""
    if actor.user_id is None or actor.supplier_id is not None:
        return ()
    return tuple(await acting_for(session, actor.user_id, "approve_order", day))


_BOUGHT = select(PurchaseOrder).where(
    PurchaseOrder.concern_id == bindparam("concern"),
    PurchaseOrder.id == bindparam("order"),
    PurchaseOrder.buyer_user_id == bindparam("user"),
    or_(PurchaseOrder.secret.is_(False), bindparam("sees_secret", type_=Boolean)),
)


async def find_order(
    session: AsyncSession, actor: Actor, order_id: UUID, day: date, *, lock: bool = False
) -> PurchaseOrder:
    """One order the actor sees. NotFound otherwise. `lock` keeps others from changing it meanwhile.

    Most often it is asked for by its beställare: others' rights are looked for when it is not.
    """
    given = {
        "concern": actor.concern_id, "order": order_id, "user": actor.user_id,
        "sees_secret": actor.sees_secret,
    }  # fmt: skip
    found = await _one(session, _BOUGHT, given, lock) if actor.user_id and actor.concern_id else None
    found = found or await _one(session, await _seen(session, actor, order_id, day), {}, lock)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


async def _one(
    session: AsyncSession, query: Select[PurchaseOrder], given: dict[str, Any], lock: bool
) -> PurchaseOrder | None:
    wanted = query.with_for_update(of=PurchaseOrder) if lock else query
    options = {"populate_existing": True}
    return (await session.execute(wanted, given, execution_options=options)).scalar_one_or_none()


async def _seen(session: AsyncSession, actor: Actor, order_id: UUID, day: date) -> Select[PurchaseOrder]:
    seen = visible(actor, await standing_in(session, actor, day), await deciding_for(session, actor, day))
    query = select(PurchaseOrder).where(PurchaseOrder.id == order_id, seen)
    return query if actor.concern_id is None else query.where(PurchaseOrder.concern_id == actor.concern_id)


_DELIVERED = text(
    "SELECT CAST(id AS text), quantity, received_quantity, price, invoiced_quantity, name FROM order_line"
    " WHERE concern_id = :concern AND order_id = :order ORDER BY position"
)


async def delivered_lines(session: AsyncSession, concern_id: UUID, order_id: UUID) -> list[DeliveredLine]:
    """The order's lines by position with what has come of them, as they are now."""
    rows = await session.execute(_DELIVERED, {"concern": concern_id, "order": order_id})
    return [DeliveredLine(*row) for row in rows]


async def order_lines(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderLine]:
    """The order's lines by position, as they are now."""
    query = (
        select(OrderLine)
        .where(OrderLine.concern_id == concern_id, OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().all()


async def codings(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderCoding]:
    """Coding rows of the order's lines."""
    query = (
        select(OrderCoding)
        .join(OrderLine, and_(OrderLine.concern_id == concern_id, OrderLine.id == OrderCoding.order_line_id))
        .where(OrderCoding.concern_id == concern_id, OrderLine.order_id == order_id)
        .order_by(OrderLine.position, OrderCoding.id)
    )
    return (await session.execute(query)).scalars().all()


async def responses(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderResponse]:
    """The supplier's answers, oldest first."""
    query = (
        select(OrderResponse)
        .where(OrderResponse.concern_id == concern_id, OrderResponse.order_id == order_id)
        .order_by(OrderResponse.answered_at, OrderResponse.id)
    )
    return (await session.execute(query)).scalars().all()


async def transmissions(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[Transmission]:
    """How the order went out."""
    query = (
        select(Transmission)
        .where(Transmission.concern_id == concern_id, Transmission.order_id == order_id)
        .order_by(Transmission.id)
    )
    return (await session.execute(query)).scalars().all()


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One line of a receipt with who made it and when; `takes_back_id` names the receipt it undoes."""

    receipt_id: UUID
    order_line_id: UUID
    quantity: Decimal
    amount: Decimal | None
    received_on: date
    created_at: datetime
    user: str
    note: str | None
    takes_back_id: UUID | None


async def receipts(session: AsyncSession, concern_id: UUID, order_id: UUID) -> list[ReceivedLine]:
    """Every line of every receipt of the order, oldest first."""
    query = (
        select(
            Receipt.id, ReceiptLine.order_line_id, ReceiptLine.quantity, ReceiptLine.amount,
            Receipt.received_on, Receipt.created_at, User.name, Receipt.note, Receipt.takes_back_id,
        )
        .join(
            ReceiptLine,
            and_(ReceiptLine.concern_id == concern_id, ReceiptLine.receipt_id == Receipt.id),
        )
        .join(User, User.id == Receipt.user_id)
        .where(Receipt.concern_id == concern_id, Receipt.order_id == order_id)
        .order_by(Receipt.created_at, Receipt.id, ReceiptLine.id)
    )  # fmt: skip
    return [ReceivedLine(*row) for row in await session.execute(query)]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list."""

    id: UUID
    number: str
    status: str
    supplier: str
    buyer: str
    sent_at: datetime | None
    created_at: datetime
    wanted_on: date | None
    net: Decimal
    gross: Decimal
    agreement: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the list; `before` and `after` are ids (keyset)."""

    statuses: tuple[str, ...] = ()
    supplier_id: UUID | None = None
    number: str = ""
    sent_from: date | None = None
    sent_to: date | None = None
    before: UUID | None = None
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of a list, the newest first, and whether there is more on either side."""

    rows: tuple[OrderRow, ...]
    more_before: bool
    more_after: bool


async def list_orders(
    session: AsyncSession, actor: Actor, seen: ColumnElement[bool], filters: Filters, *, size: int = PAGE
) -> OrderPage:
    """A page of the orders `seen`, by id (which grows with time), newest first."""
    backwards = filters.after is not None
    order = PurchaseOrder.id.asc() if backwards else PurchaseOrder.id.desc()
    query = (
        select(
            PurchaseOrder.id, PurchaseOrder.number, PurchaseOrder.status, Supplier.name, User.name,
            PurchaseOrder.sent_at, PurchaseOrder.created_at, PurchaseOrder.wanted_on,
            PurchaseOrder.net_amount, PurchaseOrder.gross_amount, Agreement.number,
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(User, User.id == PurchaseOrder.buyer_user_id)
        .outerjoin(
            Agreement,
            and_(Agreement.concern_id == actor.concern_id, Agreement.id == PurchaseOrder.agreement_id),
        )
        .where(PurchaseOrder.concern_id == actor.concern_id, seen, *conditions(filters))
        .order_by(order)
        .limit(size + 1)
    )  # fmt: skip
    found = [OrderRow(*row) for row in await session.execute(query)]
    more, rows = len(found) > size, found[:size]
    if backwards:
        return OrderPage(tuple(reversed(rows)), more, True)
    return OrderPage(tuple(rows), filters.before is not None, more)


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The filters as conditions on orders."""
    found: list[ColumnElement[bool]] = []
    if filters.statuses:
        found.append(PurchaseOrder.status.in_(filters.statuses))
    if filters.supplier_id is not None:
        found.append(PurchaseOrder.supplier_id == filters.supplier_id)
    if filters.number:
        found.append(PurchaseOrder.number.ilike(f"{_escaped(filters.number)}%", escape="\\"))
    if filters.sent_from is not None:
        found.append(func.date(func.timezone("Europe/Stockholm", PurchaseOrder.sent_at)) >= filters.sent_from)
    if filters.sent_to is not None:
        found.append(func.date(func.timezone("Europe/Stockholm", PurchaseOrder.sent_at)) <= filters.sent_to)
    if filters.before is not None:
        found.append(PurchaseOrder.id < filters.before)
    if filters.after is not None:
        found.append(PurchaseOrder.id > filters.after)
    return found


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def to_receive(actor: Actor, users: Collection[UUID], *, everyone: bool) -> ColumnElement[bool]:
    """Orders where goods may still come: the actor's own and those it stands in for, or everybody's
    (B10, A44, A45: A2.06, A3.08)."""
    seen = visible(actor, users)
    if everyone and actor.has(*RECEIVES_ALL):
        return and_(seen, PurchaseOrder.status.in_(DELIVERABLE))
    mine = [user for user in (actor.user_id, *users) if user]
    return and_(seen, PurchaseOrder.status.in_(DELIVERABLE), PurchaseOrder.buyer_user_id.in_(mine))


async def count_orders(session: AsyncSession, actor: Actor, *conditions: ColumnElement[bool]) -> int:
    """How many orders of the concern fulfil the conditions."""
    query = select(func.count()).select_from(PurchaseOrder)
    found = await session.execute(query.where(PurchaseOrder.concern_id == actor.concern_id, *conditions))
    return found.scalar_one()


async def suppliers_of(
    session: AsyncSession, actor: Actor, seen: ColumnElement[bool]
) -> list[tuple[str, str]]:
    """(id, name) of the suppliers that have orders among those seen: choices of the filter."""
    ids = select(PurchaseOrder.supplier_id).where(PurchaseOrder.concern_id == actor.concern_id, seen)
    query = select(Supplier.id, Supplier.name).where(Supplier.id.in_(ids.distinct())).order_by(Supplier.name)
    return [(str(supplier), name) for supplier, name in await session.execute(query)]


def rejected(actor: Actor) -> ColumnElement[bool]:
    """The actor's own orders that the supplier has said no to."""
    mine = PurchaseOrder.buyer_user_id == actor.user_id
    return and_(visible(actor), mine, PurchaseOrder.status == REJECTED_BY_SUPPLIER)


def own_orders(actor: Actor, users: Collection[UUID] = ()) -> ColumnElement[bool]:
    """Condition: the actor's own orders and those it stands in for, whatever else it may see."""
    return PurchaseOrder.id.in_(_own(actor, users, ()))


@dataclass(frozen=True, slots=True)
class OrderNames:
    """What an order's page calls its parties."""

    supplier: str
    buyer: str
    buyer_login: str
    agreement: str | None
    agreement_name: str | None


async def names_of(session: AsyncSession, order: PurchaseOrder) -> OrderNames:
    """Supplier, beställare and agreement of one order."""
    agreement = and_(Agreement.concern_id == order.concern_id, Agreement.id == order.agreement_id)
    query = (
        select(Supplier.name, User.name, User.login, Agreement.number, Agreement.name)
        .select_from(PurchaseOrder)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(User, User.id == PurchaseOrder.buyer_user_id)
        .outerjoin(Agreement, agreement)
        .where(PurchaseOrder.concern_id == order.concern_id, PurchaseOrder.id == order.id)
    )
    return OrderNames(*(await session.execute(query)).one())
