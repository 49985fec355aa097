"""Attests that can be undone: one as whoever would undo it needs it, and those of a person just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.models import ApprovalStep
from portal.attest.queries.steps import StepView, steps_where
from portal.attest.rules.undo import Attested

_FOLLOWED = (
    "SELECT {what} FROM decision l JOIN app_user lu ON lu.id = l.user_id WHERE l.concern_id = d.concern_id"
    " AND l.subject_type = d.subject_type AND l.subject_id = d.subject_id AND l.act = d.act"
    " AND l.voided_at IS NULL AND l.id <> d.id AND (l.decided_at, l.id) > (d.decided_at, d.id)"
    " ORDER BY l.decided_at, l.id LIMIT 1"
)
_ONE = text(
    "SELECT d.id, d.subject_type, d.subject_id, d.organisation_id, d.case_id, d.person_id, u.login, d.undo_until,"  # noqa: S608 - a condition of our own
    " d.voided_at IS NOT NULL AS void, EXISTS (SELECT 1 FROM audit_event e WHERE e.concern_id = d.concern_id"
    " AND e.subject_id = d.subject_id AND e.tag = d.subject_type || ':decision:undo'"
    " AND e.data ->> 'decision' = CAST(d.id AS text)) AS undone,"
    f" ({_FOLLOWED.format(what='lu.login')}) AS later, ({_FOLLOWED.format(what='l.decided_at')}) AS later_at"
    " FROM decision d JOIN app_user u ON u.id = d.user_id"
    " WHERE d.concern_id = :concern AND d.id = :decision AND d.act IN ('approve', 'approve_order')"
)
# The last of its document, and its step attested still.
_MINE = text(
    "SELECT d.id, d.undo_until FROM decision d"  # noqa: S608 - a condition of our own
    " WHERE d.concern_id = :concern AND d.person_id = :person"
    " AND d.voided_at IS NULL AND d.undo_until > :now AND d.decided_at <= :now"
    f" AND NOT EXISTS ({_FOLLOWED.format(what='1')}) ORDER BY d.decided_at DESC, d.id DESC"
)


@dataclass(frozen=True, slots=True)
class OneAttest:
    """A decision to attest: of which document, in which case, and what its undoing depends on."""

    id: UUID
    subject_type: str
    subject_id: UUID
    organisation_id: UUID
    case_id: UUID
    attested: Attested


@dataclass(frozen=True, slots=True)
class UndoableStep:
    """A step that was attested a moment ago, and until when that can be undone."""

    decision_id: UUID
    until: datetime
    step: StepView


async def find_attest(session: AsyncSession, concern_id: UUID | None, decision_id: UUID) -> OneAttest | None:
    """The attest, undone or not; None when the session does not see it."""
    row = (await session.execute(_ONE, {"concern": concern_id, "decision": decision_id})).first()
    if row is None:
        return None
    followed = (row.later, row.later_at) if row.later else None
    attested = Attested(str(row.person_id), row.login, row.undo_until, row.void, row.undone, followed)
    return OneAttest(row.id, row.subject_type, row.subject_id, row.organisation_id, row.case_id, attested)


async def undoable(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[UndoableStep]:
    """What the actor's person has attested and can still undo, the newest first."""
    given = {"concern": actor.concern_id, "person": actor.person_id, "now": now}
    until = {row.id: row.undo_until for row in await session.execute(_MINE, given)}
    if not until:
        return ()
    of_step = select(ApprovalStep.id, ApprovalStep.decision_id).where(
        ApprovalStep.concern_id == actor.concern_id, ApprovalStep.decision_id.in_(until)
    )
    made = {row.id: row.decision_id for row in await session.execute(of_step)}
    steps = {one.id: one for one in await steps_where(session, ApprovalStep.id.in_(made))}
    found = [UndoableStep(made[step], until[made[step]], one) for step, one in steps.items()]
    order = list(until)
    return sorted(found, key=lambda one: order.index(one.decision_id))
