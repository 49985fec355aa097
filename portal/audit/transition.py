"""The one function that writes a status: compare and set in SQL, with its audit row in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, exists, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.acting import Acting
from portal.audit.log import Event, record
from portal.db.base import Base
from portal.db.bulk import as_json
from portal.kernel.errors import Conflict, Forbidden
from portal.kernel.workflow import Machine, Move

MOVED_ON = "Någon annan har redan ändrat %(what)s. Ladda om sidan för att se hur det ser ut nu."
NAMES = {
    "invoice": "fakturan",
    "order": "beställningen",
    "relation_term": "villkoret",
    "requisition": "beställningen",
    "setting": "regeln",
    "supplier_account": "kontot",
    "supplier_relation": "leverantören",
    "upload": "uppladdningen",
}


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


def require(move: Move, actor: Acting) -> None:
    """Forbidden when the actor may not make this move at all. A move without permission is the system's alone."""
    allowed = actor.is_system or (move.permission is not None and actor.has(*move.permissions))
    if not allowed:
        raise Forbidden("Du har inte behörighet att göra det här: %(label)s.", label=move.label)


async def move(
    session: AsyncSession,
    machine: Machine,
    subject: Subject,
    code: str,
    actor: Acting,
    *,
    at: datetime,
    told: Told = Told(),
    values: Mapping[str, Any] | None = None,
) -> str:
    """Move the row if it still stands where it was read; the new status. Conflict (409) and nothing done if not,
    or if the machine's hold is on the row and keeps it from where the move leads.

    `values` are columns changed with it. The audit tag is machine:status:move.
    """
    step = machine.move(code)
    require(step, actor)
    if subject.state not in step.sources:
        raise Conflict(MOVED_ON, what=NAMES[machine.name])
    model: Any = subject.model
    here = (model.concern_id == subject.concern_id, _key(model) == subject.id, model.status == subject.state)
    statement = (
        update(model).where(*here, _free(machine, step, model)).values(status=step.target, **(values or {}))
    )
    moved: Any = await session.execute(statement)
    if moved.rowcount != 1:
        still = await session.scalar(select(exists().where(*here)))
        raise _stopped(machine, still=bool(still))
    await record(session, [moved_event(machine, subject, step, actor, at, told)])
    return step.target


def _free(machine: Machine, step: Move, model: Any) -> Any:
    """That no hold is on the row, where one would stop the move."""
    return getattr(model, machine.hold.column).is_(False) if machine.hold and machine.held(step) else true()


def _stopped(machine: Machine, *, still: bool) -> Conflict:
    """Why no row was moved: `still` standing where it was read, it is the hold that keeps it."""
    if machine.hold and still:
        return Conflict(machine.hold.refused)
    return Conflict(MOVED_ON, what=NAMES[machine.name])


def _key(model: type[Base]) -> Any:
    """The column that names a row within its concern."""
    [key] = [column for column in model.__table__.primary_key if column.name != "concern_id"]
    return key


def moved_event(
    machine: Machine, subject: Subject, step: Move, actor: Acting, at: datetime, told: Told
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


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a batch: what `move` is given for one row."""

    subject: Subject
    code: str
    told: Told = Told()
    values: Mapping[str, Any] = field(default_factory=dict)


async def move_all(
    session: AsyncSession, machine: Machine, steps: Sequence[Step], actor: Acting, *, at: datetime
) -> None:
    """`move` for many rows of one concern in one statement: the same checks, one audit row each.

    All steps change the same columns. Conflict, and the caller's transaction is to be rolled back, when any row
    no longer stands where it was read, or is on hold and would pass it.
    """
    if not steps:
        return
    moves = [machine.move(step.code) for step in steps]
    for step, move_ in zip(steps, moves, strict=True):
        require(move_, actor)
        if step.subject.state not in move_.sources:
            raise Conflict(MOVED_ON, what=NAMES[machine.name])
    rows = [
        {"id": step.subject.id, "state": step.subject.state, "status": move_.target, **step.values}
        for step, move_ in zip(steps, moves, strict=True)
    ]
    model = steps[0].subject.model
    held = sorted({move_.target for move_ in moves if machine.held(move_)})
    parameters: dict[str, Any] = {"rows": as_json(rows, model), "concern": steps[0].subject.concern_id}
    column = machine.hold.column if machine.hold and held else None
    statement = _update_all(model, tuple(steps[0].values), column)
    moved = (await session.execute(statement, parameters | ({"held": held} if column else {}))).all()
    if len(moved) != len(steps):
        raise _stopped(machine, still=await _are_held(session, machine, steps, moves))
    told = zip(steps, moves, strict=True)
    await record(session, [moved_event(machine, s.subject, m, actor, at, s.told) for s, m in told])


async def _are_held(
    session: AsyncSession, machine: Machine, steps: Sequence[Step], moves: Sequence[Move]
) -> bool:
    """Whether a hold on one of the rows is in the way: asked only when not all of them moved."""
    kept = [step.subject.id for step, move_ in zip(steps, moves, strict=True) if machine.held(move_)]
    if machine.hold is None or not kept:
        return False
    model: Any = steps[0].subject.model
    where = (model.concern_id == steps[0].subject.concern_id, _key(model).in_(kept))
    return bool(await session.scalar(select(exists().where(*where, getattr(model, machine.hold.column)))))


@cache
def _update_all(model: type[Base], columns: tuple[str, ...], hold: str | None) -> TextClause:
    """`hold`: the boolean column that keeps a row from the statuses in the parameter `held`."""
    table = model.__tablename__
    free = f" AND NOT (t.{hold} AND v.status = ANY(CAST(:held AS text[])))" if hold else ""
    changed = ", ".join(f"{column} = v.{column}" for column in ("status", *columns))
    return text(
        f"UPDATE {table} t SET {changed}"  # noqa: S608 - names of our own tables and columns
        f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json)) v"
        " JOIN json_to_recordset(CAST(:rows AS json)) AS s(id uuid, state text) ON s.id = v.id"
        " WHERE t.concern_id = :concern AND t.id = v.id AND t.status = s.state"
        f"{free} RETURNING t.id"
    )
