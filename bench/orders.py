"""W3: create, code, attest, send and receipt an order of five lines, through the portal's own actions.

In as many processes as the machine has cores, as the portal is served; two buyers side by side in each.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import create_engine, insert, select, text

from bench.figures import Figures, ground
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.attest.models import ApprovalStep
from portal.catalog.models import SearchWord
from portal.cli.acting import acting_as
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.orders.actions.approval import approve
from portal.orders.actions.basket_adding import add_articles
from portal.orders.actions.basket_saving import Changes, LineChange, save
from portal.orders.actions.receipts import receive_all
from portal.orders.actions.sending import send
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.shown import digest
from portal.orders.values import CodingShare, RequestedLine
from portal.wiring import SUBSCRIPTIONS, Installation


@dataclass(frozen=True, slots=True)
class Work:
    """Who buys, who attests, what (five articles of one supplier), and on which codes."""

    buyers: Sequence[Actor]
    attestant: Actor
    articles: Sequence[UUID]
    responsibility: str
    operation: str


async def w3(database: Database, work: Work, now: datetime, *, orders: int = 200) -> int:
    """Whole orders made, the buyers side by side."""
    share = orders // len(work.buyers)
    await asyncio.gather(*(_many(database, work, buyer, now, share) for buyer in work.buyers))
    return share * len(work.buyers)


async def profile(database: Database, work: Work, now: datetime, *, orders: int = 50) -> dict[str, float]:
    """Milliseconds of each part, one order at a time: where the time goes."""
    spent = {"basket": 0.0, "send": 0.0, "attest": 0.0, "receipt": 0.0}
    for _ in range(orders):
        await _one(database, work, work.buyers[0], now, spent)
    return {name: round(seconds * 1000 / orders, 2) for name, seconds in spent.items()}


async def _many(database: Database, work: Work, buyer: Actor, now: datetime, count: int) -> None:
    for _ in range(count):
        await _one(database, work, buyer, now)


async def _one(
    database: Database, work: Work, buyer: Actor, now: datetime, spent: dict[str, float] | None = None
) -> None:
    times = spent if spent is not None else {}
    requisition, shown = await _timed(times, "basket", lambda: _basket(database, work, buyer, now))
    await _timed(times, "send", lambda: _send(database, buyer, requisition, shown, now))
    (order,) = await _timed(times, "attest", lambda: _attest(database, work, requisition, now))
    await _timed(times, "receipt", lambda: _receipt(database, buyer, order, now))


async def _timed(spent: dict[str, float], name: str, work: Callable[[], Awaitable[Any]]) -> Any:
    started = time.perf_counter()
    result = await work()
    spent[name] = spent.get(name, 0.0) + time.perf_counter() - started
    return result


async def _basket(database: Database, work: Work, buyer: Actor, now: datetime) -> tuple[UUID, str]:
    """Five articles in the basket, each line coded; the basket and the digest of what the page then shows."""
    async with database.session(buyer.context()) as session:
        added = await add_articles(session, buyer, {a: Decimal(2) for a in work.articles}, now)
        basket = await load_requested(session, buyer, added[0].requisition_id)
        lines = tuple(_coded(line, work) for line in basket.lines)
        kept = await save(session, buyer, basket.id, Changes(lines, {}), shown=digest(basket), now=now)
    return kept.id, digest(kept)


def _coded(line: RequestedLine, work: Work) -> LineChange:
    codes = {"responsibility": work.responsibility, "operation": work.operation}
    rows = tuple(
        CodingShare(row.id, replace(row.code or CodeString(), **codes), row.share) for row in line.coding
    )
    return LineChange(line.id, line.quantity, rows)


async def _send(database: Database, buyer: Actor, requisition: UUID, shown: str, now: datetime) -> None:
    async with database.session(buyer.context()) as session:
        await send(session, buyer, requisition, shown=shown, now=now)


async def _attest(database: Database, work: Work, requisition: UUID, now: datetime) -> list[UUID]:
    waiting = select(ApprovalStep.id).where(
        ApprovalStep.concern_id == work.attestant.concern_id, ApprovalStep.subject_id == requisition
    )
    async with database.session(work.attestant.context()) as session:
        step = (await session.execute(waiting)).scalar_one()
        return await approve(session, work.attestant, step, shown=b"the requisition", note=None, now=now)


async def _receipt(database: Database, buyer: Actor, order: UUID, now: datetime) -> None:
    async with database.session(buyer.context()) as session:
        await receive_all(session, buyer, order, received_on=stockholm_date(now), note=None, now=now)


BUYERS = ("bestallare@gsf", "bestallare2@gsf", "granskare@gsf", "mottagare@gsf")
ARTICLES = ("KB-1001", "KB-1002", "KB-1003", "KB-5000", "KB-5001")
ROUND_TRIPS = 500
WARM = 40


async def run(orders: int = 200) -> Figures:
    """Whole orders a second; beside it the bare commits of this database on one connection."""
    processes = os.cpu_count() or 1
    async with ground() as installation:
        now = installation.clock.now()
        actors = {login: (await acting_as(installation, login))[0] for login in (*BUYERS, "attestant@gsf")}
        articles = [demo_id("article", item) for item in ARTICLES]
        work = Work([actors[login] for login in BUYERS], actors["attestant@gsf"], articles, "31100", "440")
        await w3(installation.database, work, now, orders=WARM)
        await asyncio.to_thread(_analyze, installation.owner_url)
        figures = {
            "orders_per_s": await asyncio.to_thread(
                _side_by_side, installation, work, now, orders, processes
            ),
            "processes": processes,
            "ms_of_each_part": await profile(installation.database, work, now),
        }
        limits = {"bare_commits_per_s": await _commits(installation.database)}
    return Figures("W3", figures, limits)


def _side_by_side(
    installation: Installation, work: Work, now: datetime, orders: int, processes: int
) -> float:
    """Orders a second of all processes, from when the first began to when the last was done."""
    context = get_context("spawn")
    key = installation.database.audit_key
    begin = context.Barrier(processes)
    with ProcessPoolExecutor(processes, context, _prepare, (installation.app_url, key, begin)) as pool:
        shares = [replace(work, buyers=work.buyers[i::processes]) for i in range(processes)]
        spans = list(pool.map(_share, shares, repeat(now), repeat(orders // processes)))
    made = sum(span.orders for span in spans)
    return round(made / (max(span.ended for span in spans) - min(span.began for span in spans)), 1)


class Span(NamedTuple):
    """What one process did, in seconds of the machine's one monotonic clock."""

    began: float
    ended: float
    orders: int


