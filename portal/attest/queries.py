"""Whose rights a user may use, what has been done in a case, the attest tree, and the steps of a route."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.access.permissions import SEE_SECRET
from portal.access.queries import in_force
from portal.attest import values
from portal.attest.models import ApprovalStep, Decision, Delegation, Responsibility
from portal.attest.rules.delegations import Rights, rights_of
from portal.attest.values import Act, Attestant

FUNCTION_OF = {"requisition": "approve_order", "invoice": "approve_invoice"}
"""The function (A7.01) that decides over the steps of a subject type."""
WAITING = "waiting"
_GIVER, _TAKER = aliased(User), aliased(User)


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
class WaitingStep:
    """A step that waits for this actor: own, or through the delegation `chain` (`behalf`: whose login).

    `persons` are those whose rights are used, for separation of duties.
    """

    step: StepView
    chain: tuple[UUID, ...]
    behalf: str | None
    persons: tuple[str, ...] = ()


async def acting_for(
    session: AsyncSession, user_id: UUID, function: str, day: date
) -> Mapping[UUID, tuple[UUID, ...]]:
    """Users whose rights in a function the user may use that day → delegation chain, first link first.

    The user itself is there with an empty chain (A7.05).
    """
    return (await acting_in(session, user_id, (function,), day))[function]


async def acting_in(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> Mapping[str, Mapping[UUID, tuple[UUID, ...]]]:
    """As acting_for, for several functions in one go: function → user → delegation chain."""
    found = await _rights(session, user_id, functions, day)
    return {
        function: {UUID(one.user): tuple(UUID(link.id) for link in one.chain) for one in found[function]}
        for function in functions
    }


async def _rights(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> dict[str, tuple[Rights, ...]]:
    """Whose rights in each function the user may use, through which links; the user's own among them."""
    links = await _links_leading_to(session, user_id, functions, day)
    return {function: rights_of(str(user_id), function, links, day) for function in functions}


def in_time(function: str, day: date) -> ColumnElement[bool]:
    """Condition on delegations: of the function, not revoked, in force that day (A7.04)."""
    return and_(
        Delegation.function == function,
        Delegation.revoked_at.is_(None),
        Delegation.starts_on <= day,
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= day),
    )


async def delegations_to(session: AsyncSession, function: str, day: date) -> list[values.Delegation]:
    """Every delegation of the concern in the function that is in force that day."""
    return await delegations(session, in_time(function, day))


