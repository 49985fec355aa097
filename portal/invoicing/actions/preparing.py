"""Before the database is asked to decide: what waits is read and judged by the official rules, in batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from portal.db.context import Context
from portal.formats.en16931 import Invoice
from portal.formats.findings import Finding
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.exchange import read
from portal.invoicing.queries.deliveries import Waiting, invoices_of, waiting
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import place
from portal.kernel.streams import one_ahead

BATCH = 50
Arriving = Mapping[UUID, Invoice | None]
"""Delivery → the neutral invoice `receive` returned, so that it is not parsed again; None: read it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A delivery read and judged. `invoice` None: the same bytes are an invoice already. `edition` of the rules."""

    delivery: Waiting
    invoice: Invoice | None
    findings: tuple[Finding, ...] = ()
    edition: str | None = None


async def prepared_batches(
    parts: IntakeParts, arriving: AsyncIterator[Arriving], errors: dict[UUID, Exception]
) -> AsyncGenerator[list[Prepared], None]:
    """Batches of one concern each, in the order of arrival; what could not be read is put in `errors`."""
    async with aclosing(one_ahead(arriving)) as lots:
        async for lot in lots:
            for batch in await _batches(parts, list(lot)):
                yield await _prepare(parts, batch, lot, errors)


async def _batches(parts: IntakeParts, delivery_ids: Sequence[UUID]) -> list[list[Waiting]]:
    """What waits among these, each batch of one concern."""
    async with parts.database.session(Context.for_system(None)) as session:
        with place(parts.at, "process.load"):
            found = await waiting(session, delivery_ids)
    by_concern: dict[UUID, list[Waiting]] = {}
    for delivery in found:
        by_concern.setdefault(delivery.concern_id, []).append(delivery)
    return [
        deliveries[start : start + BATCH]
        for deliveries in by_concern.values()
        for start in range(0, len(deliveries), BATCH)
    ]


async def _prepare(
    parts: IntakeParts,
    deliveries: Sequence[Waiting],
    read_before: Arriving,
    errors: dict[UUID, Exception],
) -> list[Prepared]:
    async with parts.database.session(Context.for_system(deliveries[0].concern_id)) as session:
        known = await invoices_of(session, deliveries[0].concern_id, [d.sha256 for d in deliveries])
    results = await asyncio.gather(
        *(_read_and_judge(parts, d, read_before.get(d.id)) for d in deliveries if d.sha256 not in known),
        return_exceptions=True,
    )
    prepared = {d.id: Prepared(d, None) for d in deliveries if d.sha256 in known}
    for delivery, result in zip([d for d in deliveries if d.sha256 not in known], results, strict=True):
        if isinstance(result, Prepared):
            prepared[delivery.id] = result
        elif isinstance(result, Exception):
            errors[delivery.id] = result
        elif isinstance(result, BaseException):
            raise result
    return [prepared[d.id] for d in deliveries if d.id in prepared]


async def _read_and_judge(parts: IntakeParts, delivery: Waiting, invoice: Invoice | None) -> Prepared:
    """By the rules in force on the day it arrived, whenever it is run."""
    data, day = await parts.store.get(delivery.sha256.hex()), stockholm_date(delivery.received_at)
    with place(parts.at, "process.parse"):
        if invoice is None:
            rules = parts.rules_on(day)
            reading = await asyncio.to_thread(read, data, rules, max_bytes=parts.max_bytes)
            if reading.invoice is None:  # was readable when it came: the rule sets have changed since
                raise ValueError(reading.findings[0].message)
            invoice = reading.invoice
    with place(parts.at, "process.rules"):
        findings = await parts.check(data, day)
    return Prepared(delivery, invoice, findings, parts.edition_on(day))