_here: dict[str, Any] = {}


def _prepare(url: str, key: bytes, begin: Barrier) -> None:
    """What a process has before the clock starts: its way to the database, as each web process has."""
    _here.update(url=url, key=key, begin=begin)


def _share(work: Work, now: datetime, orders: int) -> Span:
    return asyncio.run(_timed_share(work, now, orders))


async def _timed_share(work: Work, now: datetime, orders: int) -> Span:
    database = Database(_here["url"], audit_key=_here["key"], subscriptions=SUBSCRIPTIONS)
    for buyer in work.buyers:
        await _one(database, work, buyer, now)
    await asyncio.to_thread(_here["begin"].wait)
    began = time.monotonic()
    made = await w3(database, work, now, orders=orders)
    ended = time.monotonic()
    await database.close()
    return Span(began, ended, made)


def _analyze(owner_url: str) -> None:
    """What autovacuum has done long ago where orders are made every day: plans are made from what is there."""
    with create_engine(owner_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))


async def _commits(database: Database) -> float:
    """Transactions of one small insert a second: what a durable commit costs here."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(text("SELECT 1"))
    started = time.perf_counter()
    for number in range(ROUND_TRIPS):
        async with database.session(Context.for_system(CONCERN_ID)) as session:
            row = {"concern_id": CONCERN_ID, "word": f"bench{number}", "articles": 1}
            await session.execute(insert(SearchWord).values(**row))
    return round(ROUND_TRIPS / (time.perf_counter() - started), 1)
