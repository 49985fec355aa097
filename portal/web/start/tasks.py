"""The tasks of Min dag: each domain tells its own, the start page sorts them by haste."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.web.attest.tasks import tasks as attest_tasks
from portal.web.catalog.tasks import tasks as catalogue_tasks
from portal.web.invoicing.tasks import tasks as invoicing_tasks
from portal.web.orders.tasks import tasks as order_tasks
from portal.web.start.values import Task
from portal.web.suppliers.tasks import tasks as supplier_tasks

__all__ = ["SOURCES", "Task", "tasks_for"]
TaskSource = Callable[[AsyncSession, Actor, datetime], Awaitable[Sequence[Task]]]

SOURCES: tuple[TaskSource, ...] = (
    attest_tasks,
    invoicing_tasks,
    order_tasks,
    supplier_tasks,
    catalogue_tasks,
)


async def tasks_for(session: AsyncSession, actor: Actor, now: datetime) -> list[Task]:
    """All tasks of the actor: waiting ones by haste, empty ones last."""
    tasks = [task for source in SOURCES for task in await source(session, actor, now)]
    return sorted(tasks, key=lambda task: (task.count == 0, task.haste))
