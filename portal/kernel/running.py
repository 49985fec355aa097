"""Which parts of the portal run on this machine: written by who watches them, read by who asks how it goes.

And how a process ends when the one that started it does, so that nothing is left holding a port.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

STATE_FILE = "running.json"
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 1

State = Literal["running", "waiting", "starting"]


@dataclass(frozen=True, slots=True)
class Part:
    """One process: `restarts` since the portal was started, `reason` why it ended last."""

    name: str
    state: State
    pid: int | None
    restarts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """What a supervisor wrote. `alive` is whether it still runs; if not, what it says is of the past."""

    pid: int
    parts: tuple[Part, ...]
    alive: bool

    @property
    def whole(self) -> bool:
        """Whether every part runs."""
        return all(part.state == "running" for part in self.parts)


def write_running(folder: Path, parts: Sequence[Part]) -> None:
    """Say how it goes, whole or not at all."""
    said = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "began": _began(os.getpid()),
        "parts": [asdict(part) for part in parts],
    }
    draft = folder / f"{STATE_FILE}.new"
    draft.write_text(json.dumps(said, indent=1), encoding="utf-8")
    draft.replace(folder / STATE_FILE)


def read_running(folder: Path) -> Running | None:
    """What the supervisor of this machine said last; None when none ever did."""
    try:
        said = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        if said["host"] != socket.gethostname():
            return None
        parts = tuple(Part(**part) for part in said["parts"])
        return Running(said["pid"], parts, _began(said["pid"]) == said["began"] != "")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _began(pid: int) -> str:
    """When a process began, so that a number given to another process is not taken for it; empty when it is gone."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
        return "" if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return ""
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return "?"


def end_with_parent(parent: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """From now on a death of process `parent`, which started this one, sends this one `sign`."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign.value)
    else:
        threading.Thread(target=_watch_parent, args=(parent, sign), daemon=True).start()
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), sign)


def _watch_parent(parent: int, sign: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), sign)
