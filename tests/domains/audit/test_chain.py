"""The audit chain: an edit, a deletion, an insertion, a swap and a cut tail are found, each with its row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dev.demo_city.ids import CONCERN_ID
from portal.audit.log import Event, record
from portal.audit.sealing import BrokenChain, anchor_path, seal_all
from portal.audit.verify import Report, verify
from portal.db.context import Context
from portal.db.embedded import EmbeddedServer
from portal.db.session import Database
from portal.kernel.identifiers import uuid7
from tests.conftest import AUDIT_KEY, DatabaseUrls

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROWS = 30


@pytest.fixture
def intruder(
    database_server: EmbeddedServer, database_urls: DatabaseUrls
) -> Iterator[psycopg.Connection[Any]]:
    """Somebody with every right in the database, the triggers switched off, but without the portal's key."""
    url = database_server.url("superuser", database_urls.name).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


async def _write(database: Database, count: int) -> None:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await record(session, [
            Event("invoice:status:approve", "invoice", uuid7(), NOW + timedelta(seconds=i), actor="attestant@gsf",
                  concern_id=CONCERN_ID, why=f"rad {i}", data={"amount": str(i)})
            for i in range(count)
        ])  # fmt: skip


async def _verify(database: Database, folder: Path) -> Report:
    async with database.session(Context.for_system(None)) as session:
        return await verify(session, anchor_path(folder), AUDIT_KEY)


@pytest.fixture
async def sealed(database: Database, tmp_path: Path) -> Database:
    await _write(database, ROWS)
    assert await seal_all(database, tmp_path, NOW) == ROWS
    return database


async def test_a_whole_chain_is_whole(sealed: Database, tmp_path: Path) -> None:
    await _write(sealed, 2)
    report = await _verify(sealed, tmp_path)
    assert (report.sealed, report.unsealed, report.findings) == (ROWS, 2, ())


async def test_an_edit_is_found_with_its_row_and_field(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    intruder.execute("UPDATE audit_event SET why = 'något annat' WHERE id = 7")
    findings = (await _verify(sealed, tmp_path)).findings
    assert [(f.event_id, f.message) for f in findings] == [(7, "fält ändrade efter att raden skrevs: why")]


async def test_an_edit_with_new_digests_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    """The intruder computes the field digest too, but cannot sign the row."""
    intruder.execute(
        "UPDATE audit_event SET actor = 'chef@gsf', digests = digests || jsonb_build_object('actor',"
        " encode(sha256('actor=chef@gsf'), 'hex')) WHERE id = 7"
    )
    findings = (await _verify(sealed, tmp_path)).findings
    assert [(f.event_id, f.message) for f in findings] == [(7, "raden är inte skriven av portalen")]


async def test_a_deletion_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    intruder.execute("DELETE FROM audit_event WHERE id = 11")
    findings = (await _verify(sealed, tmp_path)).findings
    assert [(f.event_id, f.message) for f in findings] == [(11, "raden är borttagen")]


async def test_a_deletion_with_its_link_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    intruder.execute("DELETE FROM audit_event WHERE id = 11")
    intruder.execute("DELETE FROM audit_seal WHERE event_id = 11")
    findings = (await _verify(sealed, tmp_path)).findings
    assert any(f.seq == 11 and "saknas" in f.message for f in findings)


COPY = (
    "INSERT INTO audit_event (uid, concern_id, at, tag, subject_type, subject_id, actor, why, data, digests, digest)"
    " SELECT uid, concern_id, at, tag, subject_type, subject_id, actor, why, data, digests, digest"
    " FROM audit_event WHERE id = 3"
)


async def test_a_copied_row_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    """A copy of a true row under a new id: even when the sealer takes it in, it is not the portal's."""
    intruder.execute(COPY)
    await seal_all(sealed, tmp_path, NOW)
    findings = (await _verify(sealed, tmp_path)).findings
    assert [(f.event_id, f.message) for f in findings] == [(ROWS + 1, "raden är en kopia av en annan")]


async def test_an_inserted_row_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    """A row made up from a true one, with its field digests right, but signed by nobody."""
    forged = "digests || jsonb_build_object('actor', encode(sha256('actor=chef@gsf'), 'hex'))"
    intruder.execute(COPY.replace("actor, why", "'chef@gsf', why", 2).replace("'chef@gsf'", "actor", 1).replace(
        "data, digests, digest FROM", f"data, {forged}, digest FROM"))  # fmt: skip
    await seal_all(sealed, tmp_path, NOW)
    findings = (await _verify(sealed, tmp_path)).findings
    assert "raden är inte skriven av portalen" in [f.message for f in findings if f.event_id == ROWS + 1]


async def test_a_swap_is_found(sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]) -> None:
    """Two whole rows change places."""
    for old, new in ((4, 900), (9, 4), (900, 9)):
        intruder.execute("UPDATE audit_event SET id = %s WHERE id = %s", (new, old))
    findings = (await _verify(sealed, tmp_path)).findings
    assert {f.event_id for f in findings} == {4, 9}


