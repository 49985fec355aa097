"""Progress that a page can poll. Report in short transactions of their own: others see them at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.jobs.models import JobProgress
from portal.jobs.values import FINAL_STATES, ProgressState
from portal.kernel.errors import NotFound
from portal.kernel.identifiers import uuid7


async def begin(
    session: AsyncSession,
    kind: str,
    *,
    now: datetime,
    concern_id: UUID | None = None,
    supplier_id: UUID | None = None,
    created_by: UUID | None = None,
    total: int = 0,
) -> UUID:
    """A new row in state "queued", in the transaction that enqueues the job; returns its id."""
    row = JobProgress(
        id=uuid7(),
        concern_id=concern_id,
        supplier_id=supplier_id,
        kind=kind,
        total=total,
        created_by=created_by,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def report(
    session: AsyncSession,
    progress_id: UUID,
    *,
    now: datetime,
    state: ProgressState = "running",
    total: int | None = None,
    done: int | None = None,
    failed: int | None = None,
    message: str | None = None,
    result: dict[str, Any] | None = None,
) -> bool:
    """Write how far the work has come (counts are totals so far); what is None stays. Returns whether a stop
    was asked for. A row that has come to its end is not moved again; NotFound when there is none."""
    given = {"total": total, "done": done, "failed": failed, "message": message, "result": result}
    open_row = JobProgress.state.not_in(FINAL_STATES)
    changes = {name: case((open_row, value), else_=getattr(JobProgress, name)) for name, value in _set(given)}
    statement = (
        update(JobProgress)
        .where(JobProgress.id == progress_id)
        .values(state=case((open_row, state), else_=JobProgress.state), updated_at=now, **changes)
        .returning(JobProgress.stop_requested)
    )
    stop = (await session.execute(statement)).scalar_one_or_none()
    if stop is None:
        raise NotFound("Arbetet finns inte.")
    return stop


def _set(given: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in given.items() if value is not None]


async def request_stop(session: AsyncSession, progress_id: UUID, *, now: datetime) -> None:
    """Ask the work to stop at its next report; nothing happens when it has ended."""
    open_row = (JobProgress.id == progress_id) & JobProgress.state.not_in(FINAL_STATES)
    await session.execute(update(JobProgress).where(open_row).values(stop_requested=True, updated_at=now))
