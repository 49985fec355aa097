"""Approve, refuse and block suppliers: by another person than the one who registered (A1.07, A10.08)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions import hold
from portal.audit.transition import Subject, Told, move
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.suppliers.models import SupplierAccount, SupplierRelation
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules.hold_names import supplier_terms
from portal.suppliers.status import ACCOUNT, PROPOSED, RELATION

OWN_REGISTRATION = "Du har själv anmält leverantören. Någon annan behöver godkänna den."
REASON_MISSING = "Skriv skälet. Leverantören får läsa det."
ACCOUNTS_CHANGED = "Leverantörens föreslagna konton har ändrats sedan du öppnade sidan. Kontrollera dem igen."
MOST_REASON = 500


async def approve(
    session: AsyncSession,
    actor: Actor,
    supplier_id: UUID,
    *,
    seen: Collection[UUID] | None = None,
    now: datetime,
) -> None:
    """Approve the supplier and its proposed accounts. Forbidden for the person who registered it, by any login.

    `seen`: the accounts the person had before them; Conflict when others are proposed by now.
    """
    relation = await find_relation(session, actor, supplier_id)
    own = await _person_of(session, relation.registered_by) if relation.registered_by else None
    if actor.user_id is None or relation.registered_by == actor.user_id or own == (actor.person_id or ""):
        raise Forbidden(OWN_REGISTRATION)
    accounts = await _first_accounts(session, relation.concern_id, supplier_id, seen)
    await _decide(session, actor, supplier_id, relation.status, "approve", now=now, note=None)
    await _open_accounts(session, actor, accounts, now)
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


async def _open_accounts(session: AsyncSession, actor: Actor, accounts: Sequence[Any], now: datetime) -> None:
    """A supplier's first accounts hold with the supplier, approved in the same moment by the same person."""
    values = {
        "valid_from": stockholm_date(now), "approved_by": actor.user_id, "approved_person": actor.person_id,
        "approved_at": now,
    }  # fmt: skip
    for row in accounts:
        subject = Subject(
            SupplierAccount, row.concern_id, row.id, row.status, actor.organisation_id, row.supplier_id
        )
        told = Told(data={"account": f"{row.kind} {row.number}"})
        await move(session, ACCOUNT, subject, "open", actor, at=now, told=told, values=values)


async def _first_accounts(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID, seen: Collection[UUID] | None
) -> Sequence[Any]:
    """What was proposed with the registration. Conflict when it is not what the person saw."""
    query = select(SupplierAccount).where(
        SupplierAccount.concern_id == concern_id,
        SupplierAccount.supplier_id == supplier_id,
        SupplierAccount.status == PROPOSED,
    )
    found = (await session.execute(query.order_by(SupplierAccount.id).with_for_update())).scalars().all()
    if seen is not None and {row.id for row in found} != set(seen):
        raise Conflict(ACCOUNTS_CHANGED)
    return found


async def _person_of(session: AsyncSession, user_id: UUID | None) -> UUID | None:
    return (await session.execute(select(User.person_id).where(User.id == user_id))).scalar()


def _reason(reason: str) -> str:
    note = " ".join(reason.split())
    if not note or len(note) > MOST_REASON:
        raise Invalid(REASON_MISSING, fields={"reason": REASON_MISSING})
    return note
