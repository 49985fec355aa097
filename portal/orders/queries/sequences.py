"""Numbers that are never given twice: gaps are possible, so nobody waits for anybody."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PREFIX = {"requisition": "R", "order": "B"}
_NEXT = text("SELECT nextval(cast(:sequence AS regclass)) FROM generate_series(1, :count)")


async def next_numbers(session: AsyncSession, kind: str, count: int) -> list[str]:
    """So many new numbers of a kind, "requisition" or "order"."""
    rows = await session.execute(_NEXT, {"sequence": f"{kind}_number", "count": count})
    return [f"{PREFIX[kind]}{number}" for number in rows.scalars()]
