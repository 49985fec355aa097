"""What kind of goods a supplier's article numbers stand for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# One number on several agreements says nothing unless all of them class it alike.
_ARTICLES = text(
    "SELECT a.supplier_id, a.item_no, min(a.unspsc) AS unspsc"
    " FROM unnest(CAST(:suppliers AS uuid[]), CAST(:numbers AS text[])) AS k(supplier_id, item_no)"
    " JOIN article a ON a.concern_id = :concern AND a.supplier_id = k.supplier_id AND a.item_no = k.item_no"
    " GROUP BY a.supplier_id, a.item_no HAVING count(DISTINCT a.unspsc) = 1"
)


async def unspsc_of_articles(
    session: AsyncSession, concern_id: UUID, keys: Sequence[tuple[UUID | None, str]]
) -> dict[tuple[UUID, str], str]:
    """Supplier and article number → UNSPSC, for those that are in a catalogue of the concern, removed ones too."""
    if not keys:
        return {}
    suppliers, numbers = map(list, zip(*dict.fromkeys(keys), strict=True))
    parameters = {"concern": concern_id, "suppliers": suppliers, "numbers": numbers}
    rows = (await session.execute(_ARTICLES, parameters)).all()
    return {(row.supplier_id, row.item_no): row.unspsc for row in rows}
