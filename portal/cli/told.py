"""Errors of commands as Swedish sentences; apart from what needs the installation, to load at once."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
import structlog

from portal.kernel.errors import PortalError

T = TypeVar("T")
REFUSED = 1
UNEXPECTED = "Kommandot kunde inte utföras (%s). Kontrollera att databasen svarar: portal doctor."

log = structlog.get_logger("portal.cli")


def told(function: Callable[..., T]) -> Callable[..., T]:
    """An expected error ends the command with its message and exit code 1, never with a trace."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> T:
        try:
            return function(*args, **kwargs)
        except PortalError as error:
            click.echo(str(error), err=True)
            sys.exit(REFUSED)
        except click.ClickException:
            raise
        except Exception as error:
            log.error("command.failed", error=repr(error))
            click.echo(UNEXPECTED % type(error).__name__, err=True)
            sys.exit(REFUSED)

    return command
