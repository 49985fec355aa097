"""The steps that wait for somebody, and those a delegation would set against its taker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import ApprovalStep, Decision
from portal.attest.queries.delegations import rights_in
from portal.attest.queries.steps import FUNCTION_OF, WAITING, StepView, steps_where
from portal.attest.rules.delegations import Rights


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step that waits for this actor: own, or through the delegation `chain` (`behalf`: whose login).

    `persons` are those whose rights are used, for separation of duties.
    """

    step: StepView
    chain: tuple[UUID, ...]
    behalf: str | None
    persons: tuple[str, ...] = ()


async def waiting_for(session: AsyncSession, actor: Actor, day: date) -> list[WaitingStep]:
    """Every step that waits for the actor that day, own and by delegation, oldest first (A7.06)."""
    acting = await _acting(session, actor, day)
    steps = await steps_where(session, *_mine(actor, acting)) if acting else []
    return [_waiting(step, acting[step.subject_type][step.approver_id]) for step in steps]


async def count_waiting(session: AsyncSession, actor: Actor, day: date) -> int:
    """How many steps wait for the actor that day."""
    acting = await _acting(session, actor, day)
    if not acting:
        return 0
    count = select(func.count()).select_from(ApprovalStep).where(*_mine(actor, acting))
    return (await session.execute(count)).scalar_one()


async def _acting(session: AsyncSession, actor: Actor, day: date) -> dict[str, dict[UUID, Rights]]:
    """Subject type → user whose steps the actor may take → through which rights; empty for a supplier."""
    if actor.user_id is None or actor.concern_id is None:
        return {}
    found = await rights_in(session, actor.user_id, tuple(FUNCTION_OF.values()), day)
    return {
        subject: {UUID(one.user): one for one in found[function]} for subject, function in FUNCTION_OF.items()
    }


def _mine(actor: Actor, acting: Mapping[str, Mapping[UUID, Rights]]) -> tuple[ColumnElement[bool], ...]:
    mine = (
        and_(ApprovalStep.subject_type == subject, ApprovalStep.approver_id.in_(tuple(users)))
        for subject, users in acting.items()
    )
    return ApprovalStep.concern_id == actor.concern_id, ApprovalStep.state == WAITING, or_(*mine)


def _waiting(step: StepView, found: Rights) -> WaitingStep:
    chain = tuple(UUID(link.id) for link in found.chain)
    return WaitingStep(step, chain, step.approver_login if chain else None, found.behalf)


async def conflicting_steps(
    session: AsyncSession, from_user_id: UUID, to_user_id: UUID, function: str
) -> list[StepView]:
    """Steps that wait for the giver in cases where the taker's person stands on the other side (A6.08)."""
    subjects = [subject for subject, of in FUNCTION_OF.items() if of == function]
    known, asked, taker = aliased(Decision), aliased(Decision), aliased(User)
    other_side = (
        select(known.subject_id)
        .join(asked, and_(asked.concern_id == known.concern_id, asked.case_id == known.case_id))
        .join(taker, taker.id == to_user_id)
        .where(
            known.concern_id == ApprovalStep.concern_id,
            known.subject_id == ApprovalStep.subject_id,
            asked.act.in_(("order", "review", "accept_deviation")),
            asked.voided_at.is_(None),
            or_(asked.person_id == taker.person_id, asked.on_behalf_of_person_id == taker.person_id),
        )
    )
    return await steps_where(
        session,
        ApprovalStep.approver_id == from_user_id,
        ApprovalStep.state == WAITING,
        ApprovalStep.subject_type.in_(subjects),
        other_side.exists(),
    )
