"""W1: a CSV of 100,000 articles through the product's own import, with all validation, to searchable."""

from __future__ import annotations

import random
from time import perf_counter

import psycopg

from bench.figures import Figures, ground
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from portal.access.actor import system_actor
from portal.catalog.actions.importing import import_file
from portal.catalog.jobs import VACUUM
from portal.catalog.queries.uploads import find_choice
from portal.catalog.search import PostgresSearch
from portal.db.context import Context
from portal.kernel.dates import stockholm_date
from portal.wiring import Installation

ROWS, WORDS, CODES, MAKERS = 100_000, 2_000, 500, 20
AGREEMENT, SUPPLIER = "R-2026-003", "Nätkompaniet AB"
SYLLABLES = [
    "ka",
    "ri",
    "mo",
    "le",
    "ta",
    "so",
    "vi",
    "na",
    "pe",
    "lu",
    "fra",
    "sto",
    "gra",
    "ble",
    "ska",
    "tri",
    "by",
    "då",
    "hö",
    "mä",
]
HEADINGS = "Artikelnummer;Benämning;Enhet;Pris;Moms %;UNSPSC;Tillverkare"
BARE = """
CREATE TEMPORARY TABLE bare_staged (item_no text, name text, unit text, price numeric, vat text, unspsc text,
  maker text);
CREATE TEMPORARY TABLE bare (item_no text PRIMARY KEY, name text, unit text, price numeric, vat text, unspsc text,
  maker text, search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED);
"""
UPSERT = """
INSERT INTO bare SELECT * FROM bare_staged ON CONFLICT (item_no) DO UPDATE SET name = excluded.name;
CREATE INDEX ON bare USING gin (search); CREATE INDEX ON bare USING gin (name gin_trgm_ops);
"""


async def run(rows: int = ROWS) -> Figures:
    """Seconds from the file's bytes to the last article being found; the bare database's beside it."""
    lines = price_list(rows)
    async with ground() as installation:
        seconds = await import_list(installation, lines)
        limits = {"copy_upsert_index_s": _bare(installation, lines)}
    return Figures("W1", {"seconds": round(seconds, 2), "rows": rows}, limits)


async def import_list(installation: Installation, lines: list[str]) -> float:
    """Import the list into the bench's catalogue; seconds until it is searchable, statistics included."""
    data = "\n".join([HEADINGS, *lines, ""]).encode()
    context = Context.for_system(CONCERN_ID)
    start = perf_counter()
    async with installation.database.session(context) as session:
        where = demo_id("agreement", AGREEMENT), supplier_id(SUPPLIER)
        choice = await find_choice(session, system_actor(CONCERN_ID), *where)
    await import_file(
        installation.database,
        installation.store,
        choice,
        "bench.csv",
        data,
        publish=True,
        allow_removals=True,
        clock=installation.clock.now,
    )
    _vacuum(installation)
    await _find(installation, lines[-1].split(";")[1])
    return perf_counter() - start


def price_list(rows: int, seed: int = 7) -> list[str]:
    """Rows of the price list: five-word names, one of 500 codes, one of 20 makers."""
    chance = random.Random(seed)
    words = sorted({"".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(2 * WORDS)})[
        :WORDS
    ]
    codes = [f"{s}{chance.randint(10, 99)}{chance.randint(10, 99)}{chance.randint(10, 98)}"
             for s in ("44", "14", "43", "56", "47") for _ in range(CODES // 5)]  # fmt: skip
    return [
        f"B-{n:07d};{' '.join(chance.choices(words, k=5))};{chance.choice(('st', 'förp', 'kg'))};"
        f"{chance.randint(1, 999)},{chance.randint(10, 99)};25;{chance.choice(codes)};Fabrik {n % MAKERS}"
        for n in range(rows)
    ]


async def _find(installation: Installation, name: str) -> None:
    organisation = demo_id("organisation", "GSF")
    eyes = Context(concern_id=CONCERN_ID, organisations=(organisation,))
    async with installation.database.session(eyes) as session:
        engine = PostgresSearch(session, stockholm_date(installation.clock.now()))
        found = await engine.search(name, concern_id=CONCERN_ID, organisation_id=organisation, limit=1)
    if not found.article_ids:
        raise RuntimeError(f"{name} is not found")


def _vacuum(installation: Installation) -> None:
    with psycopg.connect(installation.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in VACUUM:
            connection.execute(statement)


def _bare(installation: Installation, lines: list[str]) -> float:
    """COPY, upsert and both indexes on a table without keys, rights or history."""
    url = installation.app_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(BARE)
        start = perf_counter()
        with connection.cursor().copy("COPY bare_staged FROM STDIN (DELIMITER ';')") as copy:
            copy.write("\n".join(line.replace(",", ".") for line in lines) + "\n")
        connection.execute(UPSERT)
        return round(perf_counter() - start, 2)
