"""The Meilisearch client: what it indexes is found, within the catalogues asked for, and failures are told in words."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http.server import HTTPServer
from uuid import UUID, uuid4

import pytest

from portal.integrations.meilisearch import MeilisearchEngine
from portal.integrations.search import IndexedArticle, SearchUnavailable
from tests.integrations.meilisearch_stand_in import REAL, StandIn, meilisearch

CONCERN, OURS, THEIRS = uuid4(), uuid4(), uuid4()


def article(name: str, catalogue: UUID = OURS, unspsc: str = "44121704") -> IndexedArticle:
    return IndexedArticle(uuid4(), catalogue, name, "", "", unspsc)


async def find(
    engine: MeilisearchEngine, words: str, *catalogues: UUID, unspsc: Sequence[str] = (), **page: int
) -> set[UUID]:
    asked = {"limit": 10, "offset": 0} | page
    return set(
        await engine.find(
            words, concern_id=CONCERN, catalogues=catalogues or (OURS,), unspsc=unspsc,
            limit=asked["limit"], offset=asked["offset"],
        )
    )  # fmt: skip


@pytest.fixture
async def engine() -> AsyncIterator[MeilisearchEngine]:
    async with meilisearch(CONCERN) as made:
        yield made


async def test_only_the_catalogues_asked_for_are_searched(engine: MeilisearchEngine) -> None:
    ours, theirs = article("Penna blå"), article("Penna röd", THEIRS)
    await engine.index(CONCERN, [ours, theirs])
    assert await find(engine, "penna") == {ours.id}
    assert await find(engine, "penna", OURS, THEIRS) == {ours.id, theirs.id}
    assert await find(engine, "penna", uuid4()) == set()
    assert await find(engine, "penna röd") == set()


async def test_codes_narrow_and_pages_follow_each_other(engine: MeilisearchEngine) -> None:
    pens = [article(f"Penna {n}", unspsc="44121704" if n else "60101704") for n in range(4)]
    await engine.index(CONCERN, pens)
    assert await find(engine, "penna", unspsc=("4412",)) == {pen.id for pen in pens[1:]}
    first, second = await find(engine, "penna", limit=2), await find(engine, "penna", limit=2, offset=2)
    assert first | second == {pen.id for pen in pens}
    assert not first & second


async def test_removed_articles_are_gone_and_the_count_is_true(engine: MeilisearchEngine) -> None:
    pens = [article("Penna"), article("Penna två")]
    await engine.index(CONCERN, pens)
    assert await engine.count(CONCERN) == 2
    await engine.remove(CONCERN, [pens[0].id])
    assert await find(engine, "penna") == {pens[1].id}
    await engine.forget_all(CONCERN)
    assert await engine.count(CONCERN) == 0


@pytest.mark.skipif(bool(REAL), reason="looks at the stand-in's requests")
async def test_the_index_is_made_with_our_settings_once(engine: MeilisearchEngine) -> None:
    await engine.index(CONCERN, [article("Penna")])
    await engine.index(CONCERN, [article("Pärm")])
    settings = [body for _, path, body in StandIn.requests if path.endswith("/settings")]
    assert len(settings) == 1
    assert settings[0]["filterableAttributes"] == ["catalogue_id", "unspsc_prefixes"]
    assert settings[0]["typoTolerance"]["enabled"] is False
    assert settings[0]["rankingRules"][:2] == ["words", "exactness"]


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    StandIn.indexes, StandIn.requests = {}, []
    server = HTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


async def test_a_wrong_key_or_a_dead_engine_is_told_in_words(listener: HTTPServer) -> None:
    for url in (f"http://127.0.0.1:{listener.server_port}", "http://127.0.0.1:1"):
        engine = MeilisearchEngine(url, "wrong")
        with pytest.raises(SearchUnavailable):
            await find(engine, "penna")
        with pytest.raises(SearchUnavailable):
            await engine.count(CONCERN)
        await engine.close()
