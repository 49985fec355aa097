"""Run what has been received through to where it rests: idempotent, and safe to run twice at once.

The official rules run before the transaction and outside the event loop; everything else of a batch is one
transaction. A batch that fails is run again one invoice at a time, so that one never stops the others.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from portal.db.bulk import as_json
from portal.db.context import Context
from portal.formats.en16931 import Invoice
from portal.invoicing.actions.case import Case
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.preparing import Arriving, Prepared, prepared_batches
from portal.invoicing.actions.settle import Batch, settle
from portal.invoicing.queries.deliveries import invoices_of, lock_originals, set_outcomes, take
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import place
from portal.kernel.identifiers import uuid7
from portal.kernel.streams import one_ahead

log = structlog.get_logger("portal.invoicing")


async def process_deliveries(
    parts: IntakeParts, delivery_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Exception]:
    """Bring each waiting delivery's invoice to rest; delivery → error where that failed (it waits on).

    Those another process has in hand are left to it.
    """
    return await process_stream(parts, _once(dict.fromkeys(delivery_ids)), lambda: now)


async def process_stream(
    parts: IntakeParts, arriving: AsyncIterator[Arriving], now: Callable[[], datetime]
) -> dict[UUID, Exception]:
    """`process_deliveries` for what goes on arriving: three stages at once, each in the order of arrival.

    While one batch is settled in the database the rule processes judge the next, and another is taken in.
    """
    errors: dict[UUID, Exception] = {}
    async with aclosing(one_ahead(prepared_batches(parts, arriving, errors))) as batches:
        async for prepared in batches:
            errors |= await _settle_all(parts, prepared, now())
    return errors


async def _once(item: Arriving) -> AsyncGenerator[Arriving, None]:
    yield item


async def _settle_all(
    parts: IntakeParts, prepared: Sequence[Prepared], now: datetime
) -> dict[UUID, Exception]:
    if not prepared:
        return {}
    try:
        await _settle(parts, prepared, now)
    except Exception as error:
        if len(prepared) == 1:
            return {prepared[0].delivery.id: error}
        log.warning("invoicing.batch_failed", size=len(prepared), error=repr(error))
        errors: dict[UUID, Exception] = {}
        for one in prepared:
            errors |= await _settle_all(parts, [one], now)
        return errors
    return {}


async def _settle(parts: IntakeParts, prepared: Sequence[Prepared], now: datetime) -> None:
    concern_id = prepared[0].delivery.concern_id
    with place(parts.at, "process.commit"):
        async with parts.database.session(Context.for_system(concern_id)) as session:
            with place(parts.at, "process.lock"):
                ours = await take(session, [one.delivery.id for one in prepared])
            mine = [one for one in prepared if one.delivery.id in ours]
            with place(parts.at, "process.duplicates"):
                hashes = [one.delivery.sha256 for one in mine]
                await lock_originals(session, hashes)
                known = await invoices_of(session, concern_id, hashes)
            cases, outcomes = _sort_out(mine, known)
            if cases:
                await settle(Batch(session, concern_id, now, parts.at), cases)
            with place(parts.at, "process.deliveries"):
                await set_outcomes(session, as_json(outcomes))


def _sort_out(mine: Sequence[Prepared], known: dict[bytes, UUID]) -> tuple[list[Case], list[dict[str, Any]]]:
    """Cases for new bytes, and what becomes of every delivery: the first of the same bytes is the new one."""
    cases: list[Case] = []
    outcomes = []
    for one in mine:
        digest, outcome = one.delivery.sha256, "duplicate"
        if digest not in known and one.invoice is not None:
            case = _case(one, one.invoice)
            cases.append(case)
            known[digest], outcome = case.id, "new"
        if digest in known:
            outcomes.append(
                {"id": one.delivery.id, "outcome": outcome, "invoice_id": known[digest],
                 "findings": [finding.as_json() for finding in one.findings]}
            )  # fmt: skip
    return cases, outcomes


def _case(one: Prepared, invoice: Invoice) -> Case:
    fatal = [f.code for f in one.findings if f.is_fatal]
    return Case(
        uuid7(), invoice, one.delivery.received_at, stockholm_date(one.delivery.received_at),
        one.delivery.sha256, is_new=True, fatal_rules=tuple(dict.fromkeys(fatal)),
        delivery_id=one.delivery.id, channel=one.delivery.channel, rule_edition=one.edition,
    )  # fmt: skip
