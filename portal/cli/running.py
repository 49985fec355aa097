"""How a command runs: over the installation of the environment, with errors as Swedish sentences."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from portal.kernel.errors import PortalError
from portal.settings import Settings
from portal.wiring import Installation, running

T = TypeVar("T")
REFUSED = 1


def told(function: Callable[..., T]) -> Callable[..., T]:
    """An expected error ends the command with its message and exit code 1, never with a trace."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> T:
        try:
            return function(*args, **kwargs)
        except PortalError as error:
            click.echo(str(error), err=True)
            sys.exit(REFUSED)

    return command


def with_installation(work: Callable[[Installation], Awaitable[T]], settings: Settings | None = None) -> T:
    """Run `work` over the installation: the embedded server that runs, or one started for the time it takes."""

    async def run() -> T:
        async with running(settings or Settings.from_env()) as installation:
            return await work(installation)

    return asyncio.run(run())
