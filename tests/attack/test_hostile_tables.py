"""Hostile files through the reader that stands apart: refused in words, by a process that dies alone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from portal.formats import child
from portal.formats.child import read_apart
from portal.formats.table import UnreadableTable
from portal.formats.tabular import write_csv, write_xlsx
from portal.kernel.errors import Invalid
from tests.attack.hostile_files import HOSTILE, plain, shared, showing

ROWS = [("N-1", "Pärm; röd"), ("N-2", "två\nrader")]


def answer(data: bytes) -> str:
    """The code of the refusal, or read."""
    try:
        for _row in read_apart(data).rows:
            pass
    except UnreadableTable as refused:
        assert str(refused).endswith(".")
        assert "%(" not in str(refused)
        return refused.code
    return "read"


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_each_gets_its_answer(name: str) -> None:
    make, expected = HOSTILE[name]
    got = answer(make())
    assert got == expected or (expected == "any" and got != "no_reader"), got


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_an_honest_file_is_read_as_ever(write: object) -> None:
    data = write(["Nr", "Namn"], ROWS)  # type: ignore[operator]
    table = read_apart(data)
    assert table.header == ("Nr", "Namn")
    assert [row.cells for row in table.rows] == ROWS


def test_a_reader_that_is_killed_is_a_refusal_and_the_next_file_is_read() -> None:
    table = read_apart(write_csv(["a"], [["x" * 200]] * 200_000))
    next(table.rows)
    for pid in _children():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnreadableTable) as refused:
        list(table.rows)
    assert refused.value.code == "too_heavy"
    assert answer(plain()) == "read"


def test_the_process_that_starts_readers_is_replaced_when_it_dies() -> None:
    assert answer(plain()) == "read"
    process = child._CHILDREN._process
    assert process is not None
    process.kill()
    process.wait()
    assert answer(plain()) == "read"


def test_memory_has_an_end_even_where_nothing_was_seen_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb that hides from the guard: attributes in an order it does not look for."""
    hidden = shared(["x" * 32_000], showing(0, 60_000).replace('t="s"', 't="&#115;"'))
    began = time.monotonic()
    assert answer(hidden) in {"too_heavy", "bomb", "truncated", "read", "cell"}
    assert time.monotonic() - began < child.READ_SECONDS


def test_a_reader_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "READ_SECONDS", 0.0)
    with pytest.raises(Invalid):
        read_apart(plain())


def test_a_reader_knows_no_secret_and_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    child._CHILDREN._forget()
    assert answer(plain()) == "read"
    process = child._CHILDREN._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ")
    if environment.exists():
        assert b"DATABASE_URL" not in environment.read_bytes()
    table = read_apart(write_csv(["a"], [["x" * 200]] * 200_000))
    for pid in _children():
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert "Max open files            0 " in limits
        assert "Max address space         unlimited" not in limits
    table.rows.close()  # type: ignore[attr-defined]


def _children() -> list[int]:
    process = child._CHILDREN._process
    assert process is not None
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in found if Path(f"/proc/{pid}/cmdline").read_bytes()]
