"""Changing rows behind the portal's back, as a test may and the app's role may not."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import make_url

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from portal.db.embedded import EmbeddedServer

_servers: list[EmbeddedServer] = []


def meddles_in(server: EmbeddedServer) -> None:
    """The server of this run: the fixture that starts it says so."""
    _servers[:] = [server]


def meddle(url: str, statement: str, **given: Any) -> int:
    """Run a statement with :names in the database of `url` (any role's); how many rows it met."""
    name = make_url(url).database or ""
    superuser = _servers[0].url("superuser", name).replace("+psycopg", "")
    with psycopg.connect(superuser, autocommit=True) as connection:
        for key, value in Context.for_system(CONCERN_ID).settings().items():
            connection.execute("SELECT set_config(%s, %s, false)", (f"app.{key}", value))
        return connection.execute(_holes(statement, given), given).rowcount


def _holes(statement: str, given: dict[str, Any]) -> str:
    written = statement.replace("%", "%%")
    for name in sorted(given, key=len, reverse=True):
        written = written.replace(f":{name}", f"%({name})s")
    return written
