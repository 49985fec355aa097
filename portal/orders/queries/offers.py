"""What can be bought today, and what is left of the agreements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.orders.status import CANCELLED, REJECTED_BY_SUPPLIER
from portal.orders.values import CallOff, Offer, RequestedLine

_NOT_USED = (CANCELLED, REJECTED_BY_SUPPLIER)


_OFFERS = text(
    "SELECT t.id AS article_id, t.agreement_id, a.number AS agreement_number, t.supplier_id,"
    " s.name AS supplier_name, t.item_no, t.name, t.unspsc, t.unit,"
    " coalesce((SELECT price FROM article_price p WHERE p.concern_id = :concern AND p.article_id = t.id"
    " AND p.valid_from <= :day ORDER BY p.valid_from DESC LIMIT 1), t.price) AS price, t.vat_rate,"
    " t.min_quantity, t.removed_at IS NOT NULL AS removed, a.valid_from, a.valid_to,"
    " o.organisation_id IS NOT NULL AS may_call_off, r.status AS supplier_status, r.secret"
    " FROM article t JOIN agreement a ON a.concern_id = :concern AND a.id = t.agreement_id"
    " JOIN supplier s ON s.id = t.supplier_id"
    " JOIN supplier_relation r ON r.concern_id = :concern AND r.supplier_id = t.supplier_id"
    " LEFT JOIN agreement_organisation o ON o.concern_id = :concern AND o.agreement_id = t.agreement_id"
    " AND o.organisation_id = :organisation"
    " WHERE t.concern_id = :concern AND t.id = ANY(:articles)"
)


async def load_offers(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, article_ids: Collection[UUID], day: date
) -> Mapping[UUID, Offer]:
    """Articles by id as the organisation can buy them that day; those it cannot see are left out."""
    if not article_ids:
        return {}
    given = {
        "concern": concern_id, "organisation": organisation_id, "articles": list(article_ids), "day": day,
    }  # fmt: skip
    return {row.article_id: Offer(*row) for row in await session.execute(_OFFERS, given)}


# A cap is the whole concern's, not what one person sees: the function looks past the organisation.
_CALLED_OFF = text("SELECT * FROM called_off(:concern, :agreements, :not_used)")


async def call_offs(
    session: AsyncSession, concern_id: UUID, lines: Sequence[RequestedLine]
) -> tuple[CallOff, ...]:
    """What the lines take from each agreement that has a limit, beside what is ordered on it already."""
    amounts: dict[UUID, Decimal] = {}
    for line in lines:
        if line.agreement_id is not None:
            amounts[line.agreement_id] = amounts.get(line.agreement_id, Decimal(0)) + line.net
    return await call_offs_of(session, concern_id, amounts)


async def call_offs_of(
    session: AsyncSession, concern_id: UUID, amounts: Mapping[UUID, Decimal]
) -> tuple[CallOff, ...]:
    """As call_offs, by what is taken from each agreement: SEK without VAT."""
    if not amounts:
        return ()
    given = {"concern": concern_id, "agreements": list(amounts), "not_used": list(_NOT_USED)}
    rows = (await session.execute(_CALLED_OFF, given)).all()
    return tuple(
        CallOff(agreement, number, name, amounts[agreement], limit, cap, taken)
        for agreement, number, name, limit, cap, taken in rows
    )
