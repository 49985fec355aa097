"""Original bytes, kept once, under their own hash. What `put` has returned survives a power failure."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from portal.kernel.errors import NotFound, PortalError

At = Callable[[str], None]
"""Called at named places on the way, so that tests can fail or die exactly there."""

PLACES: tuple[str, ...] = ("store.begin", "store.written", "store.synced", "store.renamed", "store.done")

_DIGEST = re.compile(r"[0-9a-f]{64}")


class StoreError(PortalError):
    """The store cannot keep or give the bytes: the disk is full or broken (503, worth another try)."""

    status = 503
    code = "store"


class ObjectStore(Protocol):
    """Digests are SHA-256 in lower case hex. The same bytes are stored once."""

    async def put(self, data: bytes) -> str:
        """Store, durably, and return the digest. StoreError when that is not possible."""

    async def get(self, digest: str) -> bytes:
        """The bytes, checked against the digest. NotFound when unknown, StoreError when damaged."""

    async def exists(self, digest: str) -> bool:
        """Whether the bytes are stored."""


def digest_of(data: bytes) -> str:
    """The name `data` is stored under."""
    return hashlib.sha256(data).hexdigest()


def _nowhere(_place: str) -> None:
    """No test is listening."""


class FolderStore:
    """Files in `folder`, spread over 256 folders. A file appears under its name only when it is whole."""

    def __init__(self, folder: Path, *, at: At = _nowhere) -> None:
        self._folder = folder
        self._at = at

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self._put, data)

    async def get(self, digest: str) -> bytes:
        return await asyncio.to_thread(self._get, digest)

    async def exists(self, digest: str) -> bool:
        return await asyncio.to_thread(self._path(digest).exists)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise NotFound("Filen finns inte.")
        return self._folder / digest[:2] / digest[2:]

    def _put(self, data: bytes) -> str:
        self._at("store.begin")
        digest = digest_of(data)
        path = self._path(digest)
        try:
            self._make_folder(path.parent)
            if not _holds(path, digest):
                self._write(path, data)
            _sync(path.parent)  # also for bytes already there: whoever wrote them may have died before this
        except OSError as error:
            raise StoreError("Filen kunde inte sparas: %(reason)s.", reason=error.strerror) from error
        self._at("store.done")
        return digest

    def _make_folder(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync(folder.parent)

    def _write(self, path: Path, data: bytes) -> None:
        draft = path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                self._at("store.written")
                file.flush()
                os.fsync(file.fileno())
            self._at("store.synced")
            draft.replace(path)
            self._at("store.renamed")
        finally:
            draft.unlink(missing_ok=True)

    def _get(self, digest: str) -> bytes:
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("Filen finns inte.") from error
        except OSError as error:
            raise StoreError("Filen kunde inte läsas: %(reason)s.", reason=error.strerror) from error
        if digest_of(data) != digest:
            raise StoreError("Filen %(digest)s är skadad på disken.", digest=digest)
        return data


def _holds(path: Path, digest: str) -> bool:
    """Whether the right bytes are there; damaged ones are written again when they come again."""
    try:
        return digest_of(path.read_bytes()) == digest
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FakeStore:
    """Bytes in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        digest = digest_of(data)
        self.objects[digest] = data
        return digest

    async def get(self, digest: str) -> bytes:
        if digest not in self.objects:
            raise NotFound("Filen finns inte.")
        return self.objects[digest]

    async def exists(self, digest: str) -> bool:
        return digest in self.objects
