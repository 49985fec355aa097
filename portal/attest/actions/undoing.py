"""An attest is taken back: its step waits again, and the decision no longer counts, but stays to be read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.cases import hold
from portal.attest.models import Decision
from portal.attest.queries.undoable import OneAttest, find_attest
from portal.attest.rules.undo import VOID, not_theirs, too_late
from portal.audit.log import Event, record
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.text import Message

NOT_FOUND = "Attesten finns inte."
_REOPEN = text(
    "UPDATE approval_step SET state = 'waiting', decided_at = NULL, decision_id = NULL"
    " WHERE concern_id = :concern AND decision_id = :decision AND state = 'approved' RETURNING id"
)


async def own_attest(session: AsyncSession, actor: Actor, decision_id: UUID) -> OneAttest:
    """The attest the actor would undo. NotFound outside sight, Forbidden when another person made it."""
    found = await find_attest(session, actor.concern_id, decision_id)
    if found is None:
        raise NotFound(NOT_FOUND)
    if why := not_theirs(found.attested, str(actor.person_id)):
        raise Forbidden(why.msgid, **why.params)
    return found


async def undo_attest(session: AsyncSession, actor: Actor, decision_id: UUID, now: datetime) -> OneAttest:
    """Undo it, for whoever holds its document: one at a time with all else that is decided in the case.

    Conflict with what has happened when it is undone already, void, followed by another's, or too late.
    """
    case = (await own_attest(session, actor, decision_id)).case_id
    await hold(session, [str(case)])
    found = await own_attest(session, actor, decision_id)
    if why := too_late(found.attested, now):
        raise _conflict(why)
    await take_back(session, found, actor, now, tag="undo")
    return found


async def take_back(
    session: AsyncSession, one: OneAttest, actor: Actor, now: datetime, *, tag: str, why: str | None = None
) -> None:
    """Its step waits again for whom it waited for. `tag`: undone by its maker, or stopped by the rules with `why`."""
    given = {"concern": actor.concern_id, "decision": one.id}
    if (await session.execute(_REOPEN, given)).first() is None:
        raise Conflict(VOID)
    counts = (Decision.concern_id == actor.concern_id, Decision.id == one.id, Decision.voided_at.is_(None))
    await session.execute(update(Decision).where(*counts).values(voided_at=now))
    await record(session, [Event(
        f"{one.subject_type}:decision:{tag}", one.subject_type, one.subject_id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=actor.concern_id, organisation_id=one.organisation_id, why=why,
        data={"decision": str(one.id)},
    )])  # fmt: skip


def _conflict(why: Message) -> Conflict:
    return Conflict(why.msgid, **why.params)
