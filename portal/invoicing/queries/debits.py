"""The invoices that credit notes name (BT-25), and who answers for each: one query for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Who ordered answers before who reviewed; nobody whose account is closed. One that is Makulerad counts only when
# no other bears the number.
_DEBITS = text(
    "SELECT DISTINCT ON (k.position) k.position, i.number, i.organisation_id, i.supplier_id, i.secret,"
    " o.number AS order_number, u.id AS responsible"
    " FROM unnest(CAST(:suppliers AS uuid[]), CAST(:keys AS text[])) WITH ORDINALITY"
    " AS k(supplier, number_key, position)"
    " JOIN invoice i ON i.concern_id = :concern AND i.supplier_id = k.supplier AND i.number_key = k.number_key"
    " AND NOT i.is_credit_note"
    " LEFT JOIN purchase_order o ON o.concern_id = i.concern_id AND o.id = i.order_id"
    " LEFT JOIN app_user u ON u.id = coalesce(o.buyer_user_id, i.reviewer_id) AND u.active"
    " ORDER BY k.position, i.status = 'cancelled', i.arrived_at DESC, i.id DESC"
)


@dataclass(frozen=True, slots=True)
class Debit:
    """An invoice that is credited. `responsible`: the user who ordered what it bills, else who reviews it.

    `stored`: before the batch at hand.
    """

    number: str
    organisation_id: UUID | None
    supplier_id: UUID
    secret: bool
    order_number: str | None
    responsible: UUID | None
    stored: bool = True


async def debits_of(
    session: AsyncSession, concern_id: UUID, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Debit]:
    """(supplier, number key) → the stored invoice with that number."""
    if not keys:
        return {}
    suppliers, numbers = map(list, zip(*keys, strict=True))
    parameters = {"concern": concern_id, "suppliers": suppliers, "keys": numbers}
    rows = (await session.execute(_DEBITS, parameters)).all()
    return {keys[row.position - 1]: Debit(*row[1:]) for row in rows}
