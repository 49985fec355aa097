"""A real portal under flood, hostile files, slow visitors and kills: nothing lost, nothing doubled, everybody served.

The seed is printed; PORTAL_STORM_SEED gives the same again.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from dev.demo_city.seed import seed
from portal.access.models import Credential
from portal.audit.sealing import anchor_path
from portal.audit.verify import verify
from portal.db.context import Context
from portal.db.embedded import EmbeddedServer
from portal.db.session import Database
from portal.settings import Settings
from tests.attack.hostile_files import HOSTILE, plain
from tests.conftest import QUICK_HASHER
from tests.flood.documents import Size, write_documents
from tests.flood.storm import PAGES, Storm, order_of_kills
from tests.kills.portal import DATABASE, WORKER, Portal, running_portal

SUPPLIER = "leverantor@natkompaniet.test"
CHOSEN = f"{demo_id('agreement', 'R-2026-003')}/{supplier_id('Nätkompaniet AB')}"
KINDS = ("header", "body", "reader")
JUNK = b"<Invoice>this is none"
STUCK = 120.0


@dataclass(frozen=True)
class Weather:
    """How bad it is. `hostile`: names of the files; `slow`: visitors who hold on; `gap`: seconds between kills."""

    size: Size
    hostile: tuple[str, ...]
    slow: int
    kills: int
    gap: tuple[float, float]
    visitors: int = len(PAGES)


SHORT = Weather(Size(60, 20), ("shared text", "slip", "macros", "endless line", "NUL"), 12, 3, (0.5, 1.5), 3)
LONG = Weather(Size(3_000, 1_500), tuple(HOSTILE), 200, 24, (3.0, 12.0))

BY_DOCUMENT = text("""
SELECT d.sha256, count(*) FILTER (WHERE d.outcome = 'new') AS new, count(*) FILTER (WHERE d.outcome = 'refused')
  AS refused, count(*) FILTER (WHERE d.outcome = 'received') AS waiting, count(*) AS deliveries,
  bool_and(d.outcome <> 'refused' OR jsonb_array_length(d.findings) > 0) AS told,
  (SELECT count(*) FROM invoice i WHERE i.sha256 = d.sha256) AS invoices,
  (SELECT min(i.status) FROM invoice i WHERE i.sha256 = d.sha256) AS status,
  (SELECT jsonb_path_query_array(min(i.reasons::text)::jsonb, '$[*].code') FROM invoice i WHERE i.sha256 = d.sha256)
  AS codes
FROM delivery d GROUP BY d.sha256
""")
SUMS = text("""
SELECT count(*) AS klar, sum(i.payable_amount) AS paid,
  (SELECT sum(o.gross_amount) FROM purchase_order o WHERE o.number LIKE 'FL-%') AS ordered,
  (SELECT count(*) FROM order_line l JOIN purchase_order o ON o.concern_id = l.concern_id AND o.id = l.order_id
    WHERE o.number LIKE 'FL-%' AND l.invoiced_quantity <> l.quantity) AS wrong_lines,
  (SELECT count(*) FROM audit_event e WHERE e.subject_type = 'invoice' AND e.to_status = 'done') AS ends
FROM invoice i WHERE i.status = 'done' AND i.number LIKE 'FL-%'
""")
UPLOADS = text("SELECT id, status, problems, filename FROM catalogue_upload")
JOBS = text("SELECT task_name, status::text AS status, attempts, args FROM procrastinate_jobs")
WAITING = text("""
SELECT (SELECT count(*) FROM delivery WHERE outcome = 'received')
  + (SELECT count(*) FROM catalogue_upload WHERE status NOT IN ('faulty', 'ready', 'dropped', 'published'))
  + (SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id))