def not_ended(concern_id: UUID | None, function: str, day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on delegations: of the function, not revoked, in force that day or coming."""
    return (
        Delegation.concern_id == concern_id,
        Delegation.function == function,
        Delegation.revoked_at.is_(None),
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= day),
    )


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


# Every delegation from which rights may reach the user; UNION ends at a ring.
_LINKS = text(
    "WITH RECURSIVE reach AS ("
    "SELECT id, function, from_user_id FROM delegation WHERE to_user_id = :user AND function = ANY(:functions)"
    " AND revoked_at IS NULL AND starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day)"
    " UNION SELECT d.id, d.function, d.from_user_id FROM delegation d"
    " JOIN reach ON d.to_user_id = reach.from_user_id AND d.function = reach.function"
    " WHERE revoked_at IS NULL AND starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day))"
    " SELECT d.id, d.function, d.from_user_id, giver.person_id, d.to_user_id, taker.person_id,"
    " d.starts_on, d.ends_on FROM reach JOIN delegation d ON d.id = reach.id"
    " JOIN app_user giver ON giver.id = d.from_user_id JOIN app_user taker ON taker.id = d.to_user_id"
    " ORDER BY d.registered_at, d.id"
)


async def _links_leading_to(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> list[values.Delegation]:
    rows = await session.execute(_LINKS, {"user": user_id, "functions": list(functions), "day": day})
    return [
        values.Delegation(
            str(made), function, str(giver), str(giver_person), str(taker), str(taker_person), starts, ends
        )
        for made, function, giver, giver_person, taker, taker_person, starts, ends in rows
    ]


async def delegations(session: AsyncSession, *conditions: Any) -> list[values.Delegation]:
    """Delegations as the rules see them, with their persons; oldest first."""
    query = (
        select(Delegation, _GIVER.person_id, _TAKER.person_id)
        .join(_GIVER, _GIVER.id == Delegation.from_user_id)
        .join(_TAKER, _TAKER.id == Delegation.to_user_id)
        .where(*conditions)
        .order_by(Delegation.registered_at, Delegation.id)
    )
    return [
        values.Delegation(
            str(d.id), d.function, str(d.from_user_id), str(giver), str(d.to_user_id), str(taker),
            d.starts_on, d.ends_on,
        )
        for d, giver, taker in await session.execute(query)
    ]  # fmt: skip


async def acts_of(session: AsyncSession, concern_id: UUID, case_id: UUID) -> tuple[Act, ...]:
    """What has been done in a case and still counts, with every person of each delegation chain."""
    return (await acts_of_cases(session, concern_id, [case_id]))[case_id]


_ACTS = text(
    "SELECT case_id, act, person_id, on_behalf_of_person_id, chain FROM decision"
    " WHERE concern_id = :concern AND case_id = ANY(:cases) AND voided_at IS NULL ORDER BY decided_at, id"
)


async def acts_of_cases(
    session: AsyncSession, concern_id: UUID, case_ids: Collection[UUID]
) -> Mapping[UUID, tuple[Act, ...]]:
    """As acts_of for many cases at once; a case without acts has an empty tuple."""
    rows = (await session.execute(_ACTS, {"concern": concern_id, "cases": list(case_ids)})).all()
    givers = await _givers(session, [UUID(link) for row in rows for link in row.chain])
    found: dict[UUID, tuple[Act, ...]] = dict.fromkeys(case_ids, ())
    for case_id, act, person, behalf_person, chain in rows:
        found[case_id] += (Act(act, str(person), _behalf(behalf_person, chain, givers)),)
    return found


async def _givers(session: AsyncSession, links: Sequence[UUID]) -> dict[str, str]:
    if not links:
        return {}
    found = await delegations(session, Delegation.id.in_(links))
    return {link.id: link.from_person for link in found}


def _behalf(person: UUID | None, chain: Iterable[str], givers: Mapping[str, str]) -> tuple[str, ...]:
    named = [str(person)] if person else []
    return tuple(dict.fromkeys([*named, *(givers[link] for link in chain if link in givers)]))


_TREE = text(
    "WITH RECURSIVE up AS ("
    "SELECT id, parent_id FROM responsibility WHERE concern_id = :concern AND organisation_id = :organisation"
    " AND code = ANY(:codes) AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
    " UNION SELECT above.id, above.parent_id FROM responsibility above JOIN up ON above.id = up.parent_id"
    " WHERE above.concern_id = :concern AND above.valid_from <= :day"
    " AND (above.valid_to IS NULL OR above.valid_to >= :day))"
    " SELECT node.code, node.name, parent.code AS parent, u.id, u.person_id, u.login, u.active,"
    " EXISTS (SELECT 1 FROM group_permission g WHERE g.concern_id = u.concern_id"
    " AND g.group_code = u.group_code AND g.permission = :secret)"
    " OR EXISTS (SELECT 1 FROM user_role r WHERE r.concern_id = u.concern_id AND r.user_id = u.id"
    " AND r.permission = :secret AND r.valid_from <= :day"
    " AND (r.valid_to IS NULL OR r.valid_to >= :day)) AS sees_secret"
    " FROM responsibility node JOIN app_user u ON u.id = node.approver_id"
    " LEFT JOIN responsibility parent ON parent.concern_id = :concern AND parent.id = node.parent_id"
    " WHERE node.concern_id = :concern AND node.id IN (SELECT id FROM up) ORDER BY node.code"
)


async def attest_tree(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, codes: Iterable[str], day: date
) -> tuple[values.Responsibility, ...]:
    """The ansvar of these codes in the organisation and all above them, with their attestants that day."""
    given = {
        "concern": concern_id, "organisation": organisation_id, "codes": list(codes), "day": day,
        "secret": SEE_SECRET,
    }  # fmt: skip
    return tuple(
        values.Responsibility(
            row.code, row.name, row.parent,
            Attestant(str(row.id), str(row.person_id), row.login, row.sees_secret, row.active),
        )
        for row in await session.execute(_TREE, given)
    )  # fmt: skip


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


async def steps_where(session: AsyncSession, *conditions: Any) -> list[StepView]:
    """Steps the session may see; oldest first, then by ansvar."""
    approver, decider, behalf = aliased(User), aliased(User), aliased(User)
    name = (
        select(Responsibility.name)
        .where(
            Responsibility.concern_id == ApprovalStep.concern_id,
            Responsibility.code == ApprovalStep.responsibility,
        )
        .order_by(Responsibility.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(ApprovalStep, name, approver.login, approver.name, decider.login, behalf.login)
        .join(approver, approver.id == ApprovalStep.approver_id)
        .outerjoin(
            Decision,
            and_(Decision.concern_id == ApprovalStep.concern_id, Decision.id == ApprovalStep.decision_id),
        )
        .outerjoin(decider, decider.id == Decision.user_id)
        .outerjoin(behalf, behalf.id == Decision.on_behalf_of_user_id)
        .where(*conditions)
        .order_by(ApprovalStep.created_at, ApprovalStep.responsibility, ApprovalStep.id)
    )
    return [_view(row) for row in await session.execute(query)]


def _view(row: Any) -> StepView:
    step: ApprovalStep
    step, name, login, shown, decider, behalf = row
    return StepView(
        step.id, step.subject_type, step.subject_id, step.organisation_id, step.responsibility, name or "",
        step.approver_id, login, shown, step.amount, step.state, step.escalated_from, step.created_at,
        step.decided_at, decider, behalf,
    )  # fmt: skip


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


async def is_attestant(session: AsyncSession, actor: Actor, day: date) -> bool:
    """Whether the attest tree names the actor that day."""
    named = select(Responsibility.id).where(
        Responsibility.concern_id == actor.concern_id,
        Responsibility.approver_id == actor.user_id,
        in_force(Responsibility, day),
    )
    return (await session.execute(named.limit(1))).first() is not None


async def _acting(session: AsyncSession, actor: Actor, day: date) -> dict[str, dict[UUID, Rights]]:
    """Subject type → user whose steps the actor may take → through which rights; empty for a supplier."""
    if actor.user_id is None or actor.concern_id is None:
        return {}
    found = await _rights(session, actor.user_id, tuple(FUNCTION_OF.values()), day)
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


async def step_seen(session: AsyncSession, actor: Actor, step_id: UUID) -> bool:
    """Whether the step is within the actor's sight at all: decided or another's, it is told apart from unknown."""
    mine = (ApprovalStep.concern_id == actor.concern_id) & (ApprovalStep.id == step_id)
    return (await session.execute(select(ApprovalStep.id).where(mine))).first() is not None
