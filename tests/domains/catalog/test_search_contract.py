"""One contract for search with and without an index beside PostgreSQL: Meilisearch's real server when MEILI_URL is set,
else the stand-in of its HTTP interface; and what the portal does when the index lacks something, or does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from portal.catalog.indexed_search import IndexedSearch, IndexWatch
from portal.catalog.jobs import index as index_job
from portal.catalog.jobs import mend_index
from portal.integrations.meilisearch import MeilisearchEngine
from portal.integrations.search import IndexedArticle, SearchFilters
from portal.jobs.context import JobContext
from tests.domains.catalog.conftest import Shop, csv, row
from tests.integrations.meilisearch_stand_in import meilisearch

HERE = (supplier_id("Nätkompaniet AB"), demo_id("agreement", "R-2026-003"))
NAMES = ("Stolpe svart", "Stolpe vit", "Stolpe lackerad ek", "Bänkskiva")
ROWS = [row(f"S-{n}", name, unspsc="56112102" if n == 2 else "44121704") for n, name in enumerate(NAMES)]


def job(shop: Shop) -> JobContext:
    return JobContext(shop.database, shop.clock.now, "catalog.index", 0, 1, CONCERN_ID)


def beside(shop: Shop, engine: MeilisearchEngine) -> None:
    """The shop searches with this index beside PostgreSQL, asked anew whether it is whole."""
    shop.engine = partial(IndexedSearch, IndexWatch(shop.database, engine))


@pytest.fixture(params=["postgresql", "meilisearch"])
async def stocked(shop: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """Four published articles, searched by the engine."""
    await shop.take_in(csv(ROWS))
    if request.param == "postgresql":
        yield shop
        return
    async with meilisearch(CONCERN_ID) as engine:
        await mend_index(engine, job(shop))
        beside(shop, engine)
        yield shop


async def names(shop: Shop, query: str, limit: int = 10, **narrow: Any) -> set[str]:
    return set(await shop.names(query, limit=limit, filters=SearchFilters(**narrow)))


async def test_all_words_must_fit(stocked: Shop) -> None:
    assert await names(stocked, "stolpe") == set(NAMES[:3])
    assert await names(stocked, "stolpe vit") == {"Stolpe vit"}
    assert await names(stocked, "finnsinte") == set()


async def test_the_limit_holds(stocked: Shop) -> None:
    assert len((await stocked.search("stolpe", limit=2)).article_ids) == 2


async def test_filters_of_every_kind_narrow(stocked: Shop) -> None:
    supplier, agreement = HERE
    for limit in (1, 10):
        assert await names(stocked, "stolpe", limit, unspsc=("56",)) == {"Stolpe lackerad ek"}
    assert len(await names(stocked, "stolpe", unspsc=("56", "44"))) == 3
    assert len(await names(stocked, "stolpe", supplier_ids=(supplier,), agreement_ids=(agreement,))) == 3
    assert await names(stocked, "stolpe", supplier_ids=(uuid4(),)) == set()
    assert await names(stocked, "stolpe", agreement_ids=(UUID(int=1),)) == set()


async def test_a_slip_of_the_finger_is_read_as_the_word_that_was_meant(stocked: Shop) -> None:
    found = await stocked.search("bänkskva", limit=10)
    assert [hit.name for hit in await stocked.hits(found.article_ids)] == ["Bänkskiva"]
    assert found.corrected == {"bänkskva": "bänkskiva"}


async def test_what_decides_a_hit_is_read_from_the_database_each_time(stocked: Shop) -> None:
    agreement = HERE[1]
    assert await names(stocked, "stolpe", 1)
    await stocked.change(
        "UPDATE supplier SET name = 'Omdöpta Bolaget AB' WHERE id = :id", id=supplier_id("Nätkompaniet AB")
    )
    assert await names(stocked, "omdöpta", 1)
    await stocked.change("DELETE FROM agreement_organisation WHERE agreement_id = :id", id=agreement)
    assert await names(stocked, "stolpe", 1) == set()


async def test_an_index_that_lacks_something_is_built_anew_and_postgresql_answers_meanwhile(
    shop: Shop,
) -> None:
    await shop.take_in(csv(ROWS))
    async with meilisearch(CONCERN_ID) as engine:
        beside(shop, engine)
        assert len(await names(shop, "stolpe", 3)) == 3
        watch = IndexWatch(shop.database, engine)
        assert (await watch.counts(CONCERN_ID))[0] == 0
        assert not await watch.is_whole(CONCERN_ID)
        await mend_index(engine, job(shop))
        held, live = await watch.counts(CONCERN_ID)
        assert held == live > len(NAMES)
        assert await IndexWatch(shop.database, engine).is_whole(CONCERN_ID)


async def test_a_publishing_reaches_the_index(shop: Shop) -> None:
    async with meilisearch(CONCERN_ID) as engine:
        await mend_index(engine, job(shop))
        upload = await shop.take_in(csv(ROWS))
        assert upload.catalogue_version is not None
        await index_job(engine, job(shop), str(upload.catalogue_id), upload.catalogue_version)
        assert await IndexWatch(shop.database, engine).is_whole(CONCERN_ID)
        upload = await shop.take_in(csv(ROWS[1:]))
        await index_job(engine, job(shop), str(upload.catalogue_id), upload.catalogue_version)
        assert await IndexWatch(shop.database, engine).is_whole(CONCERN_ID)
        beside(shop, engine)
        assert "Stolpe svart" not in await names(shop, "stolpe", 1)


async def test_articles_that_have_left_do_not_eat_the_limit(shop: Shop) -> None:
    upload = await shop.take_in(csv(ROWS))
    async with meilisearch(CONCERN_ID) as engine:
        await mend_index(engine, job(shop))
        ghost = IndexedArticle(UUID(int=1), upload.catalogue_id, "Stolpe", "", "", "44121704")
        ghosts = [replace(ghost, id=UUID(int=n)) for n in range(1, 8)]
        watch = IndexWatch(shop.database, engine)
        assert await watch.is_whole(CONCERN_ID)  # known for half a minute
        await engine.index(CONCERN_ID, ghosts)
        shop.engine = partial(IndexedSearch, watch)
        assert await names(shop, "stolpe", 3) == set(NAMES[:3])


async def test_a_dead_engine_is_stood_in_for(shop: Shop) -> None:
    engine = MeilisearchEngine("http://127.0.0.1:1", None)
    await shop.take_in(csv(ROWS))
    beside(shop, engine)
    assert await names(shop, "stolpe", 3) == set(NAMES[:3])
    await engine.close()
