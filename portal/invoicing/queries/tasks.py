"""What waits for a person, counted by status with the most urgent one: for the menu and Min dag."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice
from portal.invoicing.queries import queue
from portal.invoicing.queries.lists import MOST_COUNTED, NEVER, handled_roles
from portal.invoicing.queries.scope import Rights, in_scope, taken_part
from portal.invoicing.status import APPROVAL, INVOICE_INFORMATION, MATCHING_REQUIRED, REVIEW

TO_MOVE = ("organisation_unknown", "organisation_conflict")
PERSONAL = (REVIEW, MATCHING_REQUIRED)
"""Counted here; attest has a counter of its own."""


async def waiting_rows(session: AsyncSession, actor: Actor, rights: Rights) -> Sequence[Any]:
    """status, due_date, id, number, seller_name, payable_amount (negative for a credit note) of what waits for the
    person, earliest due first."""
    query = (
        select(
            Invoice.status, Invoice.due_date, Invoice.id, Invoice.number, Invoice.seller_name, queue.TO_PAY,
        )
        .where(in_scope(actor), Invoice.status.in_(PERSONAL), _before(actor, rights.review))
        .order_by(func.coalesce(Invoice.due_date, NEVER), Invoice.id)
        .limit(MOST_COUNTED)
    )  # fmt: skip
    return (await session.execute(query)).all()


def _before(actor: Actor, users: Collection[UUID]) -> ColumnElement[bool]:
    """Before one of `users`, or before the actor's role: a secret one that its own reviewers may not see (A2.13)."""
    own, roles = taken_part(users, waiting=True), handled_roles(actor)
    return or_(own, Invoice.handler_role.in_(roles)) if roles else own


async def arrival_rows(session: AsyncSession, actor: Actor) -> Sequence[Any]:
    """As waiting_rows, of the role's queue, oldest first."""
    if not handled_roles(actor):
        return ()
    query = select(
        Invoice.status, Invoice.due_date, Invoice.id, Invoice.number, Invoice.seller_name, queue.TO_PAY,
        Invoice.arrived_at,
    ).where(queue.mine(actor))  # fmt: skip
    return (await session.execute(query.order_by(Invoice.arrived_at).limit(MOST_COUNTED))).all()


async def to_move(session: AsyncSession, actor: Actor) -> Sequence[Any]:
    """As waiting_rows, of invoices whose organisation must be chosen (A9.08), oldest first: A43's and levgruppen's."""
    query = select(
        Invoice.status, Invoice.due_date, Invoice.id, Invoice.number, Invoice.seller_name, queue.TO_PAY,
        Invoice.arrived_at,
    ).where(
        in_scope(actor), Invoice.status == INVOICE_INFORMATION,
        or_(*(Invoice.reasons.contains([{"code": code}]) for code in TO_MOVE)),
    )  # fmt: skip
    return (await session.execute(query.order_by(Invoice.arrived_at).limit(MOST_COUNTED))).all()


async def counted(session: AsyncSession, actor: Actor, rights: Rights) -> dict[str, int]:
    """The menu's counters `invoices` (own, attest too) and `arrivals`."""
    personal = and_(in_scope(actor), Invoice.status.in_((*PERSONAL, APPROVAL)), _before(actor, rights.users))
    counts = {"invoices": await _count(session, personal)}
    if handled_roles(actor):
        counts["arrivals"] = await _count(session, queue.mine(actor))
    return counts


async def _count(session: AsyncSession, which: Any) -> int:
    inner = select(Invoice.id).where(which).limit(MOST_COUNTED).subquery()
    return (await session.execute(select(func.count()).select_from(inner))).scalar_one()