async def test_a_cut_tail_is_found_by_the_anchor(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    intruder.execute("DELETE FROM audit_event WHERE id > 20")
    intruder.execute("DELETE FROM audit_seal WHERE event_id > 20")
    findings = (await _verify(sealed, tmp_path)).findings
    assert [(f.seq, f.message) for f in findings] == [(ROWS, "kedjan är kapad")]


async def test_the_sealer_does_not_go_on_over_a_cut(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    """K04: sealed over, the same number would be anchored twice, and the cut would be healed."""
    intruder.execute("DELETE FROM audit_event WHERE id > 20")
    intruder.execute("DELETE FROM audit_seal WHERE event_id > 20")
    await _write(sealed, 12)
    with pytest.raises(BrokenChain, match="kapad"):
        await seal_all(sealed, tmp_path, NOW)
    report = await _verify(sealed, tmp_path)
    assert (report.sealed, report.unsealed) == (20, 12)
    assert [(f.seq, f.message) for f in report.findings] == [(ROWS, "kedjan är kapad")]


async def test_a_chain_written_anew_over_a_cut_is_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    """An older portal, or somebody with the key of the day before, has sealed on: the number has two values."""
    intruder.execute("DELETE FROM audit_event WHERE id > 20")
    intruder.execute("DELETE FROM audit_seal WHERE event_id > 20")
    await _write(sealed, 10)
    kept = anchor_path(tmp_path).read_text()
    anchor_path(tmp_path).unlink()
    await seal_all(sealed, tmp_path, NOW)
    anchor_path(tmp_path).write_text(kept + anchor_path(tmp_path).read_text())
    found = [f.message for f in (await _verify(sealed, tmp_path)).findings]
    assert f"länk {ROWS} är förankrad med två olika värden" in found


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([0, 2], "saknas mellan"),
        ([0, 2, 1], "går tillbaka"),
        ([1, 2], "ankarraderna före"),
        ([2], "ankarraderna före"),
    ],
)
async def test_an_anchor_taken_out_or_moved_is_found(
    sealed: Database, tmp_path: Path, lines: list[int], message: str
) -> None:
    for _ in range(2):
        await _write(sealed, 3)
        await seal_all(sealed, tmp_path, NOW)
    path = anchor_path(tmp_path)
    written = path.read_text().splitlines()
    assert len(written) == 3
    assert (await _verify(sealed, tmp_path)).findings == ()
    path.write_text("".join(f"{written[number]}\n" for number in lines))
    assert any(message in f.message for f in (await _verify(sealed, tmp_path)).findings)
    with pytest.raises(BrokenChain):
        await seal_all(sealed, tmp_path, NOW)


async def test_a_link_whose_anchor_was_never_written_is_anchored_next(
    sealed: Database, tmp_path: Path
) -> None:
    """The process died between the database's commit and the file."""
    path = anchor_path(tmp_path)
    before = path.read_text()
    await _write(sealed, 3)
    await seal_all(sealed, tmp_path, NOW)
    path.write_text(before)
    assert await seal_all(sealed, tmp_path, NOW) == 0
    assert len(path.read_text().splitlines()) == 2
    assert (await _verify(sealed, tmp_path)).findings == ()


async def test_a_forged_anchor_is_found(sealed: Database, tmp_path: Path) -> None:
    path = anchor_path(tmp_path)
    path.write_text(path.read_text().replace('"seq": 30', '"seq": 20'))
    findings = (await _verify(sealed, tmp_path)).findings
    assert any("inte signerad" in f.message for f in findings)


async def test_random_single_changes_are_all_found(
    sealed: Database, tmp_path: Path, intruder: psycopg.Connection[Any]
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(25):
        row = chance.randint(1, ROWS)
        column, value = chance.choice([("why", "x"), ("actor", "x"), ("tag", "a:b:c"), ("to_status", "done")])
        before = intruder.execute(f"SELECT {column} FROM audit_event WHERE id = {row}").fetchone()
        intruder.execute(f"UPDATE audit_event SET {column} = %s WHERE id = %s", (value, row))
        assert [f.event_id for f in (await _verify(sealed, tmp_path)).findings] == [row]
        assert before is not None
        intruder.execute(f"UPDATE audit_event SET {column} = %s WHERE id = %s", (before[0], row))
    assert (await _verify(sealed, tmp_path)).findings == ()


async def test_the_app_itself_cannot_change_a_row(sealed: Database) -> None:
    for statement in ("UPDATE audit_event SET why = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with sealed.session(Context.for_system(None)) as session:
                await session.execute(text(statement))
