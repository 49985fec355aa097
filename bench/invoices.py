"""W4: 500 Peppol invoices, bytes to matched and Klar or stopped, with and without the official rules."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from time import perf_counter

from lxml import etree
from sqlalchemy import text

from bench.figures import Figures, ground
from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import Document, write
from dev.volumes.orders import Wanted, make_orders, order_number
from portal.db.context import Context
from portal.formats.rule_pool import RulePool
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts, Pooled, no_rules
from portal.invoicing.actions.pipeline import process_stream
from portal.invoicing.actions.preparing import Arriving
from portal.invoicing.status import DONE
from portal.kernel.dates import stockholm_date
from portal.wiring import Installation, intake_parts

EXACT, DEARER, UNRECEIVED, SAME_BYTES, SAME_NUMBER = 440, 20, 20, 10, 10
AT_ONCE = 100
TWO_PERCENT = Decimal("1.02")
STATUS = text("SELECT number, status FROM invoice WHERE concern_id = :concern AND number LIKE :like")


@dataclass(frozen=True, slots=True)
class Lot:
    """The documents of one run, in the order they come, and the numbers of the wrong ones."""

    documents: tuple[bytes, ...]
    wrong: frozenset[str]


async def run() -> Figures:
    """Both runs, each on orders of its own, and the bare limits on the same documents."""
    async with ground() as installation:
        today = stockholm_date(installation.clock.now())
        checked = await _lot(installation, "W4A", today)
        unchecked = await _lot(installation, "W4B", today)
        pool = Pooled(lambda: RulePool(os.cpu_count() or 1))
        warm = await _lot(installation, "W4W", today, exact=8, others=0)
        await _take_in(intake_parts(installation, pool), warm.documents, installation)
        with_rules = await _timed(installation, intake_parts(installation, pool), checked, "W4A")
        pool.close()
        without = await _timed(installation, intake_parts(installation, no_rules), unchecked, "W4B")
        limits = _limits(checked.documents)
    figures = {
        "invoices_per_s": with_rules[0],
        "invoices_per_s_without_rules": without[0],
        "wrong_stopped": with_rules[1],
        "not_stopped": with_rules[2],
        "exact_done": with_rules[3],
    }
    return Figures("W4", figures, limits)


async def _lot(
    installation: Installation, prefix: str, today: date, *, exact: int = EXACT, others: int = 1
) -> Lot:
    """Orders and the documents written from them as stored."""
    matched = exact + others * (DEARER + SAME_NUMBER)
    now = installation.clock.now()
    async with installation.database.session(Context.for_system(CONCERN_ID)) as session:
        await make_orders(session, Wanted(prefix, matched), now)
        await make_orders(session, Wanted(f"{prefix}U", others * UNRECEIVED, received=False), now)
        clean = [
            document(await read_order(session, order_number(prefix, i)), f"{prefix}-{i}", today)
            for i in range(1, matched + 1)
        ]
        waiting = [
            document(await read_order(session, order_number(f"{prefix}U", i)), f"{prefix}U-{i}", today)
            for i in range(1, others * UNRECEIVED + 1)
        ]
    return _mixed(clean, waiting, exact, others)


def _mixed(clean: Sequence[Document], waiting: Sequence[Document], exact: int, others: int) -> Lot:
    dearer = [_dearer(one) for one in clean[exact : exact + others * DEARER]]
    repeated = [
        replace(one, number=clean[i].number) for i, one in enumerate(clean[exact + others * DEARER :])
    ]
    documents = [write(one) for one in (*clean[:exact], *dearer, *waiting)]
    documents += documents[others * SAME_NUMBER : others * (SAME_NUMBER + SAME_BYTES)]
    documents += [write(one) for one in repeated]
    return Lot(tuple(documents), frozenset(one.number for one in (*dearer, *waiting)))


def _dearer(one: Document) -> Document:
    """Two percent more on every line: over any catalogue price."""
    return replace(one, lines=tuple(replace(line, price=(line.price * TWO_PERCENT)) for line in one.lines))


async def _take_in(parts: IntakeParts, documents: Sequence[bytes], installation: Installation) -> None:
    """Bytes to rest, as the command does it."""
    errors = await process_stream(parts, _received(parts, documents, installation), installation.clock.now)
    if errors:
        raise next(iter(errors.values()))


async def _received(
    parts: IntakeParts, documents: Sequence[bytes], installation: Installation
) -> AsyncIterator[Arriving]:
    for start in range(0, len(documents), AT_ONCE):
        incoming = [Incoming(data, "command") for data in documents[start : start + AT_ONCE]]
        received = await receive_many(parts, incoming, now=installation.clock.now())
        yield {one.delivery_id: one.invoice for one in received if one.invoice is not None}


async def _timed(
    installation: Installation, parts: IntakeParts, lot: Lot, prefix: str
) -> tuple[float, int, list[str], int]:
    """Invoices a second, wrong ones stopped, those that were not, exact ones Klar."""
    started = perf_counter()
    await _take_in(parts, lot.documents, installation)
    seconds = perf_counter() - started
    async with installation.database.session(Context.for_system(CONCERN_ID)) as session:
        rows = (await session.execute(STATUS, {"concern": CONCERN_ID, "like": f"{prefix}%"})).all()
    done = [row.number for row in rows if row.status == DONE]
    wrongly_done = sorted(number for number in lot.wrong if number in done)
    counted_twice = sorted({number for number in done if done.count(number) > 1})
    not_stopped = wrongly_done + counted_twice
    repeats = len(lot.documents) - EXACT - len(lot.wrong)
    stopped = len(lot.wrong) + repeats - len(not_stopped)
    return round(len(lot.documents) / seconds, 1), stopped, not_stopped, len(done) - len(not_stopped)


def _limits(documents: Sequence[bytes]) -> dict[str, float]:
    """The bare steps on this machine: both rule sets on every core, and the parser alone."""
    with RulePool(os.cpu_count() or 1) as pool:
        list(pool.check_many(documents[:8]))
        started = perf_counter()
        list(pool.check_many(documents))
        rules = len(documents) / (perf_counter() - started)
    started = perf_counter()
    for data in documents:
        etree.fromstring(data)
    parse = len(documents) / (perf_counter() - started)
    return {"rules_per_s": round(rules, 1), "parse_per_s": round(parse, 1), "bytes": len(documents[0])}
