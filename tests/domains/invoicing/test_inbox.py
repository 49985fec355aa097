"""The watched inbox over a real folder and database: taken when it stands still, moved after the commit, once."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Document, write
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations import access_point
from portal.integrations.access_point import Delivery, InboxFolder
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions import inbox as watching_inbox
from portal.invoicing.actions.inbox import watch_inbox
from portal.invoicing.actions.intake import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date

PATIENCE = 120.0
NOT_AN_INVOICE = b"<hello>this is none</hello>"


class Inbox(InboxFolder):
    """From look to look a second passes, however long it takes: what is done `between` looks, and nothing else, is
    in time."""

    between: Callable[[int], None] | None = None

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self.looks = 0
        super().__init__(folder, max_bytes=max_bytes, monotonic=lambda: float(self.looks))

    async def poll(self) -> Sequence[Delivery]:
        self.looks += 1
        if Inbox.between:
            Inbox.between(self.looks)
        return await super().poll()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_point, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(watching_inbox, "InboxFolder", Inbox)


class Killed(Exception):
    """The process ends here."""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def parts(seeded: Database, tmp_path: Path) -> IntakeParts:
    return IntakeParts(seeded, FolderStore(tmp_path / "store"), ())


@pytest.fixture
async def document(seeded: Database, seeded_at: datetime) -> Document:
    """The invoice of an order, as its supplier would send it."""
    return await invoice_for(seeded, "EX-100001", "I-1", stockholm_date(seeded_at))


@asynccontextmanager
async def watched(parts: IntakeParts, folder: Path, now: datetime) -> AsyncIterator[None]:
    """The watcher at work for the block, as the worker runs it."""
    stop = asyncio.Event()
    watching = asyncio.create_task(watch_inbox(parts, folder, lambda: now, stop))
    try:
        yield
    finally:
        stop.set()
        await watching


async def until(seen: Callable[[], bool]) -> None:
    """Wait for what the watcher does."""
    async with asyncio.timeout(PATIENCE):
        while not seen():
            await asyncio.sleep(0.1)


def there(folder: Path) -> list[str]:
    """Every file, by its place in the folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def rows(database: Database, sql: str) -> Sequence[Any]:
    """Rows as the system sees them."""
    async with database.session(Context.for_system(None)) as session:
        return (await session.execute(text(sql))).all()


async def outcomes(parts: IntakeParts, now: datetime) -> list[tuple[str, str]]:
    """(file, what became of it) when the pipeline has had them all, in the order they came."""
    waiting = await rows(parts.database, "SELECT id FROM delivery WHERE outcome = 'received' ORDER BY id")
    for one in waiting:
        assert not await process_deliveries(parts, [one.id], now)
    found = await rows(parts.database, "SELECT filename, outcome FROM delivery ORDER BY received_at, id")
    return [(row.filename, row.outcome) for row in found]


