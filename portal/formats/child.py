"""Tables read in a process of their own: what a hostile file does, it does there (trust.md 1.3).

`read_apart` is `read_table` with a wall around it: the same table, the same refusals, and one more for a file that
needs more memory or time than any honest one. Plain values cross the wall, the file's bytes one way and rows the other.
Everything blocks: from a coroutine, call it, and go through its rows, in a thread.
"""

from __future__ import annotations

import atexit
import io
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from portal.formats.child_program import LENGTH
from portal.formats.table import MAX_BYTES, About, Row, Table, UnreadableTable
from portal.kernel.errors import PortalError

PROGRAM = "portal.formats.child_program"
ROOT = Path(__file__).resolve().parents[2]
# How long the owner waits for its turn, and in all for what the child has to say.
TURN_SECONDS = 60.0
READ_SECONDS = 60.0
# Two hundred columns of the longest cells there may be, as UTF-8, are less.
LARGEST_MESSAGE = 64_000_000


class NoReader(PortalError):
    """No process could be started to read the file in: the machine is short of something. Tried again later."""

    status = 503
    code = "no_reader"


def read_apart(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    headings: Collection[str] | None = None,
    sheet: str | None = None,
) -> Table:
    """The table in CSV or XLSX bytes, read by a process that can do no harm; UnreadableTable as `read_table`, or
    too_heavy. The rows come while the child reads: each may raise UnreadableTable."""
    conversation = _CHILDREN.begin()
    try:
        conversation.ask(data, max_bytes, None if headings is None else tuple(headings), sheet)
        _kind, header, about = conversation.hear()
    except BaseException:
        conversation.end()
        raise
    return Table(header, conversation.rows(), About(*about))


class _Conversation:
    """One child and what is said with it."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._left = TURN_SECONDS
        self._done = False
        self._pid = int(self._message())
        self._left = READ_SECONDS

    def ask(self, data: bytes, max_bytes: int, headings: tuple[str, ...] | None, sheet: str | None) -> None:
        """Hand the file over. A child that dies meanwhile is noticed by what it does not say."""
        self._channel.settimeout(READ_SECONDS)
        request = pickle.dumps((max_bytes, len(data), headings, sheet))
        with suppress(OSError):
            self._channel.sendall(len(request).to_bytes(LENGTH) + request)
            self._channel.sendall(data)

    def hear(self) -> Any:
        """The next message; UnreadableTable when it is a refusal, or when none comes."""
        try:
            message = self._message()
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            raise _too_heavy() from None
        self._done = message[0] in {"refused", "end"}
        if message[0] == "refused":
            _kind, code, text, params = message
            raise UnreadableTable(code, text, **params)
        return message

    def rows(self) -> Iterator[Row]:
        """The rows as they come; the child is done with when they are, or when nobody wants more."""
        try:
            while (message := self.hear())[0] == "rows":
                for number, cells, marks, hidden in message[1]:
                    yield Row(number, cells, marks, hidden)
        finally:
            self.end()

    def end(self) -> None:
        """Hang up, and end a child that would not notice: it may be busy."""
        self._channel.close()
        if self._done:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self._pid, signal.SIGKILL)

    def _message(self) -> Any:
        size = int.from_bytes(self._received(LENGTH))
        if size > LARGEST_MESSAGE:
            raise ValueError
        return _Plain(io.BytesIO(self._received(size))).load()

    def _received(self, size: int) -> bytes:
        parts, missing = [], size
        while missing:
            if self._left <= 0:
                raise TimeoutError
            self._channel.settimeout(self._left)
            asked = time.monotonic()
            part = self._channel.recv(min(missing, 1 << 20))
            self._left -= time.monotonic() - asked
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


class _Plain(pickle.Unpickler):
    """Numbers, texts and tuples of them, nothing else: what comes out of the child is never run."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse whatever is not plain."""
        raise pickle.UnpicklingError(f"{module}.{name}")


class _Children:
    """The process that forks readers: started with the first file, started anew when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> _Conversation:
        """A child of one's own; NoReader when none can be had."""
        for _ in range(2):
            ours, theirs = socket.socketpair()
            try:
                with theirs, self._lock:
                    socket.send_fds(self._started(), [b"c"], [theirs.fileno()])
                return _Conversation(ours)
            except (OSError, EOFError):
                ours.close()
                self._forget()
        raise NoReader("Filen kan inte läsas just nu. Försök igen om en stund.")

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-P", "-m", PROGRAM], stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, cwd="/", env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
                )  # fmt: skip
        return self._control

    def _forget(self) -> None:
        with self._lock:
            self.close()

    def close(self) -> None:
        """Let the forking process end; its children end with what they are doing."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(OSError):
                self._process.kill()
            self._process.wait()
            self._process = None


_CHILDREN = _Children()
atexit.register(_CHILDREN.close)


def _too_heavy() -> UnreadableTable:
    return UnreadableTable(
        "too_heavy",
        "Filen kräver orimligt mycket minne eller tid att läsa. Kopiera bara tabellen till en ny, tom fil och ladda "
        "upp den.",
    )
