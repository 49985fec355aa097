"""Deliveries and what is already an invoice, for the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WAITING = text(
    "SELECT id, concern_id, sha256, channel, received_at FROM delivery"
    " WHERE id = ANY(CAST(:ids AS uuid[])) AND outcome = 'received' AND concern_id IS NOT NULL"
    " ORDER BY received_at, id"
)
_TAKE = text(
    "SELECT id FROM delivery WHERE id = ANY(CAST(:ids AS uuid[])) AND outcome = 'received'"
    " ORDER BY id FOR NO KEY UPDATE"
)
_ORIGINALS = text(
    "SELECT sha256 FROM original WHERE sha256 = ANY(CAST(:hashes AS bytea[]))"
    " ORDER BY sha256 FOR NO KEY UPDATE"
)
_INVOICES = text(
    "SELECT sha256, id FROM invoice WHERE concern_id = :concern"
    " AND sha256 = ANY(CAST(:hashes AS bytea[])) AND status <> 'cancelled' ORDER BY arrived_at DESC, id DESC"
)
_OUTCOMES = text(
    "UPDATE delivery d SET outcome = v.outcome, invoice_id = v.invoice_id, findings = v.findings"
    " FROM json_populate_recordset(NULL::delivery, CAST(:rows AS json)) v WHERE d.id = v.id"
)
_ENDED = text(
    "SELECT id, outcome, invoice_id, concern_id, findings FROM delivery WHERE id = ANY(CAST(:ids AS uuid[]))"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery whose invoice is not yet at rest."""

    id: UUID
    concern_id: UUID
    sha256: bytes
    channel: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a delivery. `outcome`: received (still waiting), new, duplicate or refused."""

    id: UUID
    outcome: str
    invoice_id: UUID | None
    concern_id: UUID | None
    findings: Sequence[Mapping[str, Any]]


async def waiting(session: AsyncSession, ids: Sequence[UUID]) -> list[Waiting]:
    """Those of the deliveries that wait, oldest first; nothing is locked."""
    return [Waiting(*row) for row in (await session.execute(_WAITING, {"ids": list(ids)})).all()]


async def take(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Lock those that wait: ours until the transaction ends.

    What somebody else has is waited for, never passed over: if that one dies, there may be no other job to take it up.
    """
    return set((await session.execute(_TAKE, {"ids": list(ids)})).scalars())


async def lock_originals(session: AsyncSession, hashes: Iterable[bytes]) -> None:
    """One transaction at a time decides over the same bytes."""
    (await session.execute(_ORIGINALS, {"hashes": sorted(set(hashes))})).all()


async def invoices_of(session: AsyncSession, concern_id: UUID, hashes: Iterable[bytes]) -> dict[bytes, UUID]:
    """sha256 → the first invoice of these bytes that is not Makulerad."""
    parameters = {"concern": concern_id, "hashes": sorted(set(hashes))}
    return {bytes(row.sha256): row.id for row in (await session.execute(_INVOICES, parameters)).all()}


async def set_outcomes(session: AsyncSession, rows_json: str) -> None:
    """Write what became of deliveries (JSON rows of id, outcome, invoice_id, findings)."""
    await session.execute(_OUTCOMES, {"rows": rows_json})


async def ended(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Ended]:
    """What became of each delivery."""
    rows = (await session.execute(_ENDED, {"ids": list(ids)})).all()
    return {row.id: Ended(*row) for row in rows}
