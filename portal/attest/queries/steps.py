"""The steps of a route as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import ApprovalStep, Decision, Responsibility

FUNCTION_OF = {"requisition": "approve_order", "invoice": "approve_invoice", "order": "approve_order"}
"""The function (A7.01) that decides over the steps of a subject type."""


WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class StepView:
    """A step. `amount` SEK excluding VAT; Once decided `decided_by` and `on_behalf_of` are logins."""

    id: UUID
    subject_type: str
    subject_id: UUID
    organisation_id: UUID
    responsibility: str
    responsibility_name: str
    approver_id: UUID
    approver_login: str
    approver_name: str
    amount: Decimal
    state: str
    escalated_from: str | None
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    on_behalf_of: str | None


@dataclass(frozen=True, slots=True)
class OneStep:
    """A step as whoever takes it needs it. `amount` SEK excluding VAT."""

    id: UUID
    subject_type: str
    subject_id: UUID
    organisation_id: UUID
    responsibility: str
    approver_id: UUID
    approver_login: str
    amount: Decimal
    escalated_from: str | None


_STEP = text(
    "SELECT s.id, s.subject_type, s.subject_id, s.organisation_id, s.responsibility, s.approver_id, u.login,"
    " s.amount, s.escalated_from FROM approval_step s JOIN app_user u ON u.id = s.approver_id"
    " WHERE s.concern_id = :concern AND s.id = :step"
)


async def find_step(session: AsyncSession, actor: Actor, step_id: UUID) -> OneStep | None:
    """The step, whatever its state; None when the actor's session does not see it."""
    found = (await session.execute(_STEP, {"concern": actor.concern_id, "step": step_id})).first()
    return OneStep(*found) if found else None


_OF_DECISION = text(str(_STEP).replace("s.id = :step", "s.decision_id = :decision AND s.state = 'approved'"))


async def step_of_decision(session: AsyncSession, actor: Actor, decision_id: UUID) -> OneStep | None:
    """The step a decision attested; None when that no longer stands."""
    found = (
        await session.execute(_OF_DECISION, {"concern": actor.concern_id, "decision": decision_id})
    ).first()
    return OneStep(*found) if found else None


async def steps_of(
    session: AsyncSession, concern_id: UUID, subject_type: str, subject_id: UUID
) -> list[StepView]:
    """The steps of a document's route that still count (not void), in the order of their ansvar."""
    return await steps_where(
        session,
        ApprovalStep.concern_id == concern_id,
        ApprovalStep.subject_type == subject_type,
        ApprovalStep.subject_id == subject_id,
        ApprovalStep.state != "void",
    )


_APPROVER, _DECIDER, _BEHALF = aliased(User), aliased(User), aliased(User)


_NAME = (
    select(Responsibility.name)
    .where(
        Responsibility.concern_id == ApprovalStep.concern_id,
        Responsibility.code == ApprovalStep.responsibility,
    )
    .order_by(Responsibility.valid_from.desc())
    .limit(1)
    .scalar_subquery()
)


_STEPS = (
    select(ApprovalStep, _NAME, _APPROVER.login, _APPROVER.name, _DECIDER.login, _BEHALF.login)
    .join(_APPROVER, _APPROVER.id == ApprovalStep.approver_id)
    .outerjoin(
        Decision,
        and_(Decision.concern_id == ApprovalStep.concern_id, Decision.id == ApprovalStep.decision_id),
    )
    .outerjoin(_DECIDER, _DECIDER.id == Decision.user_id)
    .outerjoin(_BEHALF, _BEHALF.id == Decision.on_behalf_of_user_id)
    .order_by(ApprovalStep.created_at, ApprovalStep.responsibility, ApprovalStep.id)
)


async def steps_where(session: AsyncSession, *conditions: Any) -> list[StepView]:
    """Steps the session may see; oldest first, then by ansvar."""
    return [_view(row) for row in await session.execute(_STEPS.where(*conditions))]


def _view(row: Any) -> StepView:
    step: ApprovalStep
    step, name, login, shown, decider, behalf = row
    return StepView(
        step.id, step.subject_type, step.subject_id, step.organisation_id, step.responsibility, name or "",
        step.approver_id, login, shown, step.amount, step.state, step.escalated_from, step.created_at,
        step.decided_at, decider, behalf,
    )  # fmt: skip


async def step_seen(session: AsyncSession, actor: Actor, step_id: UUID) -> bool:
    """Whether the step is within the actor's sight at all: decided or another's, it is told apart from unknown."""
    mine = (ApprovalStep.concern_id == actor.concern_id) & (ApprovalStep.id == step_id)
    return (await session.execute(select(ApprovalStep.id).where(mine))).first() is not None
