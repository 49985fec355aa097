"""What an earlier start left running: its supervisor was killed, and its parts are ending, or do not."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.db.embedded_host import command_lines
from portal.kernel.errors import PortalError
from portal.kernel.running import read_running

OURS = ("portal.web_process", "portal worker", "multiprocessing")
# They end by themselves when their supervisor dies; the worker finishes what it does first.
PATIENCE_SECONDS = 3.0


class AlreadyRunning(PortalError):
    """A supervisor of this data folder runs."""

    status = 409
    code = "already_running"


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """For the time of the block nobody else runs a portal from this folder; AlreadyRunning when somebody does.

    What the last one left, if it was killed, is ended first.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "running.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                "Portalen i %(folder)s är redan igång. Stoppa den först, eller välj en annan mapp med PORTAL_DATA_DIR.",
                folder=data_dir,
            ) from None
        end_orphans(data_dir)
        yield


def end_orphans(data_dir: Path) -> None:
    """End what is left of a portal whose supervisor was killed."""
    last = read_running(data_dir)
    if last is None:
        return
    groups = {part.pid for part in last.parts if part.pid is not None}
    end = time.monotonic() + PATIENCE_SECONDS
    while (left := _members(groups)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while _members(groups) and time.monotonic() < end + PATIENCE_SECONDS:
        time.sleep(0.05)


def _members(groups: set[int]) -> list[int]:
    """Processes of ours in these process groups: a number may have been given to somebody else since."""
    found = []
    for pid, line in command_lines() if groups else ():
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(pid) in groups and any(sign in line for sign in OURS):
                found.append(pid)
    return found
