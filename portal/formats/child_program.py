"""The process that foreign files are read in: a parent that only forks, and one child for each file.

Started by portal.formats.child with its end of a socket pair as standard input. For every socket it is sent it forks
a child that gives up memory, time, files and network beyond what reading takes, reads one file and ends. The parent
never sees a byte of a file, so that the next child is as clean as the first.
"""

from __future__ import annotations

import codecs
import os
import pickle
import resource
import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from portal.formats.table import Row, Table, UnreadableTable
from portal.formats.tabular import Value, read_table, write_csv, write_xlsx

# Of files at a time; the next waits for one of them to end.
MOST_CHILDREN = 4
# On top of what the interpreter and its libraries take up. The largest file there may be needs about half.
MEMORY = 768 * 2**20
CPU_SECONDS = 60
# Characters of one message of rows: few messages for many rows, and none that is large.
BATCH_TEXT = 250_000
LENGTH = 8
UNREADABLE = "Filen går inte att läsa. Spara den på nytt som .xlsx eller CSV och ladda upp den igen."
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp437", "ascii")


def main() -> None:
    """Fork a child for each socket that comes, until the owner is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to answer
    _warm()
    control, children = socket.socket(fileno=0), set[int]()
    while True:
        _message, files, _flags, _address = socket.recv_fds(control, 1, 1)
        if not files:
            return
        _reap(children)
        child = os.fork()
        if child == 0:
            control.close()
            try:
                _serve(socket.socket(fileno=files[0]))
            finally:
                os._exit(0)  # whatever happened: the loop above is the parent's
        os.close(files[0])
        children.add(child)


def _warm() -> None:
    """Load what is loaded late: a child may open no file, not even one of a library."""
    for name in ENCODINGS:
        codecs.lookup(name)
    row: list[Value] = ["a", 1, Decimal("1.5"), date(2026, 1, 31)]
    for data in (write_xlsx(["x"] * 4, [row]), write_csv(["x"] * 4, [row])):
        assert list(read_table(data).rows)
        assert list(read_table(data, headings=("x",)).rows)


def _reap(children: set[int]) -> None:
    """Take leave of those that have ended; with as many as there may be, wait for one."""
    while children:
        ended, _status = os.waitpid(-1, os.WNOHANG if len(children) < MOST_CHILDREN else 0)
        if ended == 0:
            return
        children.discard(ended)


def _serve(channel: socket.socket) -> None:
    """Read one file and tell what is in it. Whatever goes wrong is told, or seen by the owner as silence."""
    with suppress(OSError):
        _give_up()
        _send(channel, os.getpid())
        asked = _received(channel, int.from_bytes(_received(channel, LENGTH)))
        max_bytes, size, headings, sheet = pickle.loads(asked)  # noqa: S301 - the owner's
        data = bytes(_received(channel, size))
        try:
            _tell(channel, read_table(data, max_bytes=max_bytes, headings=headings, sheet=sheet))
        except UnreadableTable as refused:
            _send(channel, ("refused", refused.code, refused.message, dict(refused.params)))
        except MemoryError:
            return  # nothing can be said without memory
        except BaseException:  # a library's panic is no Exception
            _send(channel, ("refused", "unreadable", UNREADABLE, {}))


def _give_up() -> None:
    """From here on: no core, no writing, no file or socket opened, and no more memory or time than a file takes."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: _taken_up() + MEMORY,
        resource.RLIMIT_NOFILE: 0,
    }
    for limit, most in limits.items():
        with suppress(ValueError, OSError):  # not every system keeps every limit
            resource.setrlimit(limit, (most, most))


def _taken_up() -> int:
    """Bytes of address space taken up already; where that cannot be told, a guess."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no path to make
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 2**29


def _tell(channel: socket.socket, table: Table) -> None:
    about = table.about
    where = (about.sheet, about.header_row, about.above, about.other_sheets)
    _send(channel, ("table", table.header, where))
    for batch in _batches(table.rows):
        _send(channel, ("rows", batch))
    _send(channel, ("end",))


def _batches(rows: Iterable[Row]) -> Iterable[list[Any]]:
    batch, size = [], 0
    for row in rows:
        batch.append((row.number, row.cells, row.marks and dict(row.marks), row.hidden))
        size += sum(map(len, row.cells))
        if size > BATCH_TEXT:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _send(channel: socket.socket, message: Any) -> None:
    written = pickle.dumps(message, protocol=5)
    channel.sendall(len(written).to_bytes(LENGTH))
    channel.sendall(written)


def _received(channel: socket.socket, size: int) -> bytearray:
    """Exactly so many bytes; OSError when the owner hangs up before."""
    got = bytearray(size)
    view, filled = memoryview(got), 0
    while filled < size:
        count = channel.recv_into(view[filled:])
        if count == 0:
            raise ConnectionError
        filled += count
    return got


if __name__ == "__main__":
    main()
