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
from pathlib import Path

import pytest
from sqlalchemy import update

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
from tests.flood.accounts import (
    JUNK,
    charged_to_themselves,
    come_to_rest,
    invoices_are_exactly_once,
    uploads_are_settled,
)
from tests.flood.documents import Size, write_documents
from tests.flood.storm import PAGES, Storm, order_of_kills
from tests.kills.portal import Portal, running_portal

SUPPLIER = "leverantor@natkompaniet.test"
CHOSEN = f"{demo_id('agreement', 'R-2026-003')}/{supplier_id('Nätkompaniet AB')}"
KINDS = ("header", "body", "reader")


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
    await come_to_rest(database, portal)
    size, seconds = weather.size, time.monotonic() - began
    print(f"{size.documents} documents in {size.deliveries} deliveries, {len(uploads)} catalogues")
    print(f"{len(storm.kills)} kills in {seconds:.0f} s; {storm.figures()}")
    assert storm.failures == []
    await invoices_are_exactly_once(database, weather.size, folder, names)
    await uploads_are_settled(database, uploads)
    await charged_to_themselves(database, storm)
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
