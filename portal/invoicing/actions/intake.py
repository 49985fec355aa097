"""Take in what arrives: original by hash → delivery row and job in one commit → acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.log import Event, record
from portal.db.bulk import insert_rows
from portal.db.context import Context
from portal.formats.en16931 import Invoice
from portal.formats.findings import Finding
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.exchange import Reading, address_of, no_concern, read
from portal.invoicing.models import Delivery, Original
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import place
from portal.kernel.identifiers import uuid7

__all__ = ["Incoming", "IntakeParts", "Received", "receive", "receive_many"]

JOB = "invoicing.process_delivery"
_ROUTE = text(
    "SELECT a.address, route_document(a.address) AS concern_id"
    " FROM unnest(CAST(:addresses AS text[])) AS a(address)"
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes through one door. `transport_id`: the door's own id of the message; it comes in once."""

    data: bytes
    channel: str
    filename: str | None = None
    transport_id: str | None = None
    user_id: UUID | None = None
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """`outcome` is "refused", or None while the pipeline has it. `sha256` in hex; `invoice` as read."""

    delivery_id: UUID
    sha256: str
    outcome: str | None
    findings: tuple[Finding, ...] = ()
    concern_id: UUID | None = None
    invoice_id: UUID | None = None
    invoice: Invoice | None = None


async def receive(
    parts: IntakeParts,
    data: bytes,
    *,
    channel: str,
    filename: str | None = None,
    transport_id: str | None = None,
    user_id: UUID | None = None,
    supplier_id: UUID | None = None,
    now: datetime,
) -> Received:
    """Store the bytes, then note the delivery and queue its work in one commit: from then on it is ours.

    Refused, with findings and kept as evidence: what is no readable invoice, and what is for nobody here.
    StoreError when the bytes cannot be kept.
    """
    one = Incoming(data, channel, filename, transport_id, user_id, supplier_id)
    return (await receive_many(parts, [one], now=now))[0]


async def receive_many(parts: IntakeParts, incoming: Sequence[Incoming], *, now: datetime) -> list[Received]:
    """`receive` for many documents in one commit, in their order."""
    with place(parts.at, "intake.store"):
        await asyncio.gather(*(parts.store.put(one.data) for one in incoming))
    with place(parts.at, "intake.read"):
        readings = await asyncio.to_thread(_read_all, parts, incoming, stockholm_date(now))
    with place(parts.at, "intake.commit"):
        async with parts.database.session(Context.for_system(None)) as session:
            return await _note(session, parts, incoming, readings, now)


def _read_all(parts: IntakeParts, incoming: Sequence[Incoming], day: date) -> list[Reading]:
    rules = parts.rules_on(day)
    return [read(one.data, rules, max_bytes=parts.max_bytes) for one in incoming]


async def _note(
    session: AsyncSession,
    parts: IntakeParts,
    incoming: Sequence[Incoming],
    readings: Sequence[Reading],
    now: datetime,
) -> list[Received]:
    routes = await _routes(session, [r.invoice for r in readings if r.invoice])
    received = [_received(one, reading, routes) for one, reading in zip(incoming, readings, strict=True)]
    with place(parts.at, "intake.delivery"):
        known = await _known(session, incoming)
        new = [(i, r) for i, r in zip(incoming, received, strict=True) if i.transport_id not in known]
        await _insert(session, new, now)
    with place(parts.at, "intake.enqueue"):
        await _enqueue(session, [r for _, r in new])
    return [known.get(i.transport_id, r) for i, r in zip(incoming, received, strict=True)]


async def _routes(session: AsyncSession, invoices: Sequence[Invoice]) -> dict[str, UUID]:
    """Address → concern, for every address on the invoices; looks across concerns (route_document)."""
    addresses = sorted({address for invoice in invoices for address in address_of(invoice)})
    if not addresses:
        return {}
    rows = (await session.execute(_ROUTE, {"addresses": addresses})).all()
    return {row.address: row.concern_id for row in rows if row.concern_id is not None}


def _received(one: Incoming, reading: Reading, routes: dict[str, UUID]) -> Received:
    digest, invoice = sha256(one.data).hexdigest(), reading.invoice
    if invoice is None:
        return Received(uuid7(), digest, "refused", reading.findings)
    concern_id = next((routes[a] for a in address_of(invoice) if a in routes), None)
    if concern_id is None:
        return Received(uuid7(), digest, "refused", (no_concern(invoice),))
    return Received(uuid7(), digest, None, (), concern_id, invoice=invoice)


async def _known(session: AsyncSession, incoming: Sequence[Incoming]) -> dict[str | None, Received]:
    """What an access point sends again is the delivery we have."""
    ids = [one.transport_id for one in incoming if one.transport_id]
    if not ids:
        return {}
    rows = (await session.execute(select(Delivery).where(Delivery.transport_id.in_(ids)))).scalars()
    return {row.transport_id: _as_received(row) for row in rows}


def _as_received(row: Delivery) -> Received:
    findings = tuple(Finding(**finding) for finding in row.findings)
    outcome = None if row.outcome == "received" else row.outcome
    return Received(row.id, row.sha256.hex(), outcome, findings, row.concern_id, row.invoice_id)


async def _insert(session: AsyncSession, new: Sequence[tuple[Incoming, Received]], now: datetime) -> None:
    originals: dict[bytes, dict[str, Any]] = {}
    for one, received in sorted(new, key=lambda pair: pair[1].sha256):
        digest = bytes.fromhex(received.sha256)
        originals[digest] = {"sha256": digest, "size": len(one.data), "stored_at": now}
    await insert_rows(session, Original, list(originals.values()), on_conflict="DO NOTHING")
    await insert_rows(session, Delivery, [_row(one, received, now) for one, received in new])
    await record(session, [_refused(one, r, now) for one, r in new if r.outcome == "refused"])


def _row(one: Incoming, received: Received, now: datetime) -> dict[str, Any]:
    return {
        "id": received.delivery_id, "concern_id": received.concern_id, "supplier_id": one.supplier_id,
        "sha256": bytes.fromhex(received.sha256), "channel": one.channel, "transport_id": one.transport_id,
        "filename": one.filename, "received_at": now, "outcome": received.outcome or "received",
        "findings": [finding.as_json() for finding in received.findings], "invoice_id": None,
        "user_id": one.user_id,
    }  # fmt: skip


def _refused(one: Incoming, received: Received, now: datetime) -> Event:
    codes = list(dict.fromkeys(finding.code for finding in received.findings))
    return Event(
        "delivery:intake:refuse", "delivery", received.delivery_id, now, actor="system",
        why=received.findings[0].message if received.findings else None,
        data={"channel": one.channel, "sha256": received.sha256, "codes": codes},
    )  # fmt: skip


async def _enqueue(session: AsyncSession, received: Sequence[Received]) -> None:
    """One job for each concern: the work goes on even if whoever received it dies now."""
    by_concern: dict[UUID, list[UUID]] = {}
    for one in received:
        if one.concern_id is not None:
            by_concern.setdefault(one.concern_id, []).append(one.delivery_id)
    for concern_id, ids in by_concern.items():
        await enqueue(session, JOB, concern_id=concern_id, delivery_ids=ids)
