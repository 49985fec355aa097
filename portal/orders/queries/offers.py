"""What can be bought today, as an organisation can buy it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.orders.values import Offer

_OFFERS = text(
    "SELECT t.id AS article_id, t.agreement_id, a.number AS agreement_number, t.supplier_id,"
    " s.name AS supplier_name, t.item_no, t.name, t.unspsc, t.unit,"
    " coalesce((SELECT price FROM article_price p WHERE p.concern_id = :concern AND p.article_id = t.id"
    " AND p.valid_from <= :day ORDER BY p.valid_from DESC LIMIT 1), t.price) AS price, t.vat_rate,"
    " t.min_quantity, t.removed_at IS NOT NULL AS removed, a.valid_from, a.valid_to,"
    " o.organisation_id IS NOT NULL AS may_call_off, r.status AS supplier_status, r.secret, x.rank,"
    " CASE WHEN a.kind = 'single_fixed' THEN '{}' ELSE array(SELECT u.name FROM agreement_supplier y"
    " JOIN supplier u ON u.id = y.supplier_id JOIN supplier_relation v ON v.concern_id = :concern"
    " AND v.supplier_id = y.supplier_id AND v.status = 'approved' WHERE y.concern_id = :concern"
    " AND y.agreement_id = a.id AND y.rank < x.rank ORDER BY y.rank, u.name) END AS above, t.gtin, t.description"
    " FROM article t JOIN agreement a ON a.concern_id = :concern AND a.id = t.agreement_id"
    " JOIN supplier s ON s.id = t.supplier_id"
    " JOIN supplier_relation r ON r.concern_id = :concern AND r.supplier_id = t.supplier_id"
    " LEFT JOIN agreement_supplier x ON x.concern_id = :concern AND x.agreement_id = a.id"
    " AND x.supplier_id = t.supplier_id"
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
    rows = await session.execute(_OFFERS, given)
    return {row.article_id: Offer(**{**row._mapping, "above": tuple(row.above)}) for row in rows}
