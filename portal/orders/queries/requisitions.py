"""Requisitions: the open basket, one as a whole, those of a person, and what coding starts from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, bindparam, exists, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import DeliveryAddress, User
from portal.access.queries import holds, in_force
from portal.attest.models import ApprovalStep
from portal.coding.values import CodeString
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.plain import from_plain
from portal.orders.models import Requisition, RequisitionLine
from portal.orders.rules.refusals import why_not
from portal.orders.status import DRAFT, ORDERED, REQUISITION, SENT_BACK
from portal.orders.tables import table_of
from portal.orders.values import CodingShare, Offered, Requested, RequestedLine

EDITABLE = (DRAFT, SENT_BACK)
READS_ALL = (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.AUDITOR, p.CENTRAL_SYSTEM_ADMIN)
MOST_LISTED = 50
NOT_FOUND = "Beställningen finns inte."


def visible(
    actor: Actor, users: Collection[UUID] = (), approvers: Collection[UUID] = ()
) -> ColumnElement[bool]:
    """Which requisitions exist for the actor: own, those of `users` whose rights are delegated to it, those
    with a step at one of `approvers`; administrators and auditors the organisation's. Secret ones: B45."""
    seen = true() if actor.sees_secret or actor.is_system else Requisition.secret.is_(False)
    if actor.is_system or actor.has(*READS_ALL):
        return seen
    mine = [user for user in (actor.user_id, *users) if user]
    to_approve = exists().where(
        ApprovalStep.concern_id == Requisition.concern_id,
        ApprovalStep.subject_type == "requisition",
        ApprovalStep.subject_id == Requisition.id,
        ApprovalStep.state != "void",
        ApprovalStep.approver_id.in_([user for user in (actor.user_id, *approvers) if user]),
    )
    return and_(seen, or_(Requisition.user_id.in_(mine), Requisition.buyer_user_id.in_(mine), to_approve))


