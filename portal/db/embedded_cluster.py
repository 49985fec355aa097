"""One PostgreSQL cluster: its folder and the processes that serve it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from portal.db.embedded_config import HOST_BASED_AUTHENTICATION
from portal.db.embedded_host import EmbeddedServerError, RunUser, command_line, command_lines

SUPERUSER = "postgres"
ORPHANS_SECONDS = 3.0  # backends that sleep or wait notice at once; one inside a long query would not
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Cluster:
    """`home` holds its folder and the log of its programs, `programs` is the bin folder of its PostgreSQL, `name`
    is what its processes call themselves."""

    home: Path
    programs: Path
    user: RunUser
    name: str

    @property
    def folder(self) -> Path:
        """What PostgreSQL calls the data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def exists(self) -> bool:
        """Whether it has been made, whole."""
        return (self.folder / "PG_VERSION").exists()

    def make(self, password: str, *, durable: bool) -> None:
        """initdb beside the place and rename, so that a half-made cluster is never taken for one.

        `password` is the superuser's. A cluster that is not `durable` has no checksums.
        """
        draft = self.home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        self.user.own(draft)
        password_file = self.home / ".password"
        password_file.touch(mode=0o600)
        self.user.own(password_file, 0o600)
        try:
            password_file.write_text(password + "\n")
            self._run(
                "initdb", "-D", draft, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={password_file}",
                "--data-checksums" if durable else "--no-sync",
            )  # fmt: skip
        finally:
            password_file.unlink()
        draft.rename(self.folder)

    def check_version(self) -> None:
        """EmbeddedServerError when it was made by another major version than its programs are."""
        made = (self.folder / "PG_VERSION").read_text().strip()
        report = self.home / ".version"
        report.unlink(missing_ok=True)
        self.user.run([self.programs / "postgres", "--version"], output=report)
        here = report.read_text().split()[2].split(".")[0]
        if made != here:
            raise EmbeddedServerError(
                "Databasen i %(folder)s är gjord av PostgreSQL %(cluster)s, men programmet är %(programs)s. "
                "Flytta den med pg_dump, eller ta bort mappen om innehållet inte behövs.",
                folder=self.folder,
                cluster=made,
                programs=here,
            )

    def configure(self, options: str) -> None:
        """Write postgresql.conf with `options`, and pg_hba.conf."""
        for name, text in (("postgresql.conf", options), ("pg_hba.conf", HOST_BASED_AUTHENTICATION)):
            path = self.folder / name
            path.write_text(text)
            self.user.own(path, 0o600)

    def start(self) -> None:
        """Start it and wait until it takes connections; EmbeddedServerError with the last words of the log."""
        if self.log.exists() and self.log.stat().st_size > 10 * MEBIBYTE:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._run("pg_ctl", "-D", self.folder, "-l", self.log, "-w", "start")

    def stop(self) -> None:
        """Stop it, ending open sessions."""
        self._run("pg_ctl", "-D", self.folder, "-m", "fast", "-w", "stop")

    def postmaster(self) -> int | None:
        """Pid of its running server. A pid alone proves nothing: it may be another's by now."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if self._serves(command_line(pid)) else None

    @contextmanager
    def stopped_with_us(self) -> Iterator[None]:
        """A shell that waits for our end: told of it, it just ends; told nothing, we were killed, and it stops the
        server."""
        stop: list[str | Path] = [self.programs / "pg_ctl", "-D", self.folder, "-m", "fast", "stop"]
        guard = self.user.begin(["/bin/sh", "-c", 'read line || exec "$@"', "sh", *stop])
        try:
            yield
        finally:
            with suppress(OSError):
                guard.communicate(b"done\n")

    def clear_crash(self) -> None:
        """After kill -9: take away the pid file of the dead, and wait for its orphaned backends to notice."""
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for sign in (None, signal.SIGQUIT, signal.SIGKILL):
            for pid in self._backends() if sign else []:
                with suppress(ProcessLookupError):
                    os.kill(pid, sign or 0)
            deadline = time.monotonic() + ORPHANS_SECONDS
            while self._backends() and time.monotonic() < deadline:
                time.sleep(0.05)

    def discard(self) -> None:
        """Take away a cluster whose data folder was deleted since: its passwords are gone, and so is its use."""
        for pid, line in command_lines():
            if self._serves(line):
                os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _serves(self, command_line: str) -> bool:
        return "postgres" in command_line and f"-D {self.folder}" in command_line

    def _backends(self) -> list[int]:
        title = f"postgres: {self.name}: "
        return [pid for pid, line in command_lines() if line.startswith(title)]

    def _run(self, program: str, *arguments: str | Path) -> None:
        log = self.home / "server.log"
        if self.user.run([self.programs / program, *arguments], output=log) != 0:
            raise EmbeddedServerError(
                "PostgreSQL svarade med ett fel (%(program)s). Sist i %(log)s: %(tail)s",
                program=program,
                log=log,
                tail=" | ".join(log.read_text(errors="replace").splitlines()[-3:]),
            )
