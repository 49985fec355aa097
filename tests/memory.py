"""Copies of a template in memory. A copy is some seven hundred small files, and a disk's file system is slow to take
back so many: it looks for a place among all that were deleted of late. In memory a copy takes a tenth of the computing.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from portal.db.embedded import ROLE_NAMES, EmbeddedServer
from portal.db.embedded_host import RunUser, short_hash

MEMORY = Path("/dev/shm")
TABLESPACE = "memory"
ROOM = 2**30  # containers often have 64 MB there: then the copies are made on disk


class Copies:
    """Makes databases for tests: in memory while `in_memory` and there is room, else where the server lies."""

    def __init__(self, server: EmbeddedServer, *, in_memory: bool) -> None:
        self._server = server
        self._in_memory = in_memory and _room()
        if self._in_memory:
            self._make_tablespace()

    def make(self, name: str, template: str) -> None:
        """A database owned by the owner's role, copied from `template`, which nobody may be using."""
        if not (self._in_memory and _room()):
            self._server.create_database(name, template)
            return
        self._run(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} TABLESPACE {} STRATEGY FILE_COPY").format(
                *(sql.Identifier(part) for part in (name, ROLE_NAMES["owner"], template, TABLESPACE))
            )
        )

    def _make_tablespace(self) -> None:
        """Unless it is there; memory may have been emptied under a cluster that lives."""
        folder = MEMORY / f"portal-tests-{short_hash(self._server.data_dir)}"
        known = self._run(sql.SQL("SELECT FROM pg_tablespace WHERE spcname = {}").format(TABLESPACE))
        if known and folder.exists():
            return
        if known:
            self._run(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(TABLESPACE)))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        RunUser.current().own(folder)
        self._run(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(TABLESPACE), str(folder)))

    def _run(self, statement: sql.Composed) -> int:
        url = self._server.url("superuser", "postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(statement).rowcount


def _room() -> bool:
    if not MEMORY.is_dir():
        return False
    found = os.statvfs(MEMORY)
    return found.f_bavail * found.f_frsize > ROOM
