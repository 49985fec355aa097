"""Record locks (A6.22): one has a record open, the others read it; taken and kept in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import RecordLock, User
from portal.access.rules.locks import IDLE, Lock


@dataclass(frozen=True, slots=True)
class LockView:
    """Who has the record open. `holder` is a login; `until`: when it is released if nothing happens."""

    mine: bool
    holder: str
    opened_at: datetime
    until: datetime


async def take_lock(
    session: AsyncSession, actor: Actor, subject_type: str, subject_id: UUID, now: datetime
) -> LockView:
    """Take the lock, or keep it if it is the actor's own; somebody else's is shown and left alone.

    Every call of the holder counts as activity. The row's key lets one statement decide: never two holders.
    """
    key = _key(actor, subject_type, subject_id)
    row = {**key, "user_id": actor.user_id, "opened_at": now, "active_at": now}
    taken = (await session.execute(_take(row, now))).first()
    if taken is not None:
        return LockView(True, actor.login, taken.opened_at, taken.active_at + IDLE)
    found = await _held(session, key)
    if found is None:  # released between the two statements
        return await take_lock(session, actor, subject_type, subject_id, now)
    return LockView(False, found.login, found.opened_at, found.active_at + IDLE)


def _take(row: dict[str, Any], now: datetime) -> Any:
    """Insert, or take over the actor's own lock (its time of opening kept) or one that has run out."""
    statement = insert(RecordLock).values(row)
    own = RecordLock.user_id == statement.excluded.user_id
    live = RecordLock.active_at > now - IDLE
    return statement.on_conflict_do_update(
        index_elements=["concern_id", "subject_type", "subject_id"],
        set_={
            "user_id": statement.excluded.user_id,
            "opened_at": case((own & live, RecordLock.opened_at), else_=statement.excluded.opened_at),
            "active_at": statement.excluded.active_at,
        },
        where=or_(own, ~live),
    ).returning(RecordLock.opened_at, RecordLock.active_at)


async def lock_of(
    session: AsyncSession, actor: Actor, subject_type: str, subject_id: UUID, now: datetime
) -> LockView | None:
    """Who has the record open now, without taking it; None when nobody has."""
    found = await _held(session, _key(actor, subject_type, subject_id))
    if found is None or not Lock(str(found.user_id), found.opened_at, found.active_at).holds(now):
        return None
    return LockView(found.user_id == actor.user_id, found.login, found.opened_at, found.active_at + IDLE)


async def release_lock(session: AsyncSession, actor: Actor, subject_type: str, subject_id: UUID) -> None:
    """Let go of the actor's own lock; somebody else's stays."""
    mine = delete(RecordLock).where(RecordLock.user_id == actor.user_id)
    await session.execute(mine.filter_by(**_key(actor, subject_type, subject_id)))


async def release_all(session: AsyncSession, actor: Actor) -> None:
    """Let go of everything the actor has open: at sign-out (A6.22)."""
    if actor.concern_id is not None:
        mine = delete(RecordLock).where(RecordLock.concern_id == actor.concern_id)
        await session.execute(mine.where(RecordLock.user_id == actor.user_id))


async def _held(session: AsyncSession, key: dict[str, Any]) -> Any:
    query = select(RecordLock.opened_at, RecordLock.active_at, RecordLock.user_id, User.login)
    same = [getattr(RecordLock, column) == value for column, value in key.items()]
    return (await session.execute(query.join(User, User.id == RecordLock.user_id).where(*same))).first()


def _key(actor: Actor, subject_type: str, subject_id: UUID) -> dict[str, Any]:
    return {"concern_id": actor.concern_id, "subject_type": subject_type, "subject_id": subject_id}
