"""One contract for both search engines: PostgreSQL's always, Meilisearch's against a real server when MEILI_URL is set,
else against the stand-in of its HTTP interface (which knows neither slips nor ranking, and is asked for neither)."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from http.server import HTTPServer
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from portal.catalog.jobs import index as index_job
from portal.integrations.meilisearch import MeilisearchEngine
from portal.integrations.search import SearchFilters, SearchResult
from portal.jobs.context import JobContext
from tests.domains.catalog.conftest import Shop, csv, row
from tests.integrations.test_search_meilisearch import StandIn

REAL = os.environ.get("MEILI_URL")
HERE = (supplier_id("Nätkompaniet AB"), demo_id("agreement", "R-2026-003"))


class Engine(Protocol):
    """An engine with the shop's articles in it."""

    slips: bool

    async def search(self, query: str, code: str, limit: int, filters: SearchFilters) -> SearchResult: ...


class InPostgres:
    slips = True

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def search(self, query: str, code: str, limit: int, filters: SearchFilters) -> SearchResult:
        return await self._shop.search(query, code, limit=limit, filters=filters)


class InMeilisearch:
    slips = bool(REAL)

    def __init__(self, client: MeilisearchEngine) -> None:
        self._client = client

    async def search(self, query: str, code: str, limit: int, filters: SearchFilters) -> SearchResult:
        organisation = demo_id("organisation", code)
        return await self._client.search(
            query, concern_id=CONCERN_ID, organisation_id=organisation, limit=limit, filters=filters
        )


NAMES = ("Stolpe svart", "Stolpe vit", "Stolpe lackerad ek", "Bänkskiva")


@pytest.fixture(params=["postgresql", "meilisearch"])
async def engine(shop: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """The engine with four published articles; what the publishing changed is handed over by the job itself."""
    rows = [row(f"S-{n}", name, unspsc="56112102" if n == 2 else "44121704") for n, name in enumerate(NAMES)]
    upload = await shop.take_in(csv(rows))
    if request.param == "postgresql":
        yield InPostgres(shop)
        return
    url, server = REAL, None
    if url is None:
        print("MEILI_URL is not set: the client is tested against the stand-in, not against an engine")
        StandIn.indexes, StandIn.requests = {}, []
        server = HTTPServer(("127.0.0.1", 0), StandIn)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
    client = MeilisearchEngine(url, os.environ.get("MEILI_KEY") if REAL else "the-key")
    context = JobContext(shop.database, shop.clock.now, "catalog.index", 0, 1, CONCERN_ID)
    await index_job(client, context, str(upload.catalogue_id), upload.catalogue_version)
    yield InMeilisearch(client)
    await client.close()
    if server is not None:
        server.shutdown()
        server.server_close()


async def names(
    shop: Shop, engine: Engine, query: str, code: str = "GSF", limit: int = 10, **narrow: Any
) -> set[str]:
    found = await engine.search(query, code, limit, SearchFilters(**narrow))
    return {hit.name for hit in await shop.hits(found.article_ids, code)}


async def test_all_words_must_fit(shop: Shop, engine: Engine) -> None:
    assert await names(shop, engine, "stolpe") == set(NAMES[:3])
    assert await names(shop, engine, "stolpe vit") == {"Stolpe vit"}
    assert await names(shop, engine, "finnsinte") == set()


async def test_the_limit_holds(shop: Shop, engine: Engine) -> None:
    assert len((await engine.search("stolpe", "GSF", 2, SearchFilters())).article_ids) == 2


async def test_an_organisation_that_may_not_call_off_finds_nothing(shop: Shop, engine: Engine) -> None:
    stranger = SearchFilters()
    assert (await engine.search("stolpe", "NOWHERE", 10, stranger)).article_ids == ()


async def test_filters_of_every_kind_narrow(shop: Shop, engine: Engine) -> None:
    supplier, agreement = HERE
    assert await names(shop, engine, "stolpe", unspsc=("56",)) == {"Stolpe lackerad ek"}
    assert len(await names(shop, engine, "stolpe", unspsc=("56", "44"))) == 3
    assert len(await names(shop, engine, "stolpe", supplier_ids=(supplier,), agreement_ids=(agreement,))) == 3
    assert await names(shop, engine, "stolpe", supplier_ids=(uuid4(),)) == set()
    assert await names(shop, engine, "stolpe", agreement_ids=(UUID(int=1),)) == set()


async def test_a_slip_of_the_finger_is_read_as_the_word_that_was_meant(shop: Shop, engine: Engine) -> None:
    if not engine.slips:
        pytest.skip("the stand-in knows nothing of slips: set MEILI_URL")
    found = await engine.search("bänkskva", "GSF", 10, SearchFilters())
    assert [hit.name for hit in await shop.hits(found.article_ids)] == ["Bänkskiva"]
    assert found.corrected == {"bänkskva": "bänkskiva"}
