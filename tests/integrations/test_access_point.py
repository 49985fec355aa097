"""The watched inbox: what is still written waits, what was taken in moves, nothing is lost between two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.integrations.access_point import (
    Delivery,
    FakeAccessPoint,
    InboxFolder,
    watch,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path, clock: Clock) -> Iterator[InboxFolder]:
    made = InboxFolder(tmp_path, max_bytes=100, monotonic=clock)
    yield made
    made.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.xml")}


async def settled(inbox: InboxFolder, clock: Clock) -> list[Delivery]:
    await inbox.poll()
    clock.now += 2.0
    return list(await inbox.poll())


async def test_a_file_is_taken_when_it_stood_still_for_two_seconds(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"half")
    assert await inbox.poll() == []
    clock.now = 1.9
    path.write_bytes(b"half and half")
    assert await inbox.poll() == []
    clock.now = 3.8
    assert await inbox.poll() == []
    clock.now = 3.9
    assert await inbox.poll() == [Delivery("a.xml", "a.xml", b"half and half")]


async def test_names_that_say_not_yet_are_left(inbox: InboxFolder, clock: Clock, tmp_path: Path) -> None:
    for name in (".hidden.xml", "b.xml.part", "c.PART", "d.xml"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.xml").symlink_to("/etc/passwd")
    assert [delivery.name for delivery in await settled(inbox, clock)] == ["d.xml"]


async def test_acknowledged_files_move_and_never_over_another(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    for content in (b"1", b"2", b"3"):
        (tmp_path / "a.xml").write_bytes(content)
        [delivery] = await settled(inbox, clock)
        await inbox.acknowledge(delivery, refused=content == b"3")
        await inbox.acknowledge(delivery, refused=False)  # again does nothing
    assert contents(tmp_path) == {"done/a.xml": b"1", "done/a~2.xml": b"2", "refused/a.xml": b"3"}


async def test_what_was_not_acknowledged_comes_again(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_bytes(b"x")
    first = await settled(inbox, clock)
    assert first == await inbox.poll() != []


async def test_two_pollers_share_and_the_file_of_a_dead_one_is_free(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    other = InboxFolder(tmp_path, max_bytes=100, monotonic=clock)
    await other.poll()
    (tmp_path / "a.xml").write_bytes(b"x")
    await inbox.poll()
    await other.poll()
    clock.now = 2.0
    [delivery] = await inbox.poll()
    assert await other.poll() == []
    inbox.close()  # as the kernel does when a process dies
    assert await other.poll() == [delivery]
    await other.acknowledge(delivery, refused=False)
    assert await inbox.poll() == []


async def test_a_new_file_under_the_same_name_is_not_moved_unread(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_bytes(b"old")
    [delivery] = await settled(inbox, clock)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "new").replace(tmp_path / "a.xml")
    await inbox.acknowledge(delivery, refused=False)
    assert (tmp_path / "a.xml").read_bytes() == b"new"
    assert [one.data for one in await settled(inbox, clock)] == [b"new"]


async def test_a_file_over_the_limit_is_read_one_byte_past_it(
    inbox: InboxFolder, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_bytes(b"x" * 1000)
    [delivery] = await settled(inbox, clock)
    assert len(delivery.data) == 101


async def test_the_watch_acknowledges_after_the_commit_and_goes_past_errors() -> None:
    fake = FakeAccessPoint([Delivery(key, key, key.encode()) for key in ("a", "broken", "c", "refused")])
    stop = asyncio.Event()

    async def handle(delivery: Delivery) -> bool:
        assert delivery.key not in fake.acknowledged
        if delivery.key == "broken":
            raise RuntimeError("databasen svarar inte")
        return delivery.key == "refused"

    with pytest.raises(RuntimeError):
        await watch(fake, handle, stop)
    assert fake.acknowledged == {"a": False, "c": False, "refused": True}


async def test_the_watch_stops_when_asked(inbox: InboxFolder) -> None:
    async def handle(delivery: Delivery) -> bool:
        raise AssertionError(delivery)

    stop = asyncio.Event()
    watching = asyncio.create_task(watch(inbox, handle, stop))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(watching, 60)
