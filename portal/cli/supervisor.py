"""Keeps the parts of a portal running: web server, worker and, where it is ours, the database.

A part that ends is started again, at once the first time and later with a growing pause, and whoever asks is told
(portal.kernel.running). The parts end with their supervisor, even when it is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from portal.db.embedded import EmbeddedServer, EmbeddedServerError
from portal.kernel.running import Part, State, write_running
from portal.settings import Settings
from portal.web_process import SUPERVISOR

PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
# A part that has run for so long has recovered: its next fall is its first again.
SOUND_SECONDS = 60.0
TICK_SECONDS = 0.2
DATABASE_SECONDS = 1.0
STOP_SECONDS = 20.0
# Falls before the web server has answered for the first time: it will not.
HOPELESS = 3
DATABASE = "databas"

log = structlog.get_logger("portal.supervisor")


@dataclass
class Watched:
    """A part of ours: how it is started, and how it has gone."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    restarts: int = 0
    due: float = 0.0
    began: float = 0.0
    reason: str = ""

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it in a process group of its own: Ctrl-C is the supervisor's to answer."""
        self.process = subprocess.Popen(self.command, env=environment, process_group=0)  # noqa: S603 - our own program
        self.began = time.monotonic()

    def look(self, now: float) -> bool:
        """Notice that it has ended, or has run for long; whether anything changed."""
        if self.process is None:
            return False
        ended = self.process.poll()
        if ended is None:
            if self.falls and now - self.began > SOUND_SECONDS:
                self.falls = 0
            return False
        self.reason = f"signal {-ended}" if ended < 0 else f"kod {ended}"
        self.process, self.due = None, now + PAUSES[min(self.falls, len(PAUSES) - 1)]
        self.falls += 1
        log.warning("supervisor.ended", part=self.name, reason=self.reason)
        return True

    def told(self) -> Part:
        """As others may know it."""
        state: State = "running" if self.process else "waiting"
        return Part(self.name, state, self.process.pid if self.process else None, self.restarts, self.reason)


@dataclass
class Supervisor:
    """Web server and worker over a database; `server` is the embedded one, if that is what it is."""

    settings: Settings
    server: EmbeddedServer | None = None
    parts: list[Watched] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    database_restarts: int = 0
    database_runs: bool = True

    def __post_init__(self) -> None:
        python = sys.executable
        self.parts = [
            Watched("webb", [python, "-m", "portal.web_process"]),
            Watched("arbetare", [python, "-m", "portal", "worker"]),
        ]

    async def run(self, environment: Mapping[str, str], ready: Sequence[str]) -> bool:
        """Keep the parts running until told to stop; False when the web server never answered.

        `ready` is written on standard output when it does.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
        environment = {**environment, SUPERVISOR: str(os.getpid())}
        watching = asyncio.create_task(self._watch_database())
        answered = False
        try:
            while not self.stop.is_set():
                self._tend(environment)
                if not answered and await self._answers():
                    answered = True
                    print(*ready, sep="\n", flush=True)
                if not answered and self.parts[0].falls >= HOPELESS:
                    return False
                await _sleep(self.stop, TICK_SECONDS)
            return True
        finally:
            self.stop.set()
            await watching
            await asyncio.to_thread(self._end)

    def _tend(self, environment: Mapping[str, str]) -> None:
        """Start what is not running and due; say so when anything changed."""
        now, changed = time.monotonic(), False
        for part in self.parts:
            changed = part.look(now) or changed
            if part.process is None and now >= part.due:
                part.restarts += 1 if part.began else 0
                part.start(environment)
                changed = True
        if changed:
            self._say()

    def _say(self) -> None:
        told = [part.told() for part in self.parts]
        if self.server is not None:
            state: State = "running" if self.database_runs else "starting"
            told.append(Part(DATABASE, state, None, self.database_restarts))
        with suppress(OSError):  # a full disk is no reason to stop
            write_running(self.settings.data_dir, told)

    async def _watch_database(self) -> None:
        """Start our own database again when it has died. It keeps its port, so that the others find it."""
        falls = 0
        while self.server is not None and not self.stop.is_set():
            if not await asyncio.to_thread(self.server.alive):
                log.warning("supervisor.ended", part=DATABASE)
                self.database_runs = False
                self._say()
                await _sleep(self.stop, PAUSES[min(falls, len(PAUSES) - 1)])
                falls += 1
                await self._start_database()
            else:
                falls = 0
            await _sleep(self.stop, DATABASE_SECONDS)

    async def _start_database(self) -> None:
        if self.stop.is_set() or self.server is None:
            return
        try:
            await asyncio.to_thread(self.server.ensure)
        except (EmbeddedServerError, OSError) as error:
            log.error("supervisor.database", error=str(error))
            return
        self.database_runs = True
        self.database_restarts += 1
        self._say()

    async def _answers(self) -> bool:
        """Whether the web server takes connections."""
        try:
            _reader, writer = await asyncio.open_connection(self.settings.host, self.settings.port)
        except OSError:
            return False
        writer.close()
        return self.parts[0].process is not None

    def _end(self) -> None:
        """End the parts: politely, then not."""
        processes = [part.process for part in self.parts if part.process is not None]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with suppress(OSError):
            write_running(self.settings.data_dir, [])


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but wake up to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
