"""Lists of orders: a page by keyset with its filters, all of it, its sums, and the filter's choices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.kernel.listed import MOST_LISTED, NAMED, Contents, Totals
from portal.orders.models import OrderLine, PurchaseOrder
from portal.orders.queries.order_scope import visible
from portal.orders.status import CONFIRMED_WITH_CHANGE, ORDER, REJECTED_BY_SUPPLIER
from portal.suppliers.models import Agreement, Supplier

PAGE = 50


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
    tax: Decimal
    gross: Decimal
    agreement: str | None
    lines: int
    names: Sequence[str]

    @property
    def contents(self) -> Contents:
        """What was ordered."""
        return Contents(self.lines, self.names)


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
    query = _rows(actor, seen, filters).limit(size + 1)
    found = [OrderRow(*row) for row in await session.execute(query)]
    more, rows = len(found) > size, found[:size]
    if filters.after is not None:
        return OrderPage(tuple(reversed(rows)), more, True)
    return OrderPage(tuple(rows), filters.before is not None, more)


def _rows(actor: Actor, seen: ColumnElement[bool], filters: Filters) -> Select[*tuple[Any, ...]]:
    """The orders from where the page begins, on the way it is turned."""
    order = PurchaseOrder.id.desc() if filters.after is None else PurchaseOrder.id.asc()
    return (
        select(
            PurchaseOrder.id, PurchaseOrder.number, PurchaseOrder.status, Supplier.name, User.name,
            PurchaseOrder.sent_at, PurchaseOrder.created_at, PurchaseOrder.wanted_on,
            PurchaseOrder.net_amount, PurchaseOrder.tax_amount, PurchaseOrder.gross_amount, Agreement.number,
            *_contents(),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(User, User.id == PurchaseOrder.buyer_user_id)
        .outerjoin(
            Agreement,
            and_(Agreement.concern_id == actor.concern_id, Agreement.id == PurchaseOrder.agreement_id),
        )
        .where(PurchaseOrder.concern_id == actor.concern_id, seen, *conditions(filters))
        .order_by(order)
    )  # fmt: skip


def _contents() -> tuple[ColumnElement[Any], ...]:
    """How many lines the order has, and the names of the first."""
    own = and_(OrderLine.concern_id == PurchaseOrder.concern_id, OrderLine.order_id == PurchaseOrder.id)
    count = select(func.count()).select_from(OrderLine).where(own).scalar_subquery()
    first = select(OrderLine.name).where(own).order_by(OrderLine.position).limit(NAMED).scalar_subquery()
    return count, func.array(first)


async def every_order(
    session: AsyncSession, actor: Actor, seen: ColumnElement[bool], filters: Filters
) -> AsyncIterator[OrderRow]:
    """All orders of the list, newest first, read as they are asked for; no more than one above MOST_LISTED."""
    query = _rows(actor, seen, replace(filters, before=None, after=None)).limit(MOST_LISTED + 1)
    async for row in await session.stream(query.execution_options(yield_per=500)):
        yield OrderRow(*row)


async def totals(session: AsyncSession, actor: Actor, seen: ColumnElement[bool], filters: Filters) -> Totals:
    """What the orders of the list come to."""
    whole = conditions(replace(filters, before=None, after=None))
    one = select(PurchaseOrder.net_amount, PurchaseOrder.tax_amount, PurchaseOrder.gross_amount)
    one = one.where(PurchaseOrder.concern_id == actor.concern_id, seen, *whole)
    inner = one.limit(MOST_LISTED + 1).subquery()
    net, tax, gross = (func.coalesce(func.sum(column), 0) for column in inner.c)
    query = select(literal("SEK"), func.count(), net, tax, gross, gross).select_from(inner)
    return Totals.of([tuple(row) for row in await session.execute(query)])


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


def changed_by_supplier(actor: Actor, users: Collection[UUID]) -> ColumnElement[bool]:
    """Orders that the supplier has changed and that the actor, or somebody it stands in for, is to answer."""
    mine = PurchaseOrder.buyer_user_id.in_([user for user in (actor.user_id, *users) if user])
    return and_(visible(actor, users), mine, PurchaseOrder.status == CONFIRMED_WITH_CHANGE)


def without_buyer(actor: Actor) -> ColumnElement[bool]:
    """Orders that wait for a buyer who is not active."""
    left = select(User.id).where(User.concern_id == actor.concern_id, User.active.is_(False))
    waits = PurchaseOrder.status.in_(ORDER.in_tab("waiting"))
    return and_(visible(actor), waits, PurchaseOrder.buyer_user_id.in_(left))
