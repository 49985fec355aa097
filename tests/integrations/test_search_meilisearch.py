"""The Meilisearch client against a stand-in of its HTTP interface (no engine is installed with the tests):
that the right requests are made, and that answers and failures are read as they should be."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.integrations.meilisearch import MeilisearchEngine, corrections
from portal.integrations.search import IndexedArticle, SearchFilters, SearchUnavailable

CONCERN, OURS, THEIRS = uuid4(), uuid4(), uuid4()
SUPPLIER, AGREEMENT = uuid4(), uuid4()


def article(name: str, *organisations: UUID, unspsc: str = "44121704") -> IndexedArticle:
    return IndexedArticle(
        uuid4(), f"N-{name}", name, "", "Leverantören AB", SUPPLIER, AGREEMENT, unspsc, organisations
    )


class StandIn(BaseHTTPRequestHandler):
    """Keeps documents per index; a search answers those with the text that meet the conditions."""

    indexes: dict[str, dict[str, dict[str, Any]]]
    requests: list[tuple[str, str, Any]]

    def _answer(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _task(self) -> None:
        task = {"taskUid": 1, "indexUid": "x", "status": "enqueued", "type": "x"}
        self._answer({**task, "enqueuedAt": "2026-03-02T09:00:00Z"}, 202)

    def handle_request(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.requests.append((self.command, self.path, body))
        if self.headers["Authorization"] != "Bearer the-key":
            return self._answer({"message": "no", "code": "invalid_api_key", "type": "auth", "link": ""}, 403)
        match self.path.split("?")[0].strip("/").split("/"):
            case ["tasks", uid]:
                task = {
                    "uid": int(uid),
                    "indexUid": "x",
                    "status": "succeeded",
                    "type": "x",
                    "duration": "PT1S",
                }
                self._answer({**task, "enqueuedAt": "2026-03-02T09:00:00Z"})
            case ["indexes"]:
                self.indexes[body["uid"]] = {}
                self._task()
            case ["indexes", uid, "documents"]:
                self.indexes[uid] |= {document["id"]: document for document in body}
                self._task()
            case ["indexes", uid, "documents", "delete-batch"]:
                self.indexes[uid] = {k: v for k, v in self.indexes[uid].items() if k not in body}
                self._task()
            case ["indexes", uid, "search"]:
                self._answer(self._search(self.indexes[uid], body))
            case ["indexes", _, "settings"]:
                self._task()
            case ["indexes", uid] if uid in self.indexes:
                dates = {"createdAt": "2026-03-02T09:00:00Z", "updatedAt": "2026-03-02T09:00:00Z"}
                self._answer({"uid": uid, "primaryKey": "id", **dates})
            case _:
                error = {"message": "no", "code": "index_not_found", "type": "invalid_request", "link": ""}
                self._answer(error, 404)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request

    def _search(self, documents: dict[str, dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        either = [[one] if isinstance(one, str) else one for one in body["filter"]]
        conditions = [[condition.split(" = ") for condition in group] for group in either]
        fits = [
            document
            for document in documents.values()
            if body["q"].casefold() in document["name"].casefold()
            and all(any(json.loads(v) in _values(document[n]) for n, v in group) for group in conditions)
        ]
        return {"hits": fits[: body["limit"]], "processingTimeMs": 1, "query": body["q"]}

    def log_message(self, *args: object) -> None:
        """Quiet."""


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def listener() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
async def engine(listener: HTTPServer) -> Any:
    StandIn.indexes, StandIn.requests = {}, []
    made = MeilisearchEngine(f"http://127.0.0.1:{listener.server_port}", "the-key")
    yield made
    await made.close()


async def test_an_organisation_finds_what_it_may_buy(engine: MeilisearchEngine) -> None:
    both, ours, theirs = article("penna", OURS, THEIRS), article("pennal", OURS), article("penna", THEIRS)
    await engine.index(CONCERN, [both, ours, theirs])
    found = await engine.search("penna", concern_id=CONCERN, organisation_id=OURS, limit=10)
    assert found.article_ids == (both.id, ours.id)
    other = await engine.search("penna", concern_id=uuid4(), organisation_id=OURS, limit=10)
    assert other.article_ids == ()


async def test_filters_narrow_and_the_limit_holds(engine: MeilisearchEngine) -> None:
    pens = [article(f"penna {n}", OURS, unspsc="44121704" if n else "60101704") for n in range(4)]
    await engine.index(CONCERN, pens)
    narrow = SearchFilters(agreement_ids=(AGREEMENT,), supplier_ids=(SUPPLIER,), unspsc=("4412",))
    found = await engine.search("penna", concern_id=CONCERN, organisation_id=OURS, limit=2, filters=narrow)
    assert found.article_ids == (pens[1].id, pens[2].id)
    elsewhere = SearchFilters(agreement_ids=(uuid4(),))
    none = await engine.search("penna", concern_id=CONCERN, organisation_id=OURS, limit=2, filters=elsewhere)
    assert none.article_ids == ()


async def test_removed_articles_are_gone(engine: MeilisearchEngine) -> None:
    pen = article("penna", OURS)
    await engine.index(CONCERN, [pen])
    await engine.remove(CONCERN, [pen.id])
    assert (await engine.search("penna", concern_id=CONCERN, organisation_id=OURS, limit=9)).article_ids == ()


async def test_the_index_is_made_with_our_settings_once(engine: MeilisearchEngine) -> None:
    await engine.index(CONCERN, [article("penna", OURS)])
    await engine.index(CONCERN, [article("pärm", OURS)])
    settings = [body for _, path, body in StandIn.requests if path.endswith("/settings")]
    assert len(settings) == 1
    assert settings[0]["filterableAttributes"] == [
        "organisations",
        "agreement_id",
        "supplier_id",
        "unspsc_prefixes",
    ]
    assert settings[0]["typoTolerance"]["disableOnAttributes"] == ["number", "unspsc"]


async def test_a_wrong_key_or_a_dead_engine_is_told_in_words(listener: HTTPServer) -> None:
    StandIn.indexes, StandIn.requests = {}, []
    urls = (f"http://127.0.0.1:{listener.server_port}", "http://127.0.0.1:1")
    for url in urls:
        engine = MeilisearchEngine(url, "wrong")
        with pytest.raises(SearchUnavailable):
            await engine.search("penna", concern_id=CONCERN, organisation_id=OURS, limit=1)
        await engine.close()


def test_corrected_words_are_told_apart_from_beginnings() -> None:
    text = "Blå kulspetspenna"
    start = text.encode().index(b"kul")
    hit = {
        "name": text,
        "_matchesPosition": {"name": [{"start": 0, "length": 4}, {"start": start, "length": 13}]},
    }
    assert corrections("blå kulspetspena", hit) == {"kulspetspena": "kulspetspenna"}
    assert corrections("blå kulsp", hit) == {}
