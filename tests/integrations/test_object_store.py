"""Stored means durable and whole; a death at any place leaves nothing half made under a name."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from portal.integrations.object_store import PLACES, FakeStore, FolderStore, ObjectStore, StoreError
from portal.kernel.errors import NotFound

DATA = "<Invoice>å</Invoice>".encode()
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return FolderStore(tmp_path) if request.param == "folder" else FakeStore()


def files(folder: Path, hidden: str | None = None) -> list[Path]:
    """All files in the folder, or those that are not left-overs of a killed writer."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if hidden is None or not path.match(hidden)]


def exit_code(command: list[str]) -> int:
    return subprocess.run(command, check=False).returncode


async def test_what_was_put_is_got_under_its_hash(store: ObjectStore) -> None:
    assert not await store.exists(DIGEST)
    assert await store.put(DATA) == DIGEST == await store.put(DATA)
    assert await store.exists(DIGEST)
    assert await store.get(DIGEST) == DATA


async def test_unknown_bytes_are_not_found(store: ObjectStore) -> None:
    with pytest.raises(NotFound):
        await store.get("0" * 64)


async def test_a_digest_is_never_a_path(tmp_path: Path) -> None:
    for digest in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(NotFound):
            await FolderStore(tmp_path).get(digest)


async def test_damage_is_found_and_mended_when_the_bytes_come_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put(DATA)
    path = tmp_path / DIGEST[:2] / DIGEST[2:]
    path.write_bytes(b"something else")
    with pytest.raises(StoreError, match="skadad"):
        await store.get(DIGEST)
    await store.put(DATA)
    assert await store.get(DIGEST) == DATA


async def test_a_disk_that_fails_is_told_in_words(tmp_path: Path) -> None:
    def full(place: str) -> None:
        if place == "store.written":
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="No space left"):
        await FolderStore(tmp_path, at=full).put(DATA)
    assert files(tmp_path) == []


@pytest.mark.parametrize("place", PLACES)
async def test_a_killed_writer_leaves_all_or_nothing(tmp_path: Path, place: str) -> None:
    program = (
        "import asyncio, os, sys, pathlib; from portal.integrations.object_store import FolderStore\n"
        "die = lambda place: os.kill(os.getpid(), 9) if place == sys.argv[2] else None\n"
        "asyncio.run(FolderStore(pathlib.Path(sys.argv[1]), at=die).put(sys.argv[3].encode()))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), place, DATA.decode()]
    assert exit_code(command) == -9, "the place was reached"
    store = FolderStore(tmp_path)
    assert await store.exists(DIGEST) == (place in {"store.renamed", "store.done"})
    await store.put(DATA)
    assert await store.get(DIGEST) == DATA
    [stored] = files(tmp_path, ".*")
    assert stored.stat().st_mode & 0o077 == 0
