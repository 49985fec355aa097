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


_GROUPS = text("""
SELECT left(unspsc, :length) AS digits, count(*) AS articles, min(name) AS example FROM article
WHERE removed_at IS NULL AND unspsc LIKE :digits || '%' GROUP BY 1 ORDER BY 1 LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code, how many articles have it, and the name of one of them."""

    code: str
    articles: int
    example: str


async def used_groups(session: AsyncSession, digits: str) -> Sequence[UsedCode]:
    """The groups one step below `digits` (two digits more) that articles are in."""
    rows = await session.execute(_GROUPS, {"digits": digits, "length": len(digits) + 2, "most": MOST})
    return [UsedCode(*row) for row in rows]


async def used_codes(session: AsyncSession, *, digits: str = "", words: str = "") -> Sequence[UsedCode]:
    """Codes that begin with `digits`, of articles whose name holds `words`."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await session.execute(_USED, {"digits": digits, "words": escaped, "most": MOST})
    return [UsedCode(*row) for row in rows]
