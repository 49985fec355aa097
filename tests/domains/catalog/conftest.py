"""Catalogue files over the demo city: build one, take it in, publish it, search it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from portal.access.actor import Actor, system_actor
from portal.catalog.actions.importing import import_file
from portal.catalog.queries.articles import ArticleHit, shown
from portal.catalog.queries.uploads import find_choice
from portal.catalog.search import PostgresSearch, SearchFor
from portal.catalog.values import UploadFacts
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.object_store import FakeStore
from portal.integrations.search import SearchFilters, SearchResult
from portal.kernel.dates import FixedClock, stockholm_date
from tests.conftest import AUDIT_KEY, DatabaseUrls

HEADER = ("Artikelnummer", "Benämning", "Enhet", "Pris", "Moms %", "UNSPSC")
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "articles" / "medications.json"
EVERYTHING = SearchFilters()
SYSTEM = Context.for_system(CONCERN_ID)


def csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """A price list as Swedish Excel saves it."""
    return ("\n".join(";".join(row) for row in (header, *rows)) + "\n").encode()


def row(number: str, name: str = "Vara", price: str = "10,00", **cells: str) -> tuple[str, ...]:
    """One good row, but for the cells given."""
    return (
        number,
        name,
        cells.get("unit", "st"),
        price,
        cells.get("vat", "25"),
        cells.get("unspsc", "44121704"),
    )


@dataclass(slots=True)
class Shop:
    """One catalogue of the demo city and those who buy from it."""

    database: Database
    clock: FixedClock
    store: FakeStore
    agreement: str = "R-2026-003"
    supplier: str = "Nätkompaniet AB"
    engine: SearchFor = PostgresSearch

    @property
    def today(self) -> date:
        return stockholm_date(self.clock.now())

    async def take_in(
        self, data: bytes, *, publish: bool = True, filename: str = "katalog.csv", allow_removals: bool = True
    ) -> UploadFacts:
        """The file through validation and, unless told otherwise, publishing."""
        async with self.database.session(SYSTEM) as session:
            actor = system_actor(CONCERN_ID)
            choice = await find_choice(
                session, actor, demo_id("agreement", self.agreement), supplier_id(self.supplier)
            )
        return await import_file(
            self.database, self.store, choice, filename, data, publish=publish, allow_removals=allow_removals,
            clock=self.clock.now,
        )  # fmt: skip

    async def search(
        self, query: str, code: str = "GSF", *, limit: int = 50, filters: SearchFilters = EVERYTHING
    ) -> SearchResult:
        """What a buyer of that organisation finds."""
        organisation = demo_id("organisation", code)
        async with self.database.session(buyer(code)) as session:
            return await self.engine(session, self.today).search(
                query, concern_id=CONCERN_ID, organisation_id=organisation, limit=limit, filters=filters
            )

    async def names(self, query: str, code: str = "GSF", **given: Any) -> list[str]:
        """Names of what is found, best first."""
        return [
            hit.name for hit in await self.hits((await self.search(query, code, **given)).article_ids, code)
        ]

    async def hits(self, ids: Sequence[UUID], code: str = "GSF") -> list[ArticleHit]:
        organisation = demo_id("organisation", code)
        async with self.database.session(buyer(code)) as session:
            return await shown(
                session, ids, concern_id=CONCERN_ID, organisation_id=organisation, today=self.today
            )

    async def rows(self, sql: str, **given: Any) -> list[Any]:
        """Rows as the system sees them."""
        async with self.database.session(SYSTEM) as session:
            return list(await session.execute(text(sql), given))

    async def change(self, sql: str, **given: Any) -> None:
        """Change rows behind the portal's back; at least one must be met."""
        async with self.database.session(SYSTEM) as session:
            done: Any = await session.execute(text(sql), given)
            assert done.rowcount, sql


def buyer(code: str) -> Context:
    """The eyes of a buyer of that organisation."""
    return Context(concern_id=CONCERN_ID, organisations=(demo_id("organisation", code),))


def person(login: str, *codes: str, central: bool = False, supplier: str | None = None) -> Actor:
    """A user of the demo city."""
    organisation = login.partition("@")[2].upper()
    return Actor(
        demo_id("user", login), login, login, frozenset(codes),
        concern_id=None if supplier else CONCERN_ID,
        organisation_id=None if supplier else demo_id("organisation", organisation),
        supplier_id=supplier_id(supplier) if supplier else None, central=central,
    )  # fmt: skip


@pytest.fixture
async def shop(seeded_urls: DatabaseUrls, seeded_at: datetime) -> AsyncIterator[Shop]:
    """Nätkompaniet's empty catalogue, and the whole demo city around it."""
    opened = Database(seeded_urls.app, audit_key=AUDIT_KEY)
    yield Shop(opened, FixedClock(seeded_at + timedelta(hours=1)), FakeStore())
    await opened.close()


@pytest.fixture(scope="session")
def corpus() -> Iterator[bytes]:
    """The bytes of the real Swedish article corpus."""
    if not CORPUS.exists():
        pytest.skip("the shared corpus is not here")
    yield CORPUS.read_bytes()
