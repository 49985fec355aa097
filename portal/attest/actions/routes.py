"""Plan a route by the attest tree, open its steps, and make them void when what they were for has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.permissions import LOCAL_SYSTEM_ADMIN
from portal.access.queries import logins_with
from portal.attest.actions.cases import HeldCase
from portal.attest.models import ApprovalStep, Decision
from portal.attest.queries.acts import acts_of
from portal.attest.queries.tree import attest_tree
from portal.attest.rules.route import Route, build_route
from portal.attest.values import Act, RouteFacts, RouteRow
from portal.audit.log import Event, record
from portal.db.bulk import insert_rows
from portal.kernel.identifiers import uuid7

ACT_OF = {"approve_order": "approve_order", "approve_invoice": "approve"}
"""Function (A7.01) → the act its decision records."""
_ASKS = {"approve_order": "order", "approve_invoice": "review"}


async def plan_route(
    session: AsyncSession,
    *,
    concern_id: UUID,
    organisation_id: UUID,
    amounts: Mapping[str, Decimal],
    case_id: UUID | None,
    asking_persons: frozenset[UUID],
    function: str,
    day: date,
    secret: bool = False,
    held: HeldCase | None = None,
) -> Route:
    """The steps, or why there is no route and who can help; nothing is written (A6.02, A6.08).

    `amounts`: ansvar → SEK excluding VAT. `asking_persons` order (approve_order) or review (approve_invoice)
    and are shut out together with everybody who has done so in the case. `day` is a Stockholm day; `held` the
    case when the caller holds it already.
    """
    asked = tuple(Act(_ASKS[function], str(person)) for person in asking_persons)
    facts = RouteFacts(
        rows=tuple(RouteRow(code, amount) for code, amount in amounts.items()),
        tree=await attest_tree(session, concern_id, organisation_id, amounts, day),
        acts=(*(held.acts if held else await _done(session, concern_id, case_id)), *asked),
        secret=secret,
    )
    route = build_route(facts, ACT_OF[function])
    if not route.refusals:
        return route
    helpers = await logins_with(session, concern_id, organisation_id, LOCAL_SYSTEM_ADMIN, day)
    return build_route(replace(facts, helpers=tuple(helpers)), ACT_OF[function])


async def _done(session: AsyncSession, concern_id: UUID, case_id: UUID | None) -> tuple[Act, ...]:
    return await acts_of(session, concern_id, case_id) if case_id else ()


async def open_steps(
    session: AsyncSession,
    *,
    subject_type: str,
    subject_id: UUID,
    concern_id: UUID,
    organisation_id: UUID,
    route: Route,
    now: datetime,
) -> list[UUID]:
    """Insert the route's steps as waiting; their ids in the route's order. ValueError when it has none."""
    if not route.steps:
        raise ValueError("a route without steps cannot be opened")
    ids = [uuid7() for _ in route.steps]
    shared = {
        "concern_id": concern_id, "organisation_id": organisation_id, "subject_type": subject_type,
        "subject_id": subject_id, "state": "waiting", "created_at": now,
    }  # fmt: skip
    rows = [
        shared | {
            "id": made, "responsibility": step.responsibility, "approver_id": UUID(step.attestant.user),
            "amount": step.amount, "escalated_from": step.escalated_from,
        }
        for made, step in zip(ids, route.steps, strict=True)
    ]  # fmt: skip
    await insert_rows(session, ApprovalStep, rows)
    told = [f"{step.responsibility} {step.attestant.login}" for step in route.steps]
    await record(session, [
        _event(
            concern_id, subject_type, subject_id, "open", now=now, organisation_id=organisation_id, steps=told
        )
    ])  # fmt: skip
    return ids


async def void_steps(
    session: AsyncSession, *, concern_id: UUID, subject_type: str, subject_id: UUID, now: datetime
) -> None:
    """The document has changed or been taken back: its steps and the attests given no longer count."""
    closed = await close_steps(session, concern_id, subject_type, subject_id, waiting_become="void", now=now)
    for organisation_id in set(closed):
        event = _event(concern_id, subject_type, subject_id, "void", now=now, organisation_id=organisation_id)
        await record(session, [event])


async def close_steps(
    session: AsyncSession,
    concern_id: UUID,
    subject_type: str,
    subject_id: UUID,
    *,
    waiting_become: str,
    now: datetime,
) -> list[UUID]:
    """Waiting steps become returned or void, approved ones void with their decisions.

    The organisation of each step that changed; empty when there was nothing to close.
    """
    steps = update(ApprovalStep).where(
        ApprovalStep.concern_id == concern_id,
        ApprovalStep.subject_type == subject_type,
        ApprovalStep.subject_id == subject_id,
    )
    waiting = steps.where(ApprovalStep.state == "waiting").values(state=waiting_become, decided_at=now)
    approved = steps.where(ApprovalStep.state == "approved").values(state="void")
    decisions = update(Decision).where(
        Decision.concern_id == concern_id,
        Decision.subject_type == subject_type,
        Decision.subject_id == subject_id,
        Decision.act.in_(tuple(ACT_OF.values())),
        Decision.voided_at.is_(None),
    )
    closed: list[UUID] = []
    for statement in (waiting, approved):
        found = await session.execute(statement.returning(ApprovalStep.organisation_id))
        closed += found.scalars()
    await session.execute(decisions.values(voided_at=now))
    return closed


def _event(
    concern_id: UUID,
    subject_type: str,
    subject_id: UUID,
    verb: str,
    *,
    now: datetime,
    organisation_id: UUID,
    **data: object,
) -> Event:
    return Event(
        f"{subject_type}:approval:{verb}", subject_type, subject_id, now, actor="system",
        concern_id=concern_id, organisation_id=organisation_id, data=data,
    )  # fmt: skip
