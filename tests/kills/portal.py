"""`portal serve` over a folder of its own, with the database it brings along: for tests that kill its parts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from portal.db.embedded import EmbeddedServer
from portal.db.migrate import upgrade
from portal.kernel.running import Part, read_running
from tests.conftest import ROOT

PATIENCE = 240.0
WEB, WORKER, DATABASE = "webb", "arbetare", "databas"


class Portal:
    """A portal under its supervisor, and hands to kill its parts with. `started_in`: seconds until it was well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = self.start()
        self.started_in = 0.0

    def start(self) -> subprocess.Popen[bytes]:
        environment = {
            **bare_environment(), "PORTAL_DATA_DIR": str(self.folder), "PORTAL_PORT": str(self.port),
            "PORTAL_PROCESSES": "1",
        }  # fmt: skip
        self.process = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment, cwd=ROOT)
        return self.process

    def health(self) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def part(self, name: str) -> Part:
        running = read_running(self.folder)
        assert running is not None
        return next(part for part in running.parts if part.name == name)

    def well(self) -> bool:
        running = read_running(self.folder)
        return running is not None and running.alive and running.whole and self.health() == '{"status":"ok"}'

    def kill(self, name: str) -> None:
        """SIGKILL to a part as it runs now."""
        pid = self._postmaster() if name == DATABASE else self.part(name).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def _postmaster(self) -> int:
        [pid_file] = self.folder.glob("postgres/cluster/postmaster.pid")
        return int(pid_file.read_text().splitlines()[0])


def bare_environment() -> dict[str, str]:
    """Ours without what would say where a portal has its things."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_"))
    }


def until(condition: Callable[[], Any]) -> None:
    """Wait for it, for so long as a loaded machine may need."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def nothing(server: EmbeddedServer, folder: Path) -> None:
    """Fill the new database with no rows."""


@contextmanager
def running_portal(fill: Callable[[EmbeddedServer, Path], None] = nothing) -> Iterator[Portal]:
    """A new portal that is well; `fill(server, data folder)` puts rows in its database before it starts."""
    with tempfile.TemporaryDirectory(prefix="portal-supervised-") as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "data"
        server = EmbeddedServer(folder)
        with server.in_use():
            upgrade(server.url("owner"))
            fill(server, folder)
        running = Portal(folder)
        began = time.monotonic()
        try:
            until(running.well)
            running.started_in = time.monotonic() - began
            yield running
        finally:
            running.process.terminate()
            running.process.wait(60)
            server.stop()
