"""Approve, refuse and block suppliers: by another person than the one who registered (A1.07, A10.08)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions import hold
from portal.audit.log import Event, record
from portal.audit.transition import Subject, Told, move
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.suppliers.models import SupplierAccount, SupplierRelation
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules.terms import supplier_terms
from portal.suppliers.status import RELATION

OWN_REGISTRATION = "Du har själv anmält leverantören. Någon annan behöver godkänna den."
REASON_MISSING = "Skriv skälet. Leverantören får läsa det."
MOST_REASON = 500


async def approve(session: AsyncSession, actor: Actor, supplier_id: UUID, *, now: datetime) -> None:
    """Approve the supplier and its proposed accounts. Forbidden for whoever registered it."""
    relation = await find_relation(session, actor, supplier_id)
    if actor.user_id is None or relation.registered_by == actor.user_id:
        raise Forbidden(OWN_REGISTRATION)
    await _decide(session, actor, supplier_id, relation.status, "approve", now=now, note=None)
    await _open_accounts(session, actor, relation.concern_id, supplier_id, now)
    await enqueue(session, "suppliers.mail_decision", concern_id=relation.concern_id, supplier_id=supplier_id)


async def reject(
    session: AsyncSession, actor: Actor, supplier_id: UUID, reason: str, *, now: datetime
) -> None:
    """Refuse with a reason the supplier may read."""
    relation = await find_relation(session, actor, supplier_id)
    note = _reason(reason)
    await _decide(session, actor, supplier_id, relation.status, "reject", now=now, note=note)
    await enqueue(session, "suppliers.mail_decision", concern_id=relation.concern_id, supplier_id=supplier_id)


async def block(
    session: AsyncSession, actor: Actor, supplier_id: UUID, reason: str, *, now: datetime
) -> None:
    """Stop new orders to, and new invoices from, an approved supplier; attests under way are waited for."""
    await hold(session, [supplier_terms(actor.concern_id, supplier_id)])
    relation = await find_relation(session, actor, supplier_id)
    note = _reason(reason)
    await _decide(session, actor, supplier_id, relation.status, "block", now=now, note=note)


async def unblock(session: AsyncSession, actor: Actor, supplier_id: UUID, *, now: datetime) -> None:
    """Take the block away."""
    relation = await find_relation(session, actor, supplier_id)
    await _decide(session, actor, supplier_id, relation.status, "unblock", now=now, note=None)


async def move_relation(
    session: AsyncSession,
    actor: Actor,
    concern_id: UUID,
    supplier_id: UUID,
    state: str,
    code: str,
    *,
    now: datetime,
    values: Mapping[str, Any] | None = None,
    told: Told = Told(),  # noqa: B008 - frozen
) -> None:
    """Move what the concern holds of the supplier, from the status it was read in."""
    subject = Subject(SupplierRelation, concern_id, supplier_id, state, actor.organisation_id, supplier_id)
    await move(session, RELATION, subject, code, actor, at=now, told=told, values=values)


async def _decide(
    session: AsyncSession,
    actor: Actor,
    supplier_id: UUID,
    state: str,
    code: str,
    *,
    now: datetime,
    note: str | None,
) -> None:
    assert actor.concern_id is not None  # find_relation has found the row in it
    values = {"decided_by": actor.user_id, "decided_at": now, "note": note}
    await move_relation(
        session, actor, actor.concern_id, supplier_id, state, code, now=now, values=values, told=Told(note)
    )


async def _open_accounts(
    session: AsyncSession, actor: Actor, concern_id: UUID, supplier_id: UUID, now: datetime
) -> None:
    proposed = (
        (SupplierAccount.concern_id == concern_id)
        & (SupplierAccount.supplier_id == supplier_id)
        & (SupplierAccount.status == "proposed")
    )
    opened = update(SupplierAccount).where(proposed).values(status="active", valid_from=stockholm_date(now))
    numbers = (await session.execute(opened.returning(SupplierAccount.kind, SupplierAccount.number))).all()
    accounts = [f"{kind} {number}" for kind, number in numbers]
    await record(session, [Event(
        "supplier:account:approve", "supplier", supplier_id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=concern_id, organisation_id=actor.organisation_id, supplier_id=supplier_id,
        data={"accounts": accounts},
    )])  # fmt: skip


def _reason(reason: str) -> str:
    note = " ".join(reason.split())
    if not note or len(note) > MOST_REASON:
        raise Invalid(REASON_MISSING, fields={"reason": REASON_MISSING})
    return note
