"""Lists of invoices: one set-based query a page, by keyset, with filters; nothing is counted over everything."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Executable,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import User
from portal.invoicing.models import Invoice, InvoiceParticipant
from portal.invoicing.queries.scope import SEES_ALL, Rights, Whose, in_scope, taken_part, visible
from portal.invoicing.status import APPROVAL, INVOICE, LEVGRUPPEN, LOCAL_ADMIN
from portal.kernel.identifiers import number_as_typed

PAGE = 50
WAITING, HANDLED, ALL = "waiting", "handled", "all"
CENTRAL_ADMIN = "central_admin"
NEVER = date(9999, 12, 31)
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Sort:
    """A way to order: the column, its type's reader, and whether the first page starts at the high end."""

    column: ColumnElement[Any]
    read: Any
    descending: bool


SORTS: dict[str, Sort] = {
    "arrived": Sort(Invoice.arrived_at.expression, datetime.fromisoformat, True),
    "oldest": Sort(Invoice.arrived_at.expression, datetime.fromisoformat, False),
    "due": Sort(func.coalesce(Invoice.due_date, literal(NEVER)), date.fromisoformat, False),
    "amount": Sort(Invoice.payable_amount.expression, Decimal, True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of the list asks for; `cursor` is where the page starts, `view` how it is shown."""

    tab: str = WAITING
    statuses: tuple[str, ...] = ()
    supplier: str = ""
    number: str = ""
    arrived_from: date | None = None
    arrived_to: date | None = None
    due_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    sort: str = "arrived"
    view: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows (columns of COLUMNS) with the cursors of its neighbours."""

    rows: Sequence[Any]
    next: str | None = None
    previous: str | None = None
    starts: bool = field(default=True)


def _handlers() -> ColumnElement[str | None]:
    """Names of those who have it before them, in one text; nobody has what is handled."""
    names = (
        select(func.string_agg(User.name, ", "))
        .join(InvoiceParticipant, InvoiceParticipant.user_id == User.id)
        .where(
            InvoiceParticipant.concern_id == Invoice.concern_id,
            InvoiceParticipant.invoice_id == Invoice.id,
            InvoiceParticipant.waiting,
        )
        .scalar_subquery()
    )
    return case((Invoice.status.in_(INVOICE.in_tab(WAITING)), names), else_=None)


COLUMNS: tuple[ColumnElement[Any], ...] = (
    cast(Invoice.id, Text).label("id"),
    Invoice.number.expression,
    Invoice.seller_name.expression,
    Invoice.status.expression,
    Invoice.arrival_date.expression,
    Invoice.due_date.expression,
    Invoice.payment_date.expression,
    Invoice.payable_amount.expression,
    Invoice.currency.expression,
    Invoice.is_credit_note.expression,
    Invoice.secret.expression,
    Invoice.under_investigation.expression,
    Invoice.credit_request.is_not(None).label("credit_asked"),
    Invoice.paid_otherwise.expression,
    Invoice.net_amount.expression,
    Invoice.tax_amount.expression,
    Invoice.gross_amount.expression,
    Invoice.handler_role.expression,
    _handlers().label("handlers"),
)
"""What a row of a list shows, in this order (portal.web.invoicing.rows)."""
FROM_VALUE, FROM_ID = "from_value", "from_id"


async def page_of(session: AsyncSession, actor: Actor, rights: Rights, filters: Filters) -> Page:
    """The page of the list at the cursor, as the actor may see it."""
    sort = SORTS.get(filters.sort, SORTS["arrived"])
    value, backwards = read_cursor(filters.cursor, sort)
    asked = replace(filters, cursor="", view="")
    query = _query(actor, rights.whose, asked, inside=value is not None, backwards=backwards)
    start = {FROM_VALUE: value[0], FROM_ID: value[1]} if value is not None else {}
    # By the connection: the list reads columns, and pays nothing for objects.
    connection = await session.connection()
    rows: list[Any] = list((await connection.execute(query, start)).all())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_next, has_previous = (more, value is not None) if not backwards else (True, more)
    return Page(
        rows,
        write_cursor(rows[-1], backwards=False) if rows and has_next else None,
        write_cursor(rows[0], backwards=True) if rows and has_previous else None,
        value is None,
    )


@lru_cache(maxsize=128)
def _query(actor: Actor, whose: Whose, filters: Filters, *, inside: bool, backwards: bool) -> Executable:
    """The statement of a page, made once for the same question of the same actor; only the start differs."""
    sort = SORTS.get(filters.sort, SORTS["arrived"])
    descending = sort.descending != backwards
    query = select(*_columns(filters.statuses), sort.column.label("sort_value"))
    query = query.where(*chosen_rows(actor, Rights.of_whose(whose), filters))
    if inside:
        query = query.where(_beyond(sort, descending))
    order = (sort.column, Invoice.id)
    return query.order_by(*(key.desc() if descending else key.asc() for key in order)).limit(PAGE + 1)


def _columns(statuses: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    """COLUMNS; where only handled ones are asked for, nobody's name is: planning that question costs PostgreSQL more
    than all the rest of the page."""
    *others, _names = COLUMNS
    if statuses and not set(statuses) & set(INVOICE.in_tab(WAITING)):
        return (*others, cast(null(), Text).label("handlers"))
    return COLUMNS


def _beyond(sort: Sort, descending: bool) -> ColumnElement[bool]:
    here = tuple_(sort.column, Invoice.id)
    there = tuple_(bindparam(FROM_VALUE, type_=sort.column.type), bindparam(FROM_ID, type_=Invoice.id.type))
    return here < there if descending else here > there


def chosen_rows(actor: Actor, rights: Rights, filters: Filters) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the list: the tab, as the actor may see it, and the filters."""
    return _tab(actor, rights, filters.tab), *_conditions(filters)


def _tab(actor: Actor, rights: Rights, tab: str) -> ColumnElement[bool]:
    if tab == ALL and actor.has(*SEES_ALL):
        return visible(actor, rights.users)
    if tab == HANDLED:
        return and_(in_scope(actor), taken_part(rights.users), ~mine(actor, rights))
    return and_(in_scope(actor), mine(actor, rights))


def mine(actor: Actor, rights: Rights) -> ColumnElement[bool]:
    """Invoices whose next step is the actor's: own or delegated ones, and those of the actor's role."""
    if rights.review.keys() == rights.approve.keys():
        own = taken_part(rights.users, waiting=True)
    else:
        own = or_(
            and_(Invoice.status == APPROVAL, taken_part(rights.approve, waiting=True)),
            and_(Invoice.status != APPROVAL, taken_part(rights.review, waiting=True)),
        )
    roles = handled_roles(actor)
    if not roles:
        return own
    return or_(own, and_(Invoice.handler_role.in_(roles), Invoice.status.in_(INVOICE.in_tab(WAITING))))


def handled_roles(actor: Actor) -> tuple[str, ...]:
    """The values of handler_role that mean this actor (demo-city, Who may act)."""
    if actor.has(p.LEVGRUPPEN):
        return (LEVGRUPPEN, CENTRAL_ADMIN)
    return (LOCAL_ADMIN,) if actor.has(p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN) else ()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if len(filters.statuses) == 1:
        # An equality lets the index give the rows in order; a list of one would read and sort every row of the status.
        found.append(Invoice.status == filters.statuses[0])
    elif filters.statuses:
        found.append(Invoice.status == any_(literal(list(filters.statuses), ARRAY(Text))))
    if filters.supplier:
        found.append(Invoice.seller_name.icontains(filters.supplier, autoescape=True))
    if filters.number:
        found.append(number_begins(number_as_typed(filters.number)))
    bounds = (
        (filters.arrived_from, Invoice.arrival_date.__ge__), (filters.arrived_to, Invoice.arrival_date.__le__),
        (filters.due_to, Invoice.due_date.__le__), (filters.amount_from, Invoice.payable_amount.__ge__),
        (filters.amount_to, Invoice.payable_amount.__le__),
    )  # fmt: skip
    return found + [compare(value) for value, compare in bounds if value is not None]


def number_begins(typed: str) -> ColumnElement[bool]:
    """Whether the number begins so, whatever signs it is written with."""
    return func.replace(Invoice.number_key, "-", "").startswith(typed, autoescape=True)


def write_cursor(row: Any, *, backwards: bool) -> str:
    """Where a page starts, for its address: the sort value and id of the row beside it."""
    value = row.sort_value
    text = value.isoformat() if isinstance(value, date) else str(value)
    return base64.urlsafe_b64encode(json.dumps([text, row.id, int(backwards)]).encode()).decode()


def read_cursor(cursor: str, sort: Sort) -> tuple[tuple[Any, UUID] | None, bool]:
    """The cursor's position and direction; a damaged one is the first page."""
    if not cursor:
        return None, False
    try:
        text, row_id, backwards = json.loads(base64.urlsafe_b64decode(cursor))
        return (sort.read(text), UUID(row_id)), bool(backwards)
    except (ValueError, TypeError, InvalidOperation, binascii.Error):
        return None, False
