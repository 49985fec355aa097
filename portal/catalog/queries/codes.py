"""UNSPSC codes that the reader's catalogues use, found by words or by the first digits. No licensed list ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MOST = 100

_USED = text("""
SELECT unspsc, count(*) AS articles, min(name) AS example FROM article
WHERE removed_at IS NULL AND unspsc LIKE :digits || '%' AND (:words = '' OR name ILIKE '%' || :words || '%')
GROUP BY unspsc ORDER BY unspsc LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code, how many articles have it, and the name of one of them."""

    code: str
    articles: int
    example: str


async def used_codes(session: AsyncSession, *, digits: str = "", words: str = "") -> Sequence[UsedCode]:
    """Codes that begin with `digits`, of articles whose name holds `words`."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await session.execute(_USED, {"digits": digits, "words": escaped, "most": MOST})
    return [UsedCode(*row) for row in rows]
