"""Where documents come in from outside: a watched folder today, and an access point of the Peppol network is
another implementation of the same Protocol."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

POLL_SECONDS = 1.0
SETTLE_SECONDS = 2.0
BATCH = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """One document as it arrived. `key` is the door's own name for it."""

    key: str
    name: str
    data: bytes


class AccessPoint(Protocol):
    async def poll(self) -> Sequence[Delivery]:
        """What has arrived and is not acknowledged. A delivery comes again until it is."""

    async def acknowledge(self, delivery: Delivery, *, refused: bool) -> None:
        """Called after the commit: the document is ours now. Safe to call again."""


Handle = Callable[[Delivery], Awaitable[bool]]
"""Takes a delivery in, commits, and says whether it was refused."""


async def watch(access_point: AccessPoint, handle: Handle, stop: asyncio.Event) -> None:
    """Take in what arrives until `stop` is set. What `handle` cannot take in now stays and comes again, and
    never stands in the way of the next: the first error is raised when the round is over."""
    while not stop.is_set():
        errors: list[Exception] = []
        deliveries = await access_point.poll()
        for delivery in deliveries:
            if stop.is_set():
                return
            try:
                await access_point.acknowledge(delivery, refused=await handle(delivery))
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]
        if not deliveries:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)


@dataclass(slots=True)
class _Seen:
    size: int
    modified_ns: int
    since: float


class InboxFolder:
    """Files in `folder`. One is taken when its name neither starts with a dot nor ends in .part and its size
    has stood still for two seconds; after the commit it moves to done/ or refused/.

    A taken file is locked until it is acknowledged or the process dies, so several pollers share the work.
    Files over `max_bytes` are read one byte past it: enough for the intake to refuse them by their size.
    """

    def __init__(
        self, folder: Path, *, max_bytes: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._monotonic = monotonic
        self._seen: dict[str, _Seen] = {}
        self._held: dict[str, int] = {}

    async def poll(self) -> Sequence[Delivery]:
        return await asyncio.to_thread(self._poll)

    async def acknowledge(self, delivery: Delivery, *, refused: bool) -> None:
        await asyncio.to_thread(self._acknowledge, delivery.key, "refused" if refused else "done")

    def close(self) -> None:
        """Let go of what was taken and not acknowledged."""
        for key in list(self._held):
            os.close(self._held.pop(key))

    def _poll(self) -> list[Delivery]:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        names = sorted(entry.name for entry in os.scandir(self._folder) if _is_document(entry))
        self._seen = {name: self._seen[name] for name in names if name in self._seen}
        taken = (self._take(name) for name in names if self._stood_still(name))
        deliveries: list[Delivery] = []
        for delivery in taken:
            if delivery is not None:
                deliveries.append(delivery)
            if len(deliveries) == BATCH:
                break
        return deliveries

    def _stood_still(self, name: str) -> bool:
        try:
            status = (self._folder / name).stat()
        except FileNotFoundError:
            return False
        seen, now = self._seen.get(name), self._monotonic()
        if seen is None or (seen.size, seen.modified_ns) != (status.st_size, status.st_mtime_ns):
            self._seen[name] = _Seen(status.st_size, status.st_mtime_ns, now)
            return False
        return now - seen.since >= SETTLE_SECONDS

    def _take(self, name: str) -> Delivery | None:
        """None when another poller has it, or took it already."""
        path = self._folder / name
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_file(path, descriptor):
                raise BlockingIOError
            with os.fdopen(os.dup(descriptor), "rb") as file:
                data = file.read(self._max_bytes + 1)
        except OSError:
            os.close(descriptor)
            return None
        self._held[name] = descriptor
        return Delivery(key=name, name=name, data=data)

    def _acknowledge(self, key: str, folder: str) -> None:
        descriptor = self._held.pop(key, None)
        if descriptor is None:
            return
        try:
            if _is_file(self._folder / key, descriptor):
                self._move(key, folder, descriptor)
        finally:
            self._seen.pop(key, None)
            os.close(descriptor)

    def _move(self, key: str, folder: str, descriptor: int) -> None:
        """Should a new file have taken the name at this very moment, it is put back: it has not been read."""
        target = _free_name(self._folder / folder, key)
        (self._folder / key).replace(target)
        if not _is_file(target, descriptor):
            target.replace(_free_name(self._folder, key))


def _is_document(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith(".") or entry.name.lower().endswith(".part")
    return not hidden and entry.is_file(follow_symlinks=False)


def _is_file(path: Path, descriptor: int) -> bool:
    """Whether `path` still names the open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _free_name(folder: Path, name: str) -> Path:
    """A name nobody has in `folder`, reserved: name, then name~2, name~3 …"""
    folder.mkdir(exist_ok=True)
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{Path(name).stem}~{number}{Path(name).suffix}")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            number += 1
        else:
            return path


class FakeAccessPoint:
    """Deliveries from memory; `acknowledged` maps key → refused."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self.deliveries = list(deliveries)
        self.acknowledged: dict[str, bool] = {}

    async def poll(self) -> Sequence[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.key not in self.acknowledged]

    async def acknowledge(self, delivery: Delivery, *, refused: bool) -> None:
        self.acknowledged[delivery.key] = refused
