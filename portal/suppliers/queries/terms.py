"""What is agreed of a relation: as pages show it with its history, and as the rules of invoices read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.kernel.errors import NotFound
from portal.suppliers.models import RelationTerm, SupplierRelation
from portal.suppliers.rules.terms import Term, together
from portal.suppliers.status import ACTIVE, PROPOSED
from portal.suppliers.values import RelationTerms

NOT_FOUND = "Villkoret finns inte."


@dataclass(frozen=True, slots=True)
class TermCase:
    """A term with its history. Names are of the concern's users."""

    id: UUID
    term: Term
    status: str
    why: str
    proposed_by: str
    proposed_person: UUID
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None


async def term_cases(session: AsyncSession, concern_id: UUID, supplier_id: UUID) -> tuple[TermCase, ...]:
    """All terms of the supplier: those that wait, those in force, then the ended, newest first."""
    proposed, approved, ended = aliased(User), aliased(User), aliased(User)
    query = (
        select(RelationTerm, proposed.name, approved.name, ended.name)
        .outerjoin(proposed, proposed.id == RelationTerm.proposed_by)
        .outerjoin(approved, approved.id == RelationTerm.approved_by)
        .outerjoin(ended, ended.id == RelationTerm.ended_by)
        .where(RelationTerm.concern_id == concern_id, RelationTerm.supplier_id == supplier_id)
        .order_by(
            case({PROPOSED: 0, ACTIVE: 1}, value=RelationTerm.status, else_=2),
            RelationTerm.proposed_at.desc(),
        )
    )
    return tuple(_case(*row) for row in (await session.execute(query)).all())


def _case(row: RelationTerm, proposed: str | None, approved: str | None, ended: str | None) -> TermCase:
    return TermCase(
        row.id, term_of(row), row.status, row.why, proposed or "", row.proposed_person, row.proposed_at,
        approved, row.approved_at, ended, row.ended_at, row.end_reason,
    )  # fmt: skip


def term_of(row: Any) -> Term:
    """The value of a row."""
    return Term(row.kind, row.code, row.words, row.amount, row.days)


async def find_term(session: AsyncSession, actor: Actor, supplier_id: UUID, term_id: UUID) -> RelationTerm:
    """The term, locked until the transaction ends. NotFound outside the actor's concern."""
    query = select(RelationTerm).where(
        RelationTerm.concern_id == actor.concern_id,
        RelationTerm.supplier_id == supplier_id,
        RelationTerm.id == term_id,
    )
    found = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


async def terms_in(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID, status: str
) -> Sequence[RelationTerm]:
    """The supplier's terms that stand in a status, oldest first."""
    query = select(RelationTerm).where(
        RelationTerm.concern_id == concern_id,
        RelationTerm.supplier_id == supplier_id,
        RelationTerm.status == status,
    )
    return (await session.execute(query.order_by(RelationTerm.id))).scalars().all()


async def terms_of(
    session: AsyncSession, concern_id: UUID, suppliers: Sequence[UUID]
) -> dict[UUID, RelationTerms]:
    """Supplier → all that two persons have agreed of it, and its days of payment. One query for all."""
    if not suppliers:
        return {}
    query = (
        select(SupplierRelation.supplier_id, SupplierRelation.payment_days, RelationTerm)
        .outerjoin(
            RelationTerm,
            (RelationTerm.concern_id == SupplierRelation.concern_id)
            & (RelationTerm.supplier_id == SupplierRelation.supplier_id)
            & (RelationTerm.status == ACTIVE),
        )
        .where(SupplierRelation.concern_id == concern_id, SupplierRelation.supplier_id.in_(suppliers))
        .order_by(SupplierRelation.supplier_id, RelationTerm.id)
    )
    days: dict[UUID, int] = {}
    found: dict[UUID, list[Term]] = {}
    for supplier_id, payment_days, row in (await session.execute(query)).all():
        days[supplier_id] = payment_days
        found.setdefault(supplier_id, []).extend([term_of(row)] if row is not None else [])
    return {supplier_id: together(terms, days[supplier_id]) for supplier_id, terms in found.items()}
