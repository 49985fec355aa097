"""A step of a route is attested, or its document sent back (A6.02, A7.06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions.cases import HeldCase, hold_case, refused
from portal.attest.actions.decisions import record_decision
from portal.attest.actions.routes import ACT_OF, close_steps
from portal.attest.models import ApprovalStep
from portal.attest.queries.delegations import acting_for, delegations_to
from portal.attest.queries.steps import FUNCTION_OF, OneStep, find_step, steps_where
from portal.attest.queries.tree import attest_tree
from portal.attest.rules.delegations import delegates_of
from portal.attest.rules.route import build_route
from portal.attest.rules.separation_of_duties import SEND_TO, excluded
from portal.attest.values import Responsibility, RouteFacts, RouteRow
from portal.audit.log import Event, record
from portal.audit.transition import MOVED_ON, NAMES
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.identifiers import uuid7
from portal.kernel.text import sentence_list

AT_ONCE = timedelta()
"""An attest that cannot be undone: what comes of it comes in the same transaction."""
NOT_FOUND = "Det du letar efter finns inte, eller så får du inte se det."
NOT_YOURS = "Du kan inte attestera det här. Det ska attesteras av %(login)s eller någon med delegering."
NO_LONGER = (
    "%(login)s är inte längre attestant för ansvar %(code)s. Ta tillbaka ärendet och skicka det igen,"
    " så går det till rätt attestant."
)
# waiting → approved by compare-and-set: of two who attest at once one finds no row, and nobody finds one of an
# invoice on hold (A5.14). What still waits is told in the same breath; whoever holds the case sees the others'
# decisions.
_CLAIM = text(
    "UPDATE approval_step s SET state = 'approved', decided_at = :now, decision_id = :decision"
    " WHERE s.concern_id = :concern AND s.id = :step AND s.state = 'waiting'"
    " AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.concern_id = s.concern_id AND i.id = s.subject_id"
    " AND s.subject_type = 'invoice' AND i.under_investigation)"
    " RETURNING EXISTS (SELECT 1 FROM approval_step o WHERE o.concern_id = s.concern_id"
    " AND o.subject_type = s.subject_type AND o.subject_id = s.subject_id AND o.id <> s.id"
    " AND o.state = 'waiting')"
)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What an attest led to. `on_behalf_of` is a login, none when it was the actor's own step."""

    all_approved: bool
    subject_type: str
    subject_id: UUID
    decision_id: UUID
    on_behalf_of: str | None


async def approve_step(
    session: AsyncSession,
    actor: Actor,
    step_id: UUID,
    *,
    case_id: UUID,
    shown: bytes,
    note: str | None,
    now: datetime,
    undo: timedelta = AT_ONCE,
) -> StepOutcome:
    """Attest one step as its owner or by delegation, at today's Stockholm date (A6.02, A7.06).

    NotFound outside sight; Forbidden when it is not the actor's, or duties are not separate; Conflict when
    somebody else was first. `undo`: how long it can be undone; what comes of it waits as long. Two steps of one case
    are decided one after the other, so that exactly one of them sees that all are approved.
    """
    step = await find_step(session, actor, step_id)
    if step is None:
        raise NotFound(NOT_FOUND)
    case = await hold_case(session, actor, case_id)
    return await take_step(session, actor, step, case, shown=shown, note=note, now=now, undo=undo)


async def take_step(
    session: AsyncSession,
    actor: Actor,
    step: OneStep,
    case: HeldCase,
    *,
    shown: bytes,
    note: str | None,
    now: datetime,
    undo: timedelta = AT_ONCE,
) -> StepOutcome:
    """As approve_step, for whoever has read the step and holds its case already."""
    day = stockholm_date(now)
    chain = await _chain(session, actor, step, day)
    tree = await _tree(session, actor, step, day)
    _still_attestant(step, tree)
    await _separate(session, actor, step, case, tree=tree, chain=chain, day=day)
    behalf = None if step.approver_id == actor.user_id else step.approver_id
    decision_id = uuid7()
    others_wait = await _claim(session, actor, step, decision_id, now)
    await record_decision(
        session, actor, subject_type=step.subject_type, subject_id=step.subject_id,
        organisation_id=step.organisation_id, case_id=case.id, act=_act(step), shown=shown, now=now,
        amount=step.amount, note=note, on_behalf_of=behalf, chain=chain, held=case, decision_id=decision_id,
        undo_until=now + undo if undo else None,
    )  # fmt: skip
    acted_for = step.approver_login if behalf else None
    return StepOutcome(not others_wait, step.subject_type, step.subject_id, decision_id, acted_for)


