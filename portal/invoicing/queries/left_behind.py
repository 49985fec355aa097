"""What waits for users who are no longer active, in one concern (A2.19)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.orders.status import (
    CHANGE_ATTESTED,
    CHANGE_AWAITING_APPROVAL,
    CONFIRMED_WITH_CHANGE,
    DELIVERABLE,
    REJECTED_BY_SUPPLIER,
)

# A document of a step: its case, whether it is secret, and who sent it to attest.
_DOCUMENTS = text(
    "SELECT r.id, 'requisition' AS kind, coalesce(r.number, '') AS number, r.secret, r.id AS case_id,"
    " ARRAY[r.user_id, r.buyer_user_id] AS senders FROM requisition r"
    " WHERE r.concern_id = :concern AND r.id = ANY(CAST(:ids AS uuid[]))"
    " UNION ALL SELECT o.id, 'order', o.number, o.secret, coalesce(o.requisition_id, o.id),"
    " ARRAY[o.buyer_user_id] || ARRAY(SELECT c.user_id FROM order_change c WHERE c.concern_id = o.concern_id"
    " AND c.order_id = o.id ORDER BY c.created_at DESC LIMIT 1) FROM purchase_order o"
    " WHERE o.concern_id = :concern AND o.id = ANY(CAST(:ids AS uuid[]))"
    " UNION ALL SELECT i.id, 'invoice', i.number, i.secret, coalesce(o.requisition_id, o.id, i.id),"
    " ARRAY(SELECT d.user_id FROM decision d WHERE d.concern_id = i.concern_id AND d.subject_type = 'invoice'"
    " AND d.subject_id = i.id AND d.act IN ('review', 'accept_deviation') AND d.voided_at IS NULL)"
    " FROM invoice i LEFT JOIN purchase_order o ON o.concern_id = i.concern_id AND o.id = i.order_id"
    " WHERE i.concern_id = :concern AND i.id = ANY(CAST(:ids AS uuid[]))"
)
_INVOICES = text(
    "SELECT i.id, i.number, i.status, i.organisation_id, i.supplier_id, i.secret, u.id AS user_id, u.login"
    " FROM invoice_participant p JOIN app_user u ON u.id = p.user_id AND NOT u.active"
    " JOIN invoice i ON i.concern_id = p.concern_id AND i.id = p.invoice_id"
    " WHERE p.concern_id = :concern AND p.waiting AND i.status <> 'approval'"
    " AND (CAST(:user AS uuid) IS NULL OR u.id = :user) ORDER BY i.arrived_at, i.id FOR NO KEY UPDATE OF i"
)
_ORDERS = text(
    "SELECT id, number, organisation_id, secret FROM purchase_order WHERE concern_id = :concern"
    " AND buyer_user_id = :user AND status = ANY(:open) ORDER BY number"
)
_CODES = text(
    "SELECT code, organisation_id, secret FROM recipient_code WHERE concern_id = :concern AND user_id = :user"
    " AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY code"
)
_RESPONSIBILITIES = text(
    "SELECT code, name, organisation_id FROM responsibility WHERE concern_id = :concern AND approver_id = :user"
    " AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY code"
)
_BEGUN = text(
    "SELECT coalesce(number, '') AS number, organisation_id, secret FROM requisition WHERE concern_id = :concern"
    " AND user_id = :user AND status = 'sent_back' ORDER BY number"
)
_OPEN = (*DELIVERABLE, CHANGE_AWAITING_APPROVAL, CHANGE_ATTESTED, CONFIRMED_WITH_CHANGE, REJECTED_BY_SUPPLIER)


@dataclass(frozen=True, slots=True)
class Document:
    """What a step is to attest. `kind` as the step's subject type; `senders` user ids."""

    id: UUID
    kind: str
    number: str
    secret: bool
    case_id: UUID
    senders: tuple[UUID, ...]


async def documents(session: AsyncSession, concern_id: UUID, ids: Collection[UUID]) -> dict[UUID, Document]:
    """Documents of steps by id."""
    rows = await session.execute(_DOCUMENTS, {"concern": concern_id, "ids": list(ids)})
    return {row.id: _document(row) for row in rows}


def _document(row: Any) -> Document:
    senders = tuple(dict.fromkeys(one for one in row.senders if one))
    return Document(row.id, row.kind, row.number, row.secret, row.case_id, senders)


async def invoices_left(session: AsyncSession, concern_id: UUID, user_id: UUID | None) -> Sequence[Any]:
    """Invoices before users who are not active (or one of them), locked; those at attest are the steps' matter."""
    return (await session.execute(_INVOICES, {"concern": concern_id, "user": user_id})).all()


async def orders_left(session: AsyncSession, concern_id: UUID, user_id: UUID) -> Sequence[Any]:
    """The user's orders that somebody must still see to."""
    given = {"concern": concern_id, "user": user_id, "open": list(dict.fromkeys(_OPEN))}
    return (await session.execute(_ORDERS, given)).all()


async def begun_left(session: AsyncSession, concern_id: UUID, user_id: UUID) -> Sequence[Any]:
    """Requisitions sent back to the user."""
    return (await session.execute(_BEGUN, {"concern": concern_id, "user": user_id})).all()


async def codes_left(session: AsyncSession, concern_id: UUID, user_id: UUID, day: date) -> Sequence[Any]:
    """Recipient codes that lead to the user."""
    given = {"concern": concern_id, "user": user_id, "day": day}
    return (await session.execute(_CODES, given)).all()


async def responsibilities_left(
    session: AsyncSession, concern_id: UUID, user_id: UUID, day: date
) -> Sequence[Any]:
    """Ansvar the user is named as attestant of."""
    given = {"concern": concern_id, "user": user_id, "day": day}
    return (await session.execute(_RESPONSIBILITIES, given)).all()
