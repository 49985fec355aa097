"""How a command runs: over the installation of the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from portal.cli.told import REFUSED, told
from portal.settings import Settings
from portal.wiring import Installation, running

__all__ = ["REFUSED", "told", "with_installation"]

T = TypeVar("T")


def with_installation(work: Callable[[Installation], Awaitable[T]], settings: Settings | None = None) -> T:
    """Run `work` over the installation: the server that runs, or one started for the time it takes."""

    async def run() -> T:
        async with running(settings or Settings.from_env()) as installation:
            return await work(installation)

    return asyncio.run(run())
