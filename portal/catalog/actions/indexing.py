"""Articles handed to an index of words beside the database: what a publishing changed, or all there are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.search import IndexedArticle, SearchIndex

BATCH = 5_000
_INDEXED = """
SELECT a.id, a.catalogue_id, a.name, coalesce(a.manufacturer, '') AS manufacturer,
  coalesce(a.description, '') AS description, a.unspsc, a.removed_at IS NOT NULL AS removed
FROM article a WHERE a.concern_id = :concern AND a.id > :after
"""
_CHANGED = text(
    f"{_INDEXED} AND a.catalogue_id = :catalogue AND a.version = :version ORDER BY a.id LIMIT :most"
)
_LIVE = text(f"{_INDEXED} AND a.removed_at IS NULL ORDER BY a.id LIMIT :most")


async def hand_over_version(
    engine: SearchIndex, database: Database, concern_id: UUID, catalogue_id: UUID, version: int
) -> None:
    """What this version of a catalogue changed; done again it changes nothing."""
    given = {"catalogue": catalogue_id, "version": version}
    await _hand_over(engine, database, concern_id, _CHANGED, given)


async def rebuild(engine: SearchIndex, database: Database, concern_id: UUID) -> int:
    """Empty the index and hand over every article that is left; how many. PostgreSQL answers meanwhile."""
    await engine.forget_all(concern_id)
    return await _hand_over(engine, database, concern_id, _LIVE, {})


async def _hand_over(
    engine: SearchIndex, database: Database, concern_id: UUID, statement: TextClause, given: dict[str, Any]
) -> int:
    after, handed = UUID(int=0), 0
    while True:
        asked = given | {"concern": concern_id, "after": after, "most": BATCH}
        async with database.session(Context.for_system(concern_id)) as session:
            rows = (await session.execute(statement, asked)).all()
        if not rows:
            return handed
        after = rows[-1].id
        await engine.index(concern_id, [_indexed(row) for row in rows if not row.removed])
        await engine.remove(concern_id, [row.id for row in rows if row.removed])
        handed += sum(not row.removed for row in rows)


def _indexed(row: Any) -> IndexedArticle:
    return IndexedArticle(row.id, row.catalogue_id, row.name, row.manufacturer, row.description, row.unspsc)
