"""Meilisearch for tests: the real server when MEILI_URL is set (an index of its own, taken away afterwards), else a
stand-in of its HTTP interface, which finds words and their beginnings and knows no ranking."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID, uuid4

import httpx

from portal.integrations.meilisearch import MeilisearchEngine

REAL = os.environ.get("MEILI_URL")
KEY = os.environ.get("MEILI_KEY") if REAL else "the-key"
WHEN = "2026-03-02T09:00:00Z"


class StandIn(BaseHTTPRequestHandler):
    """Keeps documents per index; a search answers those with all the words that meet the conditions."""

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
        self._answer({**task, "enqueuedAt": WHEN}, 202)

    def handle_request(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.requests.append((self.command, self.path, body))
        if self.headers["Authorization"] != "Bearer the-key":
            return self._answer({"message": "no", "code": "invalid_api_key", "type": "auth", "link": ""}, 403)
        match [self.command, *self.path.split("?")[0].strip("/").split("/")]:
            case [_, "tasks", uid]:
                task = {"uid": int(uid), "indexUid": "x", "status": "succeeded", "type": "x"}
                self._answer({**task, "duration": "PT1S", "enqueuedAt": WHEN})
            case [_, "indexes"]:
                self.indexes[body["uid"]] = {}
                self._task()
            case ["DELETE", "indexes", uid, "documents"]:
                self.indexes[uid] = {}
                self._task()
            case [_, "indexes", uid, "documents"]:
                self.indexes[uid] |= {document["id"]: document for document in body}
                self._task()
            case [_, "indexes", uid, "documents", "delete-batch"]:
                self.indexes[uid] = {k: v for k, v in self.indexes[uid].items() if k not in body}
                self._task()
            case [_, "indexes", uid, "search"]:
                self._answer(_search(self.indexes[uid], body))
            case [_, "indexes", uid, "stats"]:
                count = len(self.indexes[uid])
                self._answer({"numberOfDocuments": count, "isIndexing": False, "fieldDistribution": {}})
            case [_, "indexes", _, "settings"]:
                self._task()
            case [_, "indexes", uid] if uid in self.indexes:
                self._answer({"uid": uid, "primaryKey": "id", "createdAt": WHEN, "updatedAt": WHEN})
            case _:
                error = {"message": "no", "code": "index_not_found", "type": "invalid_request", "link": ""}
                self._answer(error, 404)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request

    def log_message(self, *args: object) -> None:
        """Quiet."""


def _search(documents: dict[str, dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    either = [[one] if isinstance(one, str) else one for one in body["filter"]]
    conditions = [[condition.split(" = ") for condition in group] for group in either]
    fits = [
        document
        for document in documents.values()
        if _holds(document, body["q"].casefold().split())
        and all(any(json.loads(v) in _values(document[n]) for n, v in group) for group in conditions)
    ]
    return {"hits": fits[body["offset"] :][: body["limit"]], "processingTimeMs": 1, "query": body["q"]}


def _holds(document: dict[str, Any], words: list[str]) -> bool:
    texts = f"{document['name']} {document['manufacturer']} {document['description']}".casefold().split()
    return all(any(text.startswith(word) for text in texts) for word in words)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@asynccontextmanager
async def meilisearch(concern_id: UUID) -> AsyncIterator[MeilisearchEngine]:
    """The engine over an index of this test alone."""
    url, server = REAL, None
    if url is None:
        StandIn.indexes, StandIn.requests = {}, []
        server = HTTPServer(("127.0.0.1", 0), StandIn)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
    engine = MeilisearchEngine(url, KEY, prefix=f"test-{uuid4().hex}")
    try:
        yield engine
    finally:
        await engine.close()
        if server is not None:
            server.shutdown()
            server.server_close()
        else:
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as client:
                await client.delete(f"{url}/indexes/{engine.index_name(concern_id)}")
