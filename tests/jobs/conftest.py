"""Worker processes over a test's own database."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

PROGRAM = Path(__file__).with_name("worker_program.py")
WAIT_SECONDS = 60.0


@pytest.fixture
def rows(database_urls: Any) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """`rows(statement, *values)` as the owner, committed at once; jobs write to the table `mark`."""
    with psycopg.connect(database_urls.owner.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE mark (id serial PRIMARY KEY, what text, pid int)")
        connection.execute("GRANT ALL ON mark, mark_id_seq TO portal_app")

        def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture
def start_worker(database_urls: Any) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts worker processes; those that still live at the end are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, str(PROGRAM), database_urls.app]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], None]:
    """`until(condition)`: wait for it; fails when it does not come."""

    def wait(condition: Callable[[], Any]) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)

    return wait