async def open_basket_id(session: AsyncSession, actor: Actor) -> UUID | None:
    """The actor's basket: the draft touched last."""
    query = (
        select(Requisition.id)
        .where(
            Requisition.concern_id == actor.concern_id,
            Requisition.user_id == actor.user_id,
            Requisition.status == DRAFT,
        )
        .order_by(Requisition.updated_at.desc(), Requisition.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def basket_count(session: AsyncSession, actor: Actor) -> int:
    """How many lines lie in the actor's basket."""
    basket = await open_basket_id(session, actor)
    if basket is None:
        return 0
    query = select(func.count()).where(
        RequisitionLine.concern_id == actor.concern_id, RequisitionLine.requisition_id == basket
    )
    return (await session.execute(query)).scalar_one()


_ROW, _BUYER = table_of(Requisition), table_of(User).alias("buyer")
_COLUMNS = (
    "concern_id", "id", "organisation_id", "number", "status", "user_id", "person_id", "buyer_user_id",
    "delivery_address_id", "goods_mark", "wanted_on", "note_to_supplier", "note_to_approver",
    "review_requested", "secret", "motives", "coding_before",
)  # fmt: skip
_IN_CONCERN = (
    select(
        *(_ROW.c[name] for name in _COLUMNS),
        func.coalesce(_BUYER.c.person_id, _ROW.c.person_id).label("buyer_person_id"),
        _BUYER.c.name.label("buyer_name"),
        _BUYER.c.login.label("buyer_login"),
    )
    .join(_BUYER, _BUYER.c.id == _ROW.c.buyer_user_id)
    .where(_ROW.c.concern_id == bindparam("concern"))
)
_LOCKED = _IN_CONCERN.with_for_update(of=_ROW)
_SEVERAL = _IN_CONCERN.where(_ROW.c.id == func.any(bindparam("requisitions", type_=ARRAY(Uuid))))
_ONE, _ONE_LOCKED = (query.where(_ROW.c.id == bindparam("requisition")) for query in (_IN_CONCERN, _LOCKED))
_OWN = _ROW.c.user_id == bindparam("user")
_EDITABLE = _ONE_LOCKED.where(_OWN, _ROW.c.status.in_(EDITABLE))
_OPEN = (
    _LOCKED.where(_OWN, _ROW.c.status == DRAFT).order_by(_ROW.c.updated_at.desc(), _ROW.c.id.desc()).limit(1)
)
# With their coding in one statement: one row of the answer per coding row.
_LINES = text(
    "SELECT l.id, l.position, l.article_id, l.agreement_id, a.number, a.name, l.supplier_id, s.name, l.item_no,"
    " l.name, l.unspsc, l.unit, l.quantity, l.price, l.vat_rate, l.vat_category, l.requisition_id, l.offered,"
    " l.comment, (SELECT count(*) FROM coding_file f WHERE f.concern_id = :concern AND f.requisition_line_id = l.id),"
    " c.id, c.share, c.source, c.account, c.responsibility, c.operation, c.project, c.activity, c.free"
    " FROM requisition_line l JOIN supplier s ON s.id = l.supplier_id"
    " LEFT JOIN agreement a ON a.concern_id = :concern AND a.id = l.agreement_id"
    " LEFT JOIN requisition_coding c ON c.concern_id = :concern AND c.line_id = l.id"
    " WHERE l.concern_id = :concern AND l.requisition_id = ANY(:requisitions) ORDER BY l.position, l.id, c.id"
)
_SMALL_PRINT_AT, _CODING_AT = 16, 20


async def load_requested(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *conditions: Any, lock: bool = False
) -> Requested:
    """One requisition with lines and coding. NotFound when it is not there or not seen.

    `lock` keeps it from being changed by another until the transaction ends.
    """
    query = _ONE_LOCKED if lock else _ONE
    return await _load(session, actor, query.where(*conditions) if conditions else query, requisition_id)


async def load_editable(session: AsyncSession, actor: Actor, requisition_id: UUID) -> Requested:
    """The actor's own requisition, locked, while it can be changed. NotFound for others'; of one's own that has gone
    on Conflict with what has happened to it."""
    given = {"concern": actor.concern_id, "requisition": requisition_id, "user": actor.user_id}
    row = (await session.execute(_EDITABLE, given)).first()
    if row is not None:
        return await _whole(session, row)
    gone_on = (await session.execute(_ONE.where(_OWN), given)).first()
    if gone_on is None:
        raise NotFound(NOT_FOUND)
    raise Conflict(why_not(REQUISITION, "send", gone_on.status) or NOT_FOUND)


async def load_open_basket(session: AsyncSession, actor: Actor) -> Requested | None:
    """The actor's basket, locked: the draft touched last."""
    given = {"concern": actor.concern_id, "user": actor.user_id}
    row = (await session.execute(_OPEN, given)).first()
    return await _whole(session, row) if row else None


async def _load(session: AsyncSession, actor: Actor, query: Any, requisition_id: UUID) -> Requested:
    given = {"concern": actor.concern_id, "requisition": requisition_id, "user": actor.user_id}
    row = (await session.execute(query, given)).first()
    if row is None:
        raise NotFound(NOT_FOUND)
    return await _whole(session, row)


async def load_several(
    session: AsyncSession, actor: Actor, requisition_ids: Collection[UUID]
) -> Mapping[UUID, Requested]:
    """Requisitions by id, with lines and coding, in two statements; what row-level security hides is left out."""
    given = {"concern": actor.concern_id, "requisitions": list(requisition_ids)}
    rows = (await session.execute(_SEVERAL, given)).all()
    if not rows:
        return {}
    lines = await _lines(session, rows[0].concern_id, list(requisition_ids))
    return {row.id: Requested(**row._mapping, lines=lines.get(row.id, ())) for row in rows}


async def _whole(session: AsyncSession, row: Any) -> Requested:
    """Lines are read after the row is locked, in a statement of their own: they are as they are now."""
    lines = await _lines(session, row.concern_id, [row.id])
    return Requested(**row._mapping, lines=lines.get(row.id, ()))


async def requisition_of_line(session: AsyncSession, actor: Actor, line_id: UUID) -> UUID:
    """The requisition a line belongs to. NotFound when there is no such line."""
    query = select(RequisitionLine.requisition_id).where(
        RequisitionLine.concern_id == actor.concern_id, RequisitionLine.id == line_id
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("Raden finns inte.")
    return found


async def _lines(
    session: AsyncSession, concern_id: UUID, requisition_ids: Sequence[UUID]
) -> dict[UUID, tuple[RequestedLine, ...]]:
    """Lines by requisition, in order."""
    rows = await session.execute(_LINES, {"concern": concern_id, "requisitions": requisition_ids})
    lines: dict[UUID, tuple[RequestedLine, ...]] = {}
    for _, parts in groupby(rows, key=itemgetter(0)):
        own = tuple(parts)
        requisition = own[0][_SMALL_PRINT_AT]
        lines[requisition] = (*lines.get(requisition, ()), _line(own))
    return lines


def _line(rows: tuple[Any, ...]) -> RequestedLine:
    """One line from its rows, one per coding row; a line without coding has one row with an empty part."""
    coding = tuple(_share(*row[_CODING_AT:]) for row in rows if row[_CODING_AT])
    _requisition, small, comment, files = rows[0][_SMALL_PRINT_AT:_CODING_AT]
    offered = from_plain(Offered, small) if small is not None else None
    columns = (*rows[0][:_SMALL_PRINT_AT], coding, offered, comment, files)
    return RequestedLine(*columns)


def _share(row_id: UUID, share: Decimal, source: str | None, *codes: str | None) -> CodingShare:
    return CodingShare(row_id, CodeString(*(code or None for code in codes)), share, source)


_LAST_CODING = text(
    "SELECT c.account, c.responsibility, c.operation, c.project, c.activity, c.free"
    " FROM requisition_line l JOIN requisition_coding c ON c.concern_id = :concern AND c.line_id = l.id"
    " WHERE l.concern_id = :concern AND l.requisition_id = (SELECT r.id FROM requisition r"
    " WHERE r.concern_id = :concern AND r.user_id = :user AND r.sent_at IS NOT NULL"
    " ORDER BY r.sent_at DESC LIMIT 1) ORDER BY c.id DESC LIMIT 1"
)


async def last_coding(session: AsyncSession, actor: Actor) -> CodeString:
    """Ansvar, verksamhet and the rest as in what this person sent last; nothing before the first."""
    given = {"concern": actor.concern_id, "user": actor.user_id}
    codes = (await session.execute(_LAST_CODING, given)).first()
    return CodeString(*(code or None for code in codes)) if codes else CodeString()


@dataclass(frozen=True, slots=True)
class Address:
    """A delivery address as a choice."""

    id: UUID
    name: str
    street: str
    postcode: str
    city: str


async def addresses(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> list[Address]:
    """The organisation's delivery addresses of that day (A10.07), temporary ones last."""
    query = (
        select(
            DeliveryAddress.id, DeliveryAddress.name, DeliveryAddress.street, DeliveryAddress.postcode,
            DeliveryAddress.city,
        )
        .where(
            DeliveryAddress.concern_id == concern_id,
            DeliveryAddress.organisation_id == organisation_id,
            in_force(DeliveryAddress, day),
        )
        .order_by(DeliveryAddress.valid_to.is_not(None), DeliveryAddress.name, DeliveryAddress.id)
    )  # fmt: skip
    return [Address(*row) for row in await session.execute(query)]


async def possible_buyers(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date
) -> Sequence[Any]:
    """Users for whom one may order (B29): the organisation's active users with A14."""
    query = (
        select(User.id, User.login, User.name)
        .where(
            User.concern_id == concern_id,
            User.organisation_id == organisation_id,
            User.active,
            holds(p.ORDER_AND_INVOICE, day),
        )
        .order_by(User.login)
    )
    return (await session.execute(query)).all()


@dataclass(frozen=True, slots=True)
class RequisitionRow:
    """One requisition in a list."""

    id: UUID
    number: str | None
    status: str
    buyer: str
    updated_at: datetime
    lines: int
    suppliers: int
    net: Decimal
    first: str | None


async def list_unfinished(
    session: AsyncSession, actor: Actor, users: Collection[UUID] = (), statuses: Collection[str] = ()
) -> list[RequisitionRow]:
    """Requisitions that are not orders yet, the newest first; drafts only one's own."""
    total = func.coalesce(func.sum(func.round(RequisitionLine.quantity * RequisitionLine.price, 2)), 0)
    lines = and_(
        RequisitionLine.concern_id == Requisition.concern_id, RequisitionLine.requisition_id == Requisition.id
    )
    own_draft = or_(Requisition.status != DRAFT, Requisition.user_id == actor.user_id)
    wanted = Requisition.status.in_(statuses) if statuses else Requisition.status != ORDERED
    query = (
        select(
            Requisition.id, Requisition.number, Requisition.status, User.name, Requisition.updated_at,
            func.count(RequisitionLine.id), func.count(RequisitionLine.supplier_id.distinct()), total,
            func.min(RequisitionLine.name),
        )
        .join(User, User.id == Requisition.buyer_user_id)
        .outerjoin(RequisitionLine, lines)
        .where(Requisition.concern_id == actor.concern_id, visible(actor, users), own_draft, wanted)
        .group_by(Requisition.concern_id, Requisition.id, User.name)
        .order_by(Requisition.updated_at.desc())
        .limit(MOST_LISTED)
    )  # fmt: skip
    return [RequisitionRow(*row) for row in await session.execute(query)]