async def return_steps(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_type: str,
    subject_id: UUID,
    note: str | None,
    now: datetime,
) -> str | None:
    """Send the document back instead: waiting steps are returned, attests already given become void.

    Allowed for whoever owns one of the waiting steps or acts for its owner; the login acted for, or None.
    Conflict when nothing waits any more.
    """
    day = stockholm_date(now)
    waiting = await steps_where(
        session,
        ApprovalStep.concern_id == actor.concern_id,
        ApprovalStep.subject_type == subject_type,
        ApprovalStep.subject_id == subject_id,
        ApprovalStep.state == "waiting",
    )
    if not waiting:
        raise Conflict(MOVED_ON, what=NAMES[subject_type])
    assert actor.user_id is not None and actor.concern_id is not None
    acting = await acting_for(session, actor.user_id, FUNCTION_OF[subject_type], day)
    mine = sorted(
        (step for step in waiting if step.approver_id in acting), key=lambda s: s.approver_id != actor.user_id
    )
    if not mine:
        raise Forbidden(NOT_YOURS, login=sentence_list([s.approver_login for s in waiting], "eller"))
    behalf = None if mine[0].approver_id == actor.user_id else mine[0].approver_login
    if not await close_steps(
        session, actor.concern_id, subject_type, subject_id, waiting_become="returned", now=now
    ):
        raise Conflict(MOVED_ON, what=NAMES[subject_type])
    await record(session, [Event(
        f"{subject_type}:approval:return", subject_type, subject_id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=actor.concern_id, organisation_id=mine[0].organisation_id,
        on_behalf_of=behalf, why=note,
    )])  # fmt: skip
    return behalf


def _act(step: OneStep) -> str:
    return ACT_OF[FUNCTION_OF[step.subject_type]]


async def _chain(session: AsyncSession, actor: Actor, step: OneStep, day: date) -> tuple[UUID, ...]:
    """The delegations through which the actor may take the step; empty for the owner."""
    assert actor.user_id is not None
    if step.approver_id == actor.user_id:
        return ()
    acting = await acting_for(session, actor.user_id, FUNCTION_OF[step.subject_type], day)
    if step.approver_id not in acting:
        raise Forbidden(NOT_YOURS, login=step.approver_login)
    return acting[step.approver_id]


async def _tree(session: AsyncSession, actor: Actor, step: OneStep, day: date) -> tuple[Responsibility, ...]:
    assert actor.concern_id is not None
    return await attest_tree(session, actor.concern_id, step.organisation_id, [step.responsibility], day)


def _still_attestant(step: OneStep, tree: Sequence[Responsibility]) -> None:
    """The attest tree of today must still name the step's owner on its ansvar, or above when it went up."""
    named = [
        n for n in tree if n.attestant and n.attestant.user == str(step.approver_id) and n.attestant.active
    ]
    if not any(node.code == step.responsibility or step.escalated_from for node in named):
        raise Forbidden(NO_LONGER, login=step.approver_login, code=step.responsibility)


async def _separate(
    session: AsyncSession,
    actor: Actor,
    step: OneStep,
    case: HeldCase,
    *,
    tree: tuple[Responsibility, ...],
    chain: Sequence[UUID],
    day: date,
) -> None:
    """Forbidden, with who may not and why, and to whom the step can be sent."""
    reason = await refused(session, actor, case, _act(step), chain)
    if reason is None:
        return
    if to := await _others(session, actor, step, case, tree=tree, day=day):
        raise Forbidden(SEND_TO[reason.message], to=sentence_list(to, "eller"))
    raise Forbidden(reason.message)


async def _others(
    session: AsyncSession,
    actor: Actor,
    step: OneStep,
    case: HeldCase,
    *,
    tree: tuple[Responsibility, ...],
    day: date,
) -> tuple[str, ...]:
    """Logins that may take the step instead: the nearest attestant who may, or a delegate of the owner's."""
    facts = RouteFacts((RouteRow(step.responsibility, step.amount),), tree, case.acts)
    route = build_route(facts, _act(step))
    named = [one.attestant.login for one in route.steps]
    shut_out = excluded(_act(step), case.acts)
    links = await delegations_to(session, FUNCTION_OF[step.subject_type], day)
    users = delegates_of(str(step.approver_id), FUNCTION_OF[step.subject_type], links, day)
    persons = select(User.login, User.person_id).where(User.id.in_([UUID(u) for u in users]), User.active)
    for login, person in (await session.execute(persons)) if users else ():
        if str(person) not in shut_out and login not in named and login != actor.login:
            named.append(login)
    return tuple(name for name in named if name != actor.login)


async def _claim(
    session: AsyncSession, actor: Actor, step: OneStep, decision_id: UUID, now: datetime
) -> bool:
    """Take the step; whether others of its document still wait. Conflict when it is decided already."""
    given = {"now": now, "decision": decision_id, "concern": actor.concern_id, "step": step.id}
    claimed = (await session.execute(_CLAIM, given)).first()
    if claimed is None:
        raise Conflict(MOVED_ON, what=NAMES[step.subject_type])
    return bool(claimed[0])
