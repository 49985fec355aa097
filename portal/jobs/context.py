"""What a job is given besides its arguments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.db.context import Context
from portal.db.session import Database


@dataclass(frozen=True, slots=True)
class JobContext:
    """One run of one job. `attempt` is 1 the first time; `concern_id` None means the installation's own work;
    `due_at` is set on recurring jobs: the moment of the schedule this run stands for."""

    database: Database
    clock: Callable[[], datetime]
    name: str
    job_id: int
    attempt: int
    concern_id: UUID | None
    due_at: datetime | None = None

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A unit of work in the job's concern, seeing all of it."""
        return self.database.session(Context.for_system(self.concern_id))