async def invoices(database: Database) -> list[str]:
    """The numbers of the concern's invoices."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return list((await session.execute(text("SELECT number FROM invoice ORDER BY number"))).scalars())


async def test_good_ones_are_done_others_refused_and_what_is_not_ready_is_left(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime
) -> None:
    data = write(document)
    for name, content in {
        ".hidden.xml": data, "b.xml.part": data, "c.PART": data, "good.xml": data, "none.xml": NOT_AN_INVOICE,
    }.items():  # fmt: skip
        (inbox / name).write_bytes(content)
    async with watched(parts, inbox, seeded_at):
        await until(lambda: not {"good.xml", "none.xml"} & set(there(inbox)))
        committed = await rows(parts.database, "SELECT filename, channel, outcome FROM delivery")
    assert there(inbox) == [".hidden.xml", "b.xml.part", "c.PART", "done/good.xml", "refused/none.xml"]
    assert (inbox / "done/good.xml").read_bytes() == data
    assert {tuple(row) for row in committed} == {
        ("good.xml", "folder", "received"), ("none.xml", "folder", "refused"),
    }  # fmt: skip
    jobs = await rows(
        parts.database, "SELECT 1 FROM procrastinate_jobs WHERE task_name LIKE '%process_delivery'"
    )
    assert len(jobs) == 1
    assert dict(await outcomes(parts, seeded_at)) == {"good.xml": "new", "none.xml": "refused"}
    assert await invoices(parts.database) == ["I-1"]


async def test_a_file_that_grows_is_left_until_it_stood_still(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, path = write(document), inbox / "slow.xml"
    seen: list[list[str]] = []

    def grow(look: int) -> None:
        """Longer at every second look: it never stands still for two seconds."""
        seen.append(there(inbox))
        if look % 2 and look < 16:
            path.write_bytes(data[: len(data) * (look + 1) // 16])

    monkeypatch.setattr(Inbox, "between", staticmethod(grow))
    async with watched(parts, inbox, seeded_at):
        await until(lambda: there(inbox) == ["done/slow.xml"])
    assert seen[:17] == [[], *[["slow.xml"]] * 16]
    assert await outcomes(parts, seeded_at) == [("slow.xml", "new")]


async def test_the_same_bytes_again_are_a_duplicate_and_a_taken_name_is_kept_apart(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime
) -> None:
    (inbox / "done").mkdir()
    (inbox / "done" / "a.xml").write_bytes(b"of last week")
    data = write(document)
    for name in ("a.xml", "b.xml"):
        (inbox / name).write_bytes(data)
    async with watched(parts, inbox, seeded_at):
        await until(lambda: there(inbox) == ["done/a.xml", "done/a~2.xml", "done/b.xml"])
    assert (inbox / "done" / "a.xml").read_bytes() == b"of last week"
    assert (inbox / "done" / "a~2.xml").read_bytes() == data
    assert sorted(outcome for _, outcome in await outcomes(parts, seeded_at)) == ["duplicate", "new"]
    assert await invoices(parts.database) == ["I-1"]


@pytest.mark.parametrize("at", ["intake.commit.before", "intake.commit.after"])
async def test_killed_on_either_side_of_the_commit_it_is_taken_in_once(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime, at: str
) -> None:
    def kill(place: str) -> None:
        if place == at:
            raise Killed(place)

    (inbox / "a.xml").write_bytes(write(document))
    with pytest.raises(Killed):
        async with asyncio.timeout(PATIENCE):
            await watch_inbox(replace(parts, at=kill), inbox, lambda: seeded_at, asyncio.Event())
    assert there(inbox) == ["a.xml"], "not moved before the commit is sure"
    async with watched(parts, inbox, seeded_at):
        await until(lambda: there(inbox) == ["done/a.xml"])
    came = 2 if at.endswith("after") else 1
    assert [outcome for _, outcome in await outcomes(parts, seeded_at)] == ["new", "duplicate"][:came]
    assert await invoices(parts.database) == ["I-1"]
    assert len(await rows(parts.database, "SELECT 1 FROM original")) == 1


async def test_a_file_that_may_not_be_read_now_stops_nobody(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime
) -> None:
    """Whoever wrote it holds it still; it is taken when it is let go."""
    (inbox / "a.xml").write_bytes(NOT_AN_INVOICE)
    (inbox / "b.xml").write_bytes(write(document))
    with (inbox / "a.xml").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        async with watched(parts, inbox, seeded_at):
            await until(lambda: "done/b.xml" in there(inbox))
            assert there(inbox) == ["a.xml", "done/b.xml"]
            fcntl.flock(held, fcntl.LOCK_UN)
            await until(lambda: there(inbox) == ["done/b.xml", "refused/a.xml"])


async def test_one_that_cannot_be_taken_in_now_stops_nobody_and_comes_again(
    parts: IntakeParts, inbox: Path, document: Document, seeded_at: datetime
) -> None:
    """The archive fails for one of them: the others are done, and it is when the archive is well again."""

    class Failing(FolderStore):
        async def put(self, data: bytes) -> str:
            if b"unlucky" in data:
                raise OSError("no space left on device")
            return await super().put(data)

    (inbox / "a.xml").write_bytes(write(replace(document, note="unlucky", number="I-2")))
    (inbox / "b.xml").write_bytes(write(document))
    failing = replace(parts, store=Failing(inbox.parent / "store"))
    with pytest.raises(OSError, match="no space"):
        async with asyncio.timeout(PATIENCE):
            await watch_inbox(failing, inbox, lambda: seeded_at, asyncio.Event())
    assert there(inbox) == ["a.xml", "done/b.xml"]
    async with watched(parts, inbox, seeded_at):
        await until(lambda: there(inbox) == ["done/a.xml", "done/b.xml"])
    assert sorted(await outcomes(parts, seeded_at)) == [("a.xml", "new"), ("b.xml", "new")]
