"""A waiting step whose attestant is no longer active goes to who may act instead (A1.03, A6.09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import User
from portal.attest.actions.cases import hold
from portal.attest.actions.routes import plan_route
from portal.attest.models import ApprovalStep
from portal.attest.queries.steps import FUNCTION_OF
from portal.audit.log import Event, record
from portal.kernel.dates import stockholm_date


@dataclass(frozen=True, slots=True)
class Subject:
    """What a step's document is to attest: the case duties are separated in, and whether it is secret."""

    case_id: UUID
    secret: bool


@dataclass(frozen=True, slots=True)
class MovedStep:
    """A step that has gone on, or (`to` None) that nobody may take: then `why` says why."""

    step: ApprovalStep
    left: str
    to: str | None
    to_id: UUID | None = None
    why: str = ""


async def steps_left_behind(
    session: AsyncSession, concern_id: UUID, user_id: UUID | None = None
) -> Sequence[ApprovalStep]:
    """Steps that wait for somebody who is not active; `user_id`: for that one."""
    query = (
        select(ApprovalStep)
        .join(User, User.id == ApprovalStep.approver_id)
        .where(ApprovalStep.concern_id == concern_id, ApprovalStep.state == "waiting", User.active.is_(False))
        .order_by(ApprovalStep.created_at, ApprovalStep.id)
    )
    mine = query if user_id is None else query.where(ApprovalStep.approver_id == user_id)
    return (await session.execute(mine)).scalars().all()


async def move_steps(
    session: AsyncSession, steps: Sequence[ApprovalStep], subjects: Mapping[UUID, Subject], now: datetime
) -> list[MovedStep]:
    """Give each step to its ansvar's attestant of today, or the nearest above who may act (A6.08). A step that has
    been decided meanwhile is left alone. In the system's context of the concern."""
    known = [step for step in steps if step.subject_id in subjects]
    cases = sorted({str(subjects[step.subject_id].case_id) for step in known})
    if cases:
        await hold(session, cases)
    moved = [await _move(session, step, subjects[step.subject_id], now) for step in known]
    return [one for one in moved if one is not None]


async def _move(
    session: AsyncSession, step: ApprovalStep, subject: Subject, now: datetime
) -> MovedStep | None:
    left = (await session.execute(select(User.login).where(User.id == step.approver_id))).scalar_one()
    route = await plan_route(
        session, concern_id=step.concern_id, organisation_id=step.organisation_id,
        amounts={step.responsibility: step.amount}, case_id=subject.case_id, asking_persons=frozenset(),
        function=FUNCTION_OF[step.subject_type], day=stockholm_date(now), secret=subject.secret,
    )  # fmt: skip
    if not route.steps:
        return MovedStep(step, left, None, why=" ".join(reason.text for reason in route.refusals))
    found = route.steps[0]
    to = UUID(found.attestant.user)
    waits = update(ApprovalStep).where(
        ApprovalStep.concern_id == step.concern_id,
        ApprovalStep.id == step.id,
        ApprovalStep.state == "waiting",
        ApprovalStep.approver_id == step.approver_id,
    )
    changed = await session.execute(
        waits.values(approver_id=to, escalated_from=found.escalated_from)
        .returning(ApprovalStep.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        return None
    await record(session, [_event(step, left, found.attestant.login, now)])
    return MovedStep(step, left, found.attestant.login, to)


def _event(step: ApprovalStep, left: str, to: str, now: datetime) -> Event:
    return Event(
        f"{step.subject_type}:approval:move", step.subject_type, step.subject_id, now, actor="system",
        concern_id=step.concern_id, organisation_id=step.organisation_id,
        data={"before": [left], "after": [to], "responsibility": step.responsibility},
    )  # fmt: skip
