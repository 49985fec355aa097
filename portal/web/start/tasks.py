"""The tasks of Min dag: each domain tells its own, the start page sorts them by haste."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work that may wait: a verb heading, how many, a sentence, and where to do it.

    `haste` sorts: 0 overdue or due today, 1 stops somebody else, 2 the rest. `flag` is (tone, icon, text).
    `first_path`, `first_title` and `amount` describe the single most urgent item, for "Börja här".
    """

    title: str
    text: str
    path: str
    count: int
    haste: int = 2
    flag: tuple[str, str, str] | None = None
    first_path: str | None = None
    first_title: str | None = None
    first_text: str | None = None
    first_action: str | None = None
    amount: Decimal | None = None


TaskSource = Callable[[AsyncSession, Actor, datetime], Awaitable[Sequence[Task]]]

SOURCES: tuple[TaskSource, ...] = ()


async def tasks_for(session: AsyncSession, actor: Actor, now: datetime) -> list[Task]:
    """All tasks of the actor: waiting ones by haste, empty ones last."""
    tasks = [task for source in SOURCES for task in await source(session, actor, now)]
    return sorted(tasks, key=lambda task: (task.count == 0, task.haste))
