"""W2: two-word searches over HTTP as a signed-in buyer, and queries with one slip of the finger."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import httpx
import psycopg

from bench.catalogue import ROWS, import_list, price_list
from bench.figures import Figures, ground, percentile
from dev.demo_city import data
from portal.catalog.rules.spelling import distance
from portal.wiring import Installation

QUERIES, SLIPS, LIMIT, WARM = 200, 40, 50, 20
PORT = 8497
LETTERS = "abcdefghijklmnoprstuvyåäö"
BARE = "SELECT item_no FROM article WHERE search @@ to_tsquery('simple', %s) LIMIT 50"


async def run(rows: int = ROWS) -> Figures:
    """p50 and p95 in ms of the result partial, and how many of 40 slips bring the right article among ten."""
    lines = price_list(rows)
    async with ground() as installation:
        await import_list(installation, lines)
        chance = random.Random(11)
        with _server(installation) as base:
            client = _signed_in(base)
            times = _timed(client, _two_words(lines, QUERIES + WARM, chance))[WARM:]
            right = sum(_found(client, *one) for one in _slipped(lines, SLIPS, chance))
            client.close()
        limits = {"bare_query_p50_ms": _bare(installation, _two_words(lines, QUERIES, chance))}
    figures = {
        "p50_ms": round(percentile(times, 0.5), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "typos_right": right,
        "articles": rows,
    }
    return Figures("W2", figures, limits)


@contextmanager
def _server(installation: Installation) -> Iterator[str]:
    """One web process over the same database, as it is served."""
    base = f"http://127.0.0.1:{PORT}"
    environment = {
        **os.environ, "DATABASE_URL": installation.app_url, "MIGRATION_DATABASE_URL": installation.owner_url,
        "PORTAL_DATA_DIR": str(installation.settings.data_dir), "PORTAL_PORT": str(PORT), "PORTAL_BASE_URL": base,
    }  # fmt: skip
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port",
               str(PORT), "--workers", "1", "--no-access-log", "portal.app:create_asgi"]  # fmt: skip
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(base)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def _wait(base: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(f"{base}/health/live").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the web process did not start")


def _signed_in(base: str) -> httpx.Client:
    client = httpx.Client(base_url=base, headers={"sec-fetch-site": "same-origin"}, timeout=30)
    token = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    if token is None:
        raise RuntimeError("the sign-in page has no token")
    form = {"_csrf_token": token[1], "email": f"bestallare@gsf.{data.DOMAIN}", "password": data.PASSWORD}
    client.post("/sign-in", data=form)
    client.headers["hx-request"] = "true"
    return client


def _two_words(lines: Sequence[str], count: int, chance: random.Random) -> list[str]:
    return [" ".join(chance.sample(chance.choice(lines).split(";")[1].split(), 2)) for _ in range(count)]


def _timed(client: httpx.Client, queries: Sequence[str]) -> list[float]:
    times = []
    for query in queries:
        start = perf_counter()
        answer = client.get("/catalog/articles", params={"q": query, "limit": LIMIT})
        times.append((perf_counter() - start) * 1000)
        if 'class="hit"' not in answer.text:
            raise RuntimeError(f"{query}: {answer.status_code}, no hit")
    return times


def _slipped(lines: Sequence[str], count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """(two words, one of them with a slip; the article's number). A slip that makes another word is no slip."""
    known = {word for line in lines for word in line.split(";")[1].split()}
    while count:
        number, name, *_ = chance.choice(lines).split(";")
        word, other = chance.sample(name.split(), 2)
        place = chance.randrange(1, len(word))
        wrong = chance.choice((word[:place] + word[place + 1 :], word[:place] + chance.choice(LETTERS) + word[place:],
                               word[:place] + chance.choice(LETTERS) + word[place + 1 :]))  # fmt: skip
        if wrong not in known and distance(word, wrong) == 1:
            count -= 1
            yield f"{wrong} {other}", number


def _found(client: httpx.Client, query: str, number: str) -> bool:
    answer = client.get("/catalog/articles", params={"q": query, "limit": 10})
    return f"artikel {number}" in answer.text


def _bare(installation: Installation, queries: Sequence[str]) -> float:
    """The text index alone, as the owner, two words joined by and."""
    times = []
    with psycopg.connect(installation.owner_url.replace("+psycopg", "")) as connection:
        for query in queries:
            start = perf_counter()
            connection.execute(BARE, [query.replace(" ", " & ")]).fetchall()
            times.append((perf_counter() - start) * 1000)
    return round(percentile(times, 0.5), 2)
