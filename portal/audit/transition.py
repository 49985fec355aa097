"""The one function that writes a status: compare and set in SQL, with its audit row in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.db.base import Base
from portal.kernel.errors import Conflict, Forbidden
from portal.kernel.workflow import Machine, Move

MOVED_ON = "Någon annan har redan ändrat %(what)s. Ladda om sidan för att se hur det ser ut nu."
NAMES = {"invoice": "fakturan", "order": "beställningen", "requisition": "beställningen"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The row that moves: its model, key and where it belongs. `state` narrows the sources to what was read."""

    model: type[Base]
    concern_id: UUID
    id: UUID
    state: str
    organisation_id: UUID | None = None
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the history says of a move: why in Swedish, and figures or names beside it."""

    why: str | None = None
    on_behalf_of: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def require(move: Move, actor: Actor) -> None:
    """Forbidden when the actor may not make this move at all. A move without permission is the system's alone."""
    allowed = actor.is_system or (move.permission is not None and actor.has(*move.permissions))
    if not allowed:
        raise Forbidden("Du har inte behörighet att göra det här: %(label)s.", label=move.label)


async def move(
    session: AsyncSession,
    machine: Machine,
    subject: Subject,
    code: str,
    actor: Actor,
    *,
    at: datetime,
    told: Told = Told(),  # noqa: B008 - frozen
    values: Mapping[str, Any] | None = None,
) -> str:
    """Move the row if it still stands where it was read; the new status. Conflict (409) and nothing done if not.

    `values` are columns changed with it. The audit tag is machine:status:move.
    """
    step = machine.move(code)
    require(step, actor)
    if subject.state not in step.sources:
        raise Conflict(MOVED_ON, what=NAMES[machine.name])
    model: Any = subject.model
    statement = (
        update(model)
        .where(model.concern_id == subject.concern_id, model.id == subject.id, model.status == subject.state)
        .values(status=step.target, **(values or {}))
    )
    moved: Any = await session.execute(statement)
    if moved.rowcount != 1:
        raise Conflict(MOVED_ON, what=NAMES[machine.name])
    await record(session, [moved_event(machine, subject, step, actor, at, told)])
    return step.target


def moved_event(
    machine: Machine, subject: Subject, step: Move, actor: Actor, at: datetime, told: Told
) -> Event:
    """The audit event of a move."""
    return Event(
        tag=f"{machine.name}:status:{step.code}",
        subject_type=machine.name,
        subject_id=subject.id,
        at=at,
        actor=actor.login,
        actor_id=actor.user_id,
        concern_id=subject.concern_id,
        organisation_id=subject.organisation_id,
        supplier_id=subject.supplier_id,
        on_behalf_of=told.on_behalf_of,
        from_status=subject.state,
        to_status=step.target,
        why=told.why,
        data=told.data,
    )
