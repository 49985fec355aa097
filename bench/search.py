"""W2: two-word searches over HTTP as a signed-in buyer, and queries with one slip of the finger."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from time import perf_counter
from urllib.parse import urlencode

import psycopg

from bench.catalogue import ROWS, import_list, price_list
from bench.figures import Figures, ground, percentile
from bench.server import Client, serving, signed_in
from dev.demo_city import data
from portal.catalog.rules.spelling import distance
from portal.wiring import Installation

QUERIES, SLIPS, LIMIT, WARM = 200, 40, 50, 20
BUYER, OK = "bestallare@gsf", 200
LETTERS = "abcdefghijklmnoprstuvyåäö"
BARE = "SELECT item_no FROM article WHERE search @@ to_tsquery('simple', %s) LIMIT 50"


async def run(rows: int = ROWS) -> Figures:
    """p50 and p95 in ms of the result partial, and how many of 40 slips bring the right article among ten."""
    lines = price_list(rows)
    async with ground() as installation:
        await import_list(installation, lines)
        chance = random.Random(11)
        async with serving(installation, workers=1) as port:
            cookie = await signed_in(port, f"{BUYER}.{data.DOMAIN}", data.PASSWORD)
            client = await Client.open(port, cookie)
            times = (await _timed(client, _two_words(lines, QUERIES + WARM, chance)))[WARM:]
            right = sum([await _found(client, *one) for one in _slipped(lines, SLIPS, chance)])
            client.close()
        limits = {"bare_query_p50_ms": _bare(installation, _two_words(lines, QUERIES, chance))}
    figures = {
        "p50_ms": round(percentile(times, 0.5), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "typos_right": right,
        "articles": rows,
    }
    return Figures("W2", figures, limits)


def _two_words(lines: Sequence[str], count: int, chance: random.Random) -> list[str]:
    return [" ".join(chance.sample(chance.choice(lines).split(";")[1].split(), 2)) for _ in range(count)]


async def _hits(client: Client, query: str, limit: int) -> str:
    """The result partial, as htmx asks for it."""
    path = f"/catalog/articles?{urlencode({'q': query, 'limit': limit})}"
    status, _headers, body = await client.send(b"GET", path, extra=b"HX-Request: true\r\n")
    if status != OK:
        raise RuntimeError(f"{query}: answered {status}")
    return body.decode()


async def _timed(client: Client, queries: Sequence[str]) -> list[float]:
    times = []
    for query in queries:
        start = perf_counter()
        answer = await _hits(client, query, LIMIT)
        times.append((perf_counter() - start) * 1000)
        if 'class="hit"' not in answer:
            raise RuntimeError(f"{query}: no hit")
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


async def _found(client: Client, query: str, number: str) -> bool:
    return f"artikel {number}" in await _hits(client, query, 10)


def _bare(installation: Installation, queries: Sequence[str]) -> float:
    """The text index alone, as the owner, two words joined by and."""
    times = []
    with psycopg.connect(installation.owner_url.replace("+psycopg", "")) as connection:
        for query in queries:
            start = perf_counter()
            connection.execute(BARE, [query.replace(" ", " & ")]).fetchall()
            times.append((perf_counter() - start) * 1000)
    return round(percentile(times, 0.5), 2)
