"""Decide: one row per decision with who, for whom, through which delegations, and the hash of what was shown.

Separation of duties is judged at the moment of the decision, on persons, through every link of a delegation
(A6.08, A7.13). The database judges once more (separate_duties); decisions of one case come one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions.routes import ACT_OF, close_steps
from portal.attest.models import ApprovalStep, Delegation
from portal.attest.models import Decision as DecisionRow
from portal.attest.queries import (
    FUNCTION_OF,
    StepView,
    acting_for,
    acts_of,
    attest_tree,
    delegations,
    delegations_to,
    steps_where,
)
from portal.attest.rules.delegations import delegates_of
from portal.attest.rules.route import build_route
from portal.attest.rules.separation_of_duties import SEND_TO, excluded, refusal
from portal.attest.values import Act, RouteFacts, RouteRow
from portal.audit.log import Event, record
from portal.audit.transition import MOVED_ON, NAMES
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.identifiers import uuid7
from portal.kernel.text import sentence_list

NOT_FOUND = "Det du letar efter finns inte, eller så får du inte se det."
NOT_YOURS = "Du kan inte attestera det här. Det ska attesteras av %(login)s eller någon med delegering."
NO_LONGER = (
    "%(login)s är inte längre attestant för ansvar %(code)s. Ta tillbaka ärendet och skicka det igen,"
    " så går det till rätt attestant."
)
SECOND_WALL = (
    "Du kan inte göra det här. Du, eller den du agerar för, har redan gjort en annan del av ärendet,"
    " och det ska vara olika personer."
)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What an attest led to. `on_behalf_of` is a login, none when it was the actor's own step."""

    all_approved: bool
    subject_type: str
    subject_id: UUID
    decision_id: UUID
    on_behalf_of: str | None


async def record_decision(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_type: str,
    subject_id: UUID,
    organisation_id: UUID,
    case_id: UUID,
    act: str,
    shown: bytes,
    now: datetime,
    amount: Decimal | None = None,
    note: str | None = None,
    on_behalf_of: UUID | None = None,
    chain: Sequence[UUID] = (),
) -> UUID:
    """Write what the actor decided, with its audit event; the decision's id.

    `shown` are the bytes of exactly what was shown; `amount` SEK excluding VAT; `chain` delegation ids,
    first link first. Forbidden when the person, or somebody in the chain, is on the case's other side.
    """
    await _one_at_a_time(session, case_id)
    await _separate(session, actor, case_id, act, chain)
    behalf = await _user(session, on_behalf_of)
    decision_id = uuid7()
    row = {
        "concern_id": actor.concern_id, "id": decision_id, "organisation_id": organisation_id,
        "subject_type": subject_type, "subject_id": subject_id, "case_id": case_id, "act": act,
        "user_id": actor.user_id, "person_id": actor.person_id, "on_behalf_of_user_id": on_behalf_of,
        "on_behalf_of_person_id": behalf.person_id if behalf else None,
        "chain": [str(link) for link in chain],
        "amount": amount, "shown_sha256": sha256(shown).digest(), "note": note, "decided_at": now,
    }  # fmt: skip
    await _insert(session, row)
    await record(session, [_event(actor, row, behalf.login if behalf else None)])
    return decision_id


async def approve_step(
    session: AsyncSession,
    actor: Actor,
    step_id: UUID,
    *,
    case_id: UUID,
    shown: bytes,
    note: str | None,
    now: datetime,
) -> StepOutcome:
    """Attest one step as its owner or by delegation, at today's Stockholm date (A6.02, A7.06).

    NotFound outside sight; Forbidden when it is not the actor's, or duties are not separate; Conflict when
    somebody else was first. Two steps of one case are decided one after the other, so that exactly one of
    them sees that all are approved.
    """
    day = stockholm_date(now)
    step = await _step(session, actor, step_id)
    await _one_at_a_time(session, case_id)
    chain = await _chain(session, actor, step, day)
    await _still_attestant(session, actor, step, day)
    await _separate(
        session, actor, case_id, ACT_OF[FUNCTION_OF[step.subject_type]], chain, step=step, day=day
    )
    behalf = None if step.approver_id == actor.user_id else step.approver_id
    await _claim(session, step, now)
    decision_id = await record_decision(
        session, actor, subject_type=step.subject_type, subject_id=step.subject_id,
        organisation_id=step.organisation_id, case_id=case_id, act=ACT_OF[FUNCTION_OF[step.subject_type]],
        shown=shown, now=now, amount=step.amount, note=note, on_behalf_of=behalf, chain=chain,
    )  # fmt: skip
    decided = update(ApprovalStep).where(
        ApprovalStep.concern_id == actor.concern_id, ApprovalStep.id == step.id
    )
    await session.execute(decided.values(decision_id=decision_id))
    left = await _waiting(session, actor, step.subject_type, step.subject_id)
    return StepOutcome(
        not left, step.subject_type, step.subject_id, decision_id, step.approver_login if behalf else None
    )


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
    waiting = await _waiting(session, actor, subject_type, subject_id)
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