""")


@contextmanager
def _city() -> Iterator[tuple[Portal, Settings]]:
    """A portal with the demo city in the database it brings along."""
    with running_portal(lambda server, folder: asyncio.run(_seed(server, folder))) as portal:
        yield portal, Settings.from_env({"PORTAL_DATA_DIR": str(portal.folder)})


async def _seed(server: EmbeddedServer, folder: Path) -> None:
    settings = Settings.from_env({"PORTAL_DATA_DIR": str(folder)})
    database = Database(server.url("app"), audit_key=settings.audit_key)
    await seed(database, datetime.now(UTC))
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(update(Credential).values(password_hash=QUICK_HASHER.hash(data.PASSWORD)))
    await database.close()


@pytest.mark.parametrize(
    "weather", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.deep)]
)
def test_nothing_is_lost_or_doubled_and_everybody_is_served(weather: Weather, tmp_path: Path) -> None:
    chosen = int(os.environ.get("PORTAL_STORM_SEED") or random.randrange(10**9))
    print(f"PORTAL_STORM_SEED={chosen}")
    with _city() as (portal, settings):
        asyncio.run(_storm(portal, settings, weather, tmp_path, random.Random(chosen)))


async def _storm(
    portal: Portal, settings: Settings, weather: Weather, folder: Path, chance: random.Random
) -> None:
    database = Database(EmbeddedServer(portal.folder).url("app"), audit_key=settings.audit_key)
    storm, began = Storm(portal, chance), time.monotonic()
    names = await write_documents(database, folder, weather.size, datetime.now(UTC))
    await database.close()  # its connections would die with the database
    uploads = await _weather(storm, weather, folder, names)
    await _come_to_rest(database, portal)
    size, seconds = weather.size, time.monotonic() - began
    print(f"{size.documents} documents in {size.deliveries} deliveries, {len(uploads)} catalogues")
    print(f"{len(storm.kills)} kills in {seconds:.0f} s; {storm.figures()}")
    assert storm.failures == []
    await _invoices_are_exactly_once(database, weather, folder, names)
    await _uploads_are_settled(database, uploads)
    await _charged_to_themselves(database, storm)
    async with database.session(Context.for_system(None)) as session:
        report = await verify(session, anchor_path(portal.folder), settings.audit_key)
    assert report.findings == ()
    await database.close()


async def _weather(storm: Storm, weather: Weather, folder: Path, names: list[str]) -> dict[str, str]:
    """All of it at once; the uploads that were acknowledged."""
    chance = storm.chance
    (folder / "junk.xml").write_bytes(JUNK)
    sent = [*names, "junk.xml", *chance.choices(names, k=weather.size.deliveries - len(names))]
    chance.shuffle(sent)
    filenames = [f"{name[:-4]}-{at}.xml" for at, name in enumerate(sent)]
    catalogues = {name: HOSTILE[name][0]() for name in weather.hostile} | {"honest": plain()}
    people = list(PAGES.items())
    chance.shuffle(people)
    kills = storm.kill(order_of_kills(chance, weather.kills), *weather.gap)
    seconds = weather.kills * sum(weather.gap) / 2
    done = await asyncio.gather(
        storm.upload(SUPPLIER, CHOSEN, catalogues),
        storm.deliver([folder / name for name in sent], filenames, seconds),
        kills,
        *(storm.visit(login, path) for login, path in people[: weather.visitors]),
        *(storm.hold_on(KINDS[at % len(KINDS)]) for at in range(weather.slow)),
    )
    uploads: dict[str, str] = done[0]
    return uploads


async def _come_to_rest(database: Database, portal: Portal) -> None:
    """Until the inbox is empty, and nothing waits to be settled or sealed; for as long as it gets less."""
    left, since = (-1, -1), time.monotonic()
    while left != (0, 0):
        in_the_inbox = len(list((portal.folder / "inbox").glob("*.xml")))
        async with database.session(Context.for_system(CONCERN_ID)) as session:
            now_left = in_the_inbox, (await session.execute(WAITING)).scalar_one()
        if now_left != left:
            left, since = now_left, time.monotonic()
        stuck = time.monotonic() - since > STUCK
        assert not stuck, f"nothing has happened for {STUCK:.0f} s: {left} in the inbox, and waiting"
        await asyncio.sleep(0.5)


async def _invoices_are_exactly_once(
    database: Database, weather: Weather, folder: Path, names: list[str]
) -> None:
    """Each document is Klar, stopped with its reason or refused with a finding, once; and so are the sums."""
    async with database.session(Context.for_system(None)) as session:
        all_rows = (await session.execute(BY_DOCUMENT)).all()  # also of what is for nobody here
        junk = next(row for row in all_rows if bytes(row.sha256) == sha256(JUNK).digest())
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        found = {bytes(row.sha256): row for row in (await session.execute(BY_DOCUMENT)).all()}
        sums: Any = (await session.execute(SUMS)).one()
    assert (junk.new, junk.invoices, junk.waiting, junk.told) == (0, 0, 0, True) and junk.refused >= 1
    found.pop(bytes(junk.sha256), None)
    assert found.keys() == {sha256((folder / name).read_bytes()).digest() for name in names}
    for row in found.values():
        assert (row.new, row.invoices, row.waiting, row.refused) == (1, 1, 0, 0), row
        assert row.status == "done" or row.codes == ["number_taken"], row
    assert (sums.klar, sums.ends, sums.wrong_lines) == (weather.size.numbers, weather.size.numbers, 0)
    assert sums.paid == sums.ordered


async def _uploads_are_settled(database: Database, uploads: dict[str, str]) -> None:
    """Every acknowledged upload is there, and judged as the file deserves."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        rows = {str(row.id): row for row in (await session.execute(UPLOADS)).all()}
    for name, address in uploads.items():
        row = rows[address.rpartition("/")[2]]
        code = "read" if name == "honest" else HOSTILE[name][1]
        assert row.status == "faulty" or code in {"read", "any"}, (name, row.status)
        assert row.status != "faulty" or row.problems, name
    assert rows[uploads["honest"].rpartition("/")[2]].status != "faulty" or "honest" not in uploads


async def _charged_to_themselves(database: Database, storm: Storm) -> None:
    """No job has failed, and none was tried more often than the kills of worker and database explain."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        jobs = (await session.execute(JOBS)).all()
    failed = [job for job in jobs if job.status == "failed"]
    most = storm.kills.count(DATABASE) + storm.kills.count(WORKER)
    assert failed == []
    assert max((job.attempts for job in jobs), default=0) <= most + 1
