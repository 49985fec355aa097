"""A portal whose parts are killed one by one, and at last its supervisor: it comes back by itself, or makes way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from portal.db.embedded import EmbeddedServer
from portal.db.migrate import upgrade
from portal.kernel.running import Part, read_running
from tests.conftest import ROOT

PATIENCE = 120.0


class Portal:
    """`portal serve` over a folder of its own, with the database it brings along."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        bare = {
            name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_"))
        }
        environment = {
            **bare, "PORTAL_DATA_DIR": str(self.folder), "PORTAL_PORT": str(self.port), "PORTAL_PROCESSES": "1",
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


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with tempfile.TemporaryDirectory(prefix="portal-supervised-") as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "data"
        server = EmbeddedServer(folder)
        with server.in_use():
            upgrade(server.url("owner"))
        running = Portal(folder)
        try:
            until(running.well)
            yield running
        finally:
            running.process.terminate()
            running.process.wait(60)
            server.stop()


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.mark.parametrize("name", ["arbetare", "webb"])
def test_a_killed_part_is_started_again_and_said_so(portal: Portal, name: str) -> None:
    before = portal.part(name)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: portal.part(name).restarts == before.restarts + 1)
    until(portal.well)
    after = portal.part(name)
    assert after.pid != before.pid
    assert after.reason == "signal 9"
    assert portal.process.poll() is None


def test_a_killed_database_is_started_again(portal: Portal) -> None:
    [pid_file] = portal.folder.glob("postgres/cluster/postmaster.pid")
    os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
    until(lambda: portal.part("databas").restarts == 1)
    until(portal.well)
    assert portal.process.poll() is None


def test_two_do_not_run_from_one_folder(portal: Portal) -> None:
    second = Portal.__new__(Portal)
    second.folder, second.port = portal.folder, portal.port
    assert second.start().wait(60) == 1
    assert portal.well()


def test_its_parts_end_with_a_killed_supervisor_and_a_new_start_takes_over(portal: Portal) -> None:
    pids = [portal.part(name).pid for name in ("webb", "arbetare")]
    portal.process.kill()
    portal.process.wait()
    portal.start()
    until(portal.well)
    assert portal.process.poll() is None
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
