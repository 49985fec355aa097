"""Hand a person's rights in one function to another for a time, or end it (A7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import User
from portal.access.queries import holds
from portal.attest import values
from portal.attest.models import FUNCTIONS, Delegation
from portal.attest.queries.delegations import delegations, not_ended
from portal.attest.queries.waiting import conflicting_steps
from portal.attest.rules.delegations import refuse_delegation
from portal.audit.log import Event, record
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.identifiers import uuid7

# What a delegate must hold to be able to act at all; review may go to a fakturasynare (A7.12).
NEEDED = {
    "approve_invoice": (p.ORDER_AND_INVOICE,),
    "approve_order": (p.ORDER_AND_INVOICE,),
    "receipt": (p.ORDER_AND_INVOICE, p.RECEIVE_ALL),
}
NOT_ALLOWED = "Delegeringar registreras av lokal systemadministratör."
NO_USER = "Användaren finns inte."
INACTIVE = "%(login)s är inte aktiv och kan inte vara med i en delegering."
FOR_ONESELF = "Du kan inte registrera en delegering till dig själv. Be en annan administratör."
OTHER_ORGANISATION = "%(login)s hör till en annan förvaltning och ser inte de ärenden som delegeras."
LACKS = "%(login)s saknar behörighet för det som delegeras (%(codes)s)."
PAST = "Delegeringen har redan slutat. Ändra slutdatumet."
NAMED = (
    "%(login)s har redan beställt eller granskat det här och får inte attestera det: %(cases)s."
    " Delegeringen gäller för övriga ärenden. Bekräfta om den ska sparas ändå."
)
ENDED = "Delegeringen är redan avslutad."


@dataclass(frozen=True, slots=True)
class NewDelegation:
    """What the form asks: both users, one of the four functions, first and last day (none = standing)."""

    from_user_id: UUID
    to_user_id: UUID
    function: str
    starts_on: date
    ends_on: date | None = None


async def register_delegation(
    session: AsyncSession, actor: Actor, new: NewDelegation, *, now: datetime, confirmed: bool = False
) -> UUID:
    """Register it; its id. Forbidden for others than A44 (own organisation) and A43 (A7.02).

    Invalid with the reason: to oneself, a ring, the period, already there, a delegate who cannot act. Cases
    that separation of duties will refuse the delegate are named first, and saved only when `confirmed`.
    """
    giver, taker = await _users(session, actor, new)
    _may_register(actor, giver, taker)
    await _one_at_a_time(session, actor, new.function)
    await _check(session, new, giver, taker, stockholm_date(now))
    named = await conflicts_of(session, new)
    if named and not confirmed:
        raise Invalid(NAMED, login=taker.login, cases=", ".join(named), fields={"to": NAMED})
    made = uuid7()
    row = {
        "concern_id": actor.concern_id, "id": made, "from_user_id": giver.id, "to_user_id": taker.id,
        "function": new.function, "starts_on": new.starts_on, "ends_on": new.ends_on,
        "registered_by": actor.user_id, "registered_at": now,
    }  # fmt: skip
    await session.execute(insert(Delegation).values(row))
    data = {
        "from": giver.login,
        "to": taker.login,
        "function": new.function,
        "starts_on": str(new.starts_on),
        "ends_on": str(new.ends_on or ""),
    }
    await record(session, [
        _event(actor, made, "register", giver, now=now, data=data)
    ])  # fmt: skip
    return made


async def revoke_delegation(
    session: AsyncSession, actor: Actor, delegation_id: UUID, *, now: datetime
) -> None:
    """End it at once. The giver may too. Conflict when it is ended already."""
    key = (Delegation.concern_id == actor.concern_id, Delegation.id == delegation_id)
    found = (await session.execute(select(Delegation).where(*key))).scalar_one_or_none()
    giver = await session.get(User, found.from_user_id) if found else None
    if found is None or giver is None:
        raise NotFound(NO_USER)
    if actor.user_id != found.from_user_id:
        _may_administer(actor, giver)
    ended: Any = await session.execute(
        update(Delegation).where(*key, Delegation.revoked_at.is_(None)).values(revoked_at=now)
    )
    if ended.rowcount != 1:
        raise Conflict(ENDED)
    await record(
        session, [_event(actor, delegation_id, "revoke", giver, now=now, data={"function": found.function})]
    )


async def conflicts_of(session: AsyncSession, new: NewDelegation) -> Sequence[str]:
    """Waiting steps the delegate could not take because the same person ordered or reviewed, in words."""
    steps = await conflicting_steps(session, new.from_user_id, new.to_user_id, new.function)
    return [f"{step.responsibility} {step.responsibility_name}".strip() for step in steps]


async def _users(session: AsyncSession, actor: Actor, new: NewDelegation) -> tuple[User, User]:
    query = select(User).where(
        User.concern_id == actor.concern_id, User.id.in_([new.from_user_id, new.to_user_id])
    )
    found = {user.id: user for user in (await session.execute(query)).scalars()}
    if new.from_user_id not in found or new.to_user_id not in found:
        raise NotFound(NO_USER)
    return found[new.from_user_id], found[new.to_user_id]


def _may_administer(actor: Actor, giver: User) -> None:
    local = actor.has(p.LOCAL_SYSTEM_ADMIN) and giver.organisation_id == actor.organisation_id
    if not (local or actor.has(p.CENTRAL_SYSTEM_ADMIN)):
        raise Forbidden(NOT_ALLOWED)


def _may_register(actor: Actor, giver: User, taker: User) -> None:
    _may_administer(actor, giver)
    if taker.person_id == actor.person_id:
        raise Forbidden(FOR_ONESELF)


async def _one_at_a_time(session: AsyncSession, actor: Actor, function: str) -> None:
    """Two registrations at once could close a ring that neither sees."""
    key = func.hashtextextended(f"{actor.concern_id}:delegation:{function}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def _check(session: AsyncSession, new: NewDelegation, giver: User, taker: User, today: date) -> None:
    if new.function not in FUNCTIONS:
        raise Invalid("Välj vad som delegeras.", fields={"function": "Välj vad som delegeras."})
    for user in (giver, taker):
        if not user.active:
            raise Invalid(INACTIVE, login=user.login)
    if giver.organisation_id != taker.organisation_id:
        raise Invalid(OTHER_ORGANISATION, login=taker.login, fields={"to": OTHER_ORGANISATION})
    if new.ends_on is not None and new.starts_on <= new.ends_on < today:
        raise Invalid(PAST, fields={"ends_on": PAST})
    await _check_permission(session, new, taker, max(today, new.starts_on))
    value = values.Delegation(
        "", new.function, str(giver.id), str(giver.person_id), str(taker.id), str(taker.person_id),
        new.starts_on, new.ends_on,
    )  # fmt: skip
    existing = await delegations(session, *not_ended(giver.concern_id, new.function, today))
    if message := refuse_delegation(value, existing):
        raise Invalid(message, fields={"to": message})


async def _check_permission(session: AsyncSession, new: NewDelegation, taker: User, day: date) -> None:
    needed = NEEDED.get(new.function, ())
    held = [
        (await session.execute(select(holds(code, day)).where(User.id == taker.id))).scalar()
        for code in needed
    ]
    if needed and not any(held):
        raise Invalid(LACKS, login=taker.login, codes=" / ".join(needed), fields={"to": LACKS})


def _event(
    actor: Actor, delegation_id: UUID, verb: str, giver: User, *, now: datetime, data: dict[str, str]
) -> Event:
    return Event(
        f"delegation:period:{verb}", "delegation", delegation_id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=actor.concern_id, organisation_id=giver.organisation_id, data=data,
    )  # fmt: skip
