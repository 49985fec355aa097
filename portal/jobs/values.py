"""Words of the job floor: states of progress, and what a job function looks like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, get_args

Watcher = Callable[[asyncio.Event], Awaitable[None]]
"""`async def watch(stop)`: works beside the queue until `stop` is set, and leaves nothing half done."""

ProgressState = Literal["queued", "running", "done", "failed", "stopped"]

PROGRESS_STATES: tuple[str, ...] = get_args(ProgressState)
FINAL_STATES: frozenset[str] = frozenset({"done", "failed", "stopped"})

JobFunction = Callable[..., Awaitable[Any]]
"""`async def job(context: JobContext, **args)`: args are the values it was enqueued with, ids as text."""

JobRegistry = Mapping[str, JobFunction]
"""Every job of the portal by its name, "domain.verb"; built in wiring."""
