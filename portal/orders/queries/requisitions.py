"""Requisitions: the open basket, one as a whole, those of a person, and what coding starts from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import DeliveryAddress, User
from portal.access.queries import holds, in_force
from portal.attest.models import ApprovalStep
from portal.coding.values import DIMENSIONS, CodeString
from portal.kernel.errors import NotFound
from portal.orders.models import Requisition, RequisitionCoding, RequisitionLine
from portal.orders.status import DRAFT, ORDERED, SENT_BACK
from portal.orders.values import CodingShare, Requested, RequestedLine
from portal.suppliers.models import Agreement, Supplier

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


async def load_requested(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *conditions: Any, lock: bool = False
) -> Requested:
    """One requisition with lines and coding. NotFound when it is not there or not seen.

    `lock` keeps it from being changed by another until the transaction ends.
    """
    buyer = aliased(User)
    query = (
        select(Requisition, buyer.person_id, buyer.name, buyer.login)
        .join(buyer, buyer.id == Requisition.buyer_user_id)
        .where(Requisition.concern_id == actor.concern_id, Requisition.id == requisition_id, *conditions)
    )
    if lock:
        query = query.with_for_update(of=Requisition)
    found = (await session.execute(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    row, person, name, login = found
    lines = await _lines(session, row.concern_id, requisition_id)
    return replace(_requested(row, person, name, lines), buyer_login=login)


async def load_editable(session: AsyncSession, actor: Actor, requisition_id: UUID) -> Requested:
    """The actor's own requisition while it can be changed; others' and sent ones are NotFound."""
    mine = (Requisition.user_id == actor.user_id, Requisition.status.in_(EDITABLE))
    return await load_requested(session, actor, requisition_id, *mine, lock=True)


async def requisition_of_line(session: AsyncSession, actor: Actor, line_id: UUID) -> UUID:
    """The requisition a line belongs to. NotFound when there is no such line."""
    query = select(RequisitionLine.requisition_id).where(
        RequisitionLine.concern_id == actor.concern_id, RequisitionLine.id == line_id
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("Raden finns inte.")
    return found


def _requested(
    row: Requisition, buyer_person: UUID | None, buyer: str, lines: tuple[RequestedLine, ...]
) -> Requested:
    return Requested(
        concern_id=row.concern_id, id=row.id, organisation_id=row.organisation_id, number=row.number,
        status=row.status, user_id=row.user_id, person_id=row.person_id, buyer_user_id=row.buyer_user_id,
        buyer_person_id=buyer_person or row.person_id, buyer_name=buyer,
        delivery_address_id=row.delivery_address_id, goods_mark=row.goods_mark, wanted_on=row.wanted_on,
        note_to_supplier=row.note_to_supplier, note_to_approver=row.note_to_approver,
        review_requested=row.review_requested, secret=row.secret, lines=lines,
    )  # fmt: skip


async def _lines(session: AsyncSession, concern_id: UUID, requisition_id: UUID) -> tuple[RequestedLine, ...]:
    """Lines with their coding rows in one statement: one row of the answer per coding row."""
    query = (
        select(RequisitionLine, Supplier.name, Agreement.number, Agreement.name, RequisitionCoding)
        .join(Supplier, Supplier.id == RequisitionLine.supplier_id)
        .outerjoin(
            Agreement, and_(Agreement.concern_id == concern_id, Agreement.id == RequisitionLine.agreement_id)
        )
        .outerjoin(
            RequisitionCoding,
            and_(RequisitionCoding.concern_id == concern_id, RequisitionCoding.line_id == RequisitionLine.id),
        )
        .where(RequisitionLine.concern_id == concern_id, RequisitionLine.requisition_id == requisition_id)
        .order_by(RequisitionLine.position, RequisitionLine.id, RequisitionCoding.id)
        .execution_options(populate_existing=True)
    )
    lines: dict[UUID, RequestedLine] = {}
    for line, supplier, number, agreement, coding in await session.execute(query):
        made = lines.get(line.id) or _line(line, supplier, number, agreement)
        rows = (*made.coding, _share(coding)) if coding else made.coding
        lines[line.id] = replace(made, coding=rows)
    return tuple(lines.values())


def _line(row: RequisitionLine, supplier: str, number: str | None, agreement: str | None) -> RequestedLine:
    return RequestedLine(
        id=row.id, position=row.position, article_id=row.article_id, agreement_id=row.agreement_id,
        agreement_number=number, agreement_name=agreement, supplier_id=row.supplier_id,
        supplier_name=supplier, item_no=row.item_no, name=row.name, unspsc=row.unspsc, unit=row.unit,
        quantity=row.quantity, price=row.price, vat_rate=row.vat_rate, vat_category=row.vat_category,
    )  # fmt: skip


def _share(row: RequisitionCoding) -> CodingShare:
    code = CodeString(**{name: getattr(row, name) or None for name in DIMENSIONS})
    return CodingShare(row.id, code, row.share, row.source)


async def last_coding(session: AsyncSession, actor: Actor) -> CodeString:
    """Ansvar, verksamhet and the rest as this person coded last; nothing for a person's first line."""
    query = (
        select(RequisitionCoding)
        .join(RequisitionLine, RequisitionLine.id == RequisitionCoding.line_id)
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .where(
            RequisitionCoding.concern_id == actor.concern_id,
            RequisitionLine.concern_id == actor.concern_id,
            Requisition.concern_id == actor.concern_id,
            Requisition.user_id == actor.user_id,
            RequisitionCoding.responsibility != "",
        )
        .order_by(Requisition.updated_at.desc(), RequisitionCoding.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).scalar_one_or_none()
    return _share(row).code if row else CodeString()


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