async def _one_at_a_time(session: AsyncSession, case_id: UUID) -> None:
    """Hold the case until the transaction ends: two decisions at once would not see each other."""
    key = func.hashtextextended(str(case_id), 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def _step(session: AsyncSession, actor: Actor, step_id: UUID) -> StepView:
    found = await steps_where(
        session, ApprovalStep.concern_id == actor.concern_id, ApprovalStep.id == step_id
    )
    if not found:
        raise NotFound(NOT_FOUND)
    return found[0]


async def _waiting(
    session: AsyncSession, actor: Actor, subject_type: str, subject_id: UUID
) -> list[StepView]:
    return await steps_where(
        session,
        ApprovalStep.concern_id == actor.concern_id,
        ApprovalStep.subject_type == subject_type,
        ApprovalStep.subject_id == subject_id,
        ApprovalStep.state == "waiting",
    )


async def _chain(session: AsyncSession, actor: Actor, step: StepView, day: date) -> tuple[UUID, ...]:
    """The delegations through which the actor may take the step; empty for the owner."""
    assert actor.user_id is not None
    acting = await acting_for(session, actor.user_id, FUNCTION_OF[step.subject_type], day)
    if step.approver_id not in acting:
        raise Forbidden(NOT_YOURS, login=step.approver_login)
    return acting[step.approver_id]


async def _still_attestant(session: AsyncSession, actor: Actor, step: StepView, day: date) -> None:
    """The attest tree of today must still name the step's owner on its ansvar, or above when it went up."""
    assert actor.concern_id is not None
    tree = await attest_tree(session, actor.concern_id, step.organisation_id, [step.responsibility], day)
    named = [
        n for n in tree if n.attestant and n.attestant.user == str(step.approver_id) and n.attestant.active
    ]
    if not any(node.code == step.responsibility or step.escalated_from for node in named):
        raise Forbidden(NO_LONGER, login=step.approver_login, code=step.responsibility)


async def _separate(
    session: AsyncSession,
    actor: Actor,
    case_id: UUID,
    act: str,
    chain: Sequence[UUID],
    *,
    step: StepView | None = None,
    day: date | None = None,
) -> None:
    """Forbidden, with who may not and why, and for a step to whom it can be sent."""
    assert actor.concern_id is not None
    earlier = await acts_of(session, actor.concern_id, case_id)
    links = await delegations(session, Delegation.id.in_(chain)) if chain else []
    done = Act(act, str(actor.person_id), tuple(link.from_person for link in links))
    reason = refusal(done, earlier)
    if reason is None:
        return
    to = await _others(session, actor, step, act, earlier=earlier, day=day) if step and day else ()
    if to:
        raise Forbidden(SEND_TO[reason.message], to=sentence_list(to, "eller"))
    raise Forbidden(reason.message)


async def _others(
    session: AsyncSession, actor: Actor, step: StepView, act: str, *, earlier: Sequence[Act], day: date
) -> tuple[str, ...]:
    """Logins that may take the step instead: the nearest attestant who may, or a delegate of the owner's."""
    assert actor.concern_id is not None
    tree = await attest_tree(session, actor.concern_id, step.organisation_id, [step.responsibility], day)
    facts = RouteFacts((RouteRow(step.responsibility, step.amount),), tree, tuple(earlier))
    route = build_route(facts, act)
    named = [one.attestant.login for one in route.steps]
    shut_out = excluded(act, earlier)
    links = await delegations_to(session, FUNCTION_OF[step.subject_type], day)
    users = delegates_of(str(step.approver_id), FUNCTION_OF[step.subject_type], links, day)
    persons = select(User.login, User.person_id).where(User.id.in_([UUID(u) for u in users]), User.active)
    for login, person in (await session.execute(persons)) if users else ():
        if str(person) not in shut_out and login not in named and login != actor.login:
            named.append(login)
    return tuple(name for name in named if name != actor.login)


async def _claim(session: AsyncSession, step: StepView, now: datetime) -> None:
    """waiting → approved by compare-and-set: of two who attest at once one gets a Conflict."""
    claim = update(ApprovalStep).where(ApprovalStep.id == step.id, ApprovalStep.state == "waiting")
    result: Any = await session.execute(claim.values(state="approved", decided_at=now))
    if result.rowcount != 1:
        raise Conflict(MOVED_ON, what=NAMES[step.subject_type])


async def _user(session: AsyncSession, user_id: UUID | None) -> User | None:
    return await session.get(User, user_id) if user_id else None


async def _insert(session: AsyncSession, row: dict[str, Any]) -> None:
    """The second wall answers here; a savepoint keeps the caller's transaction usable for the answer."""
    try:
        async with session.begin_nested():
            await session.execute(insert(DecisionRow).values(row))
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == "separate_duties":
            raise Forbidden(SECOND_WALL) from error
        raise


def _event(actor: Actor, row: dict[str, Any], on_behalf_of: str | None) -> Event:
    return Event(
        f"{row['subject_type']}:decision:{row['act']}", row["subject_type"], row["subject_id"],
        row["decided_at"], actor=actor.login, actor_id=actor.user_id, concern_id=actor.concern_id,
        organisation_id=row["organisation_id"], on_behalf_of=on_behalf_of, why=row["note"],
        data={"decision": str(row["id"]), "chain": row["chain"], "shown_sha256": row["shown_sha256"].hex()},
    )  # fmt: skip
