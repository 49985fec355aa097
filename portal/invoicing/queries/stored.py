"""Stored invoices as the pipeline takes them up again: locked, with a person's corrections in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.rules.settings import MOST_ROUNDING, WAIT_DAYS
from portal.access.setting_queries import setting

_LOCK = text(
    "SELECT * FROM invoice WHERE concern_id = :concern AND id = ANY(CAST(:ids AS uuid[]))"
    " ORDER BY id FOR NO KEY UPDATE"
)
# A number or supplier put right by a person: the claim of before is let go.
_DROP_CLAIMS = text(
    "DELETE FROM number_claim c USING invoice i"
    " WHERE c.concern_id = :concern AND c.invoice_id = ANY(CAST(:ids AS uuid[]))"
    " AND i.concern_id = c.concern_id AND i.id = c.invoice_id"
    " AND (c.number_key, c.supplier_id)"
    " IS DISTINCT FROM (i.number_key, coalesce(i.supplier_id, c.supplier_id))"
)
_CLAIMED = text(
    "SELECT invoice_id FROM number_claim"
    " WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[]))"
)
_CODED = text(
    "SELECT DISTINCT invoice_id FROM invoice_coding"
    " WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[]))"
)
_MATCHED = text(
    "SELECT DISTINCT ON (invoice_id) invoice_id, sha256 FROM rule_decision"
    " WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[])) AND kind = 'match'"
    " ORDER BY invoice_id, decided_at DESC, id DESC"
)
_OF_ORDER = text(
    "SELECT id FROM invoice WHERE concern_id = :concern AND order_id = :order"
    " AND status IN ('awaiting_receipt', 'matching_required') ORDER BY arrived_at, id"
)
_OF_SUPPLIER = text(
    "SELECT id FROM invoice WHERE concern_id = :concern AND supplier_id = :supplier"
    " AND status IN ('payment_information', 'invoice_information', 'matching_required')"
    " ORDER BY arrived_at, id"
)
_WAITING = text(
    "SELECT id FROM invoice WHERE concern_id = :concern AND status = 'awaiting_receipt'"
    " AND arrival_date <= :latest ORDER BY arrived_at, id"
)
# Asked every few minutes: only those that the register of today may let through.
_HELD = text(
    "SELECT i.id FROM invoice i WHERE i.concern_id = :concern AND i.status = 'payment_information'"
    " AND (i.only_payment_left OR EXISTS ("
    " SELECT 1 FROM supplier_account a, jsonb_array_elements(coalesce(i.document -> 'accounts', '[]')) w"
    " WHERE a.concern_id = i.concern_id AND a.supplier_id = i.supplier_id AND a.status = 'active'"
    " AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day)"
    " AND a.kind = w ->> 'scheme' AND a.number = w ->> 'number'))"
    " ORDER BY i.arrived_at, i.id"
)
_REMIND = text(
    "UPDATE invoice SET receipt_reminded_at = :now"
    " WHERE concern_id = :concern AND status = 'awaiting_receipt'"
    " AND arrival_date <= :latest AND receipt_reminded_at IS NULL RETURNING id"
)
_CONCERNS = text("SELECT id FROM list_concerns()")


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows, which of them hold their number or have coding, and the sha256 of the latest match of each."""

    rows: Sequence[Any]
    claimed: frozenset[UUID]
    coded: frozenset[UUID]
    matched: Mapping[UUID, bytes]


async def lock_invoices(session: AsyncSession, concern_id: UUID, ids: Sequence[UUID]) -> Stored:
    """Invoices by id, locked until the transaction ends."""
    parameters = {"concern": concern_id, "ids": sorted(set(ids))}
    rows = (await session.execute(_LOCK, parameters)).all()
    await session.execute(_DROP_CLAIMS, parameters)
    claimed = (await session.execute(_CLAIMED, parameters)).scalars()
    coded = (await session.execute(_CODED, parameters)).scalars()
    matched = await latest_matches(session, concern_id, ids)
    return Stored(rows, frozenset(claimed), frozenset(coded), matched)


async def latest_matches(session: AsyncSession, concern_id: UUID, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The sha256 of the latest stored match of each invoice that has one."""
    rows = await session.execute(_MATCHED, {"concern": concern_id, "ids": sorted(set(ids))})
    return {row.invoice_id: bytes(row.sha256) for row in rows}


async def waiting_for_order(session: AsyncSession, concern_id: UUID, order_id: UUID) -> list[UUID]:
    """Invoices of an order that a receipt may let through."""
    return list((await session.execute(_OF_ORDER, {"concern": concern_id, "order": order_id})).scalars())


async def waiting_for_supplier(session: AsyncSession, concern_id: UUID, supplier_id: UUID) -> list[UUID]:
    """Invoices of a supplier that an account or a term of its relation may let through."""
    parameters = {"concern": concern_id, "supplier": supplier_id}
    return list((await session.execute(_OF_SUPPLIER, parameters)).scalars())


async def waiting_since(session: AsyncSession, concern_id: UUID, latest: date) -> list[UUID]:
    """Invoices waiting for a receipt that arrived that day or earlier."""
    return list((await session.execute(_WAITING, {"concern": concern_id, "latest": latest})).scalars())


async def held_for_payment(session: AsyncSession, concern_id: UUID, day: date) -> list[UUID]:
    """Invoices at Betalningsinformation that are attested already, or whose account has come to be registered."""
    return list((await session.execute(_HELD, {"concern": concern_id, "day": day})).scalars())


async def mark_reminded(session: AsyncSession, concern_id: UUID, latest: date, now: Any) -> list[UUID]:
    """Note the reminder on each waiting invoice that has had none; those noted now."""
    parameters = {"concern": concern_id, "latest": latest, "now": now}
    return list((await session.execute(_REMIND, parameters)).scalars())


async def wait_days(session: AsyncSession, concern_id: UUID, day: date) -> int:
    """How many days a receipt is waited for (A5.06)."""
    return int(await setting(session, concern_id, WAIT_DAYS, day))


async def most_rounding(session: AsyncSession, concern_id: UUID, day: date) -> Decimal:
    """How far BT-114 may go either way, SEK (A4.10): the concern's own ceiling, never above 1 krona."""
    return Decimal(await setting(session, concern_id, MOST_ROUNDING, day))


async def concerns(session: AsyncSession) -> list[UUID]:
    """Every concern, for work that goes through all."""
    return list((await session.execute(_CONCERNS)).scalars())
