"""Search with an engine of its own beside PostgreSQL: who leads, who fills in, and whether the index is whole.

The index knows words and catalogues only. Who may buy what, names of suppliers and agreements, numbers, slips of the
finger and what is left out are always read from the database, so that no change of them has to reach the index.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.rules.named import named_categories, named_places
from portal.catalog.rules.words import Query, read_query
from portal.catalog.search import NO_FILTERS, PostgresSearch
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.search import SearchFilters, SearchIndex, SearchResult, SearchUnavailable

ENOUGH = 20
"""With fewer hits than a page PostgreSQL leads: it knows inflections, parts of words and slips of the finger."""
TRUSTED_SECONDS = 30
_LIVE = text("SELECT count(*) FROM article WHERE concern_id = :concern AND removed_at IS NULL")
_KNOWN = text("SELECT id FROM article WHERE concern_id = :concern AND id = ANY (:ids) AND removed_at IS NULL")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class IndexWatch:
    """Whether the index holds what the database has; asked again when the answer is older than half a minute."""

    database: Database
    index: SearchIndex
    _seen: dict[UUID, tuple[float, bool]] = field(default_factory=dict)

    async def counts(self, concern_id: UUID) -> tuple[int, int]:
        """(articles in the index, articles in the database)."""
        async with self.database.session(Context.for_system(concern_id)) as session:
            live = (await session.execute(_LIVE, {"concern": concern_id})).scalar_one()
        return await self.index.count(concern_id), live

    async def is_whole(self, concern_id: UUID) -> bool:
        """False too when the engine does not answer."""
        seen = self._seen.get(concern_id)
        if seen is not None and monotonic() - seen[0] < TRUSTED_SECONDS:
            return seen[1]
        try:
            held, live = await self.counts(concern_id)
            whole = held == live
        except SearchUnavailable:
            whole = False
        if not whole:
            log.warning("the search index is not whole: PostgreSQL answers")
        self._seen[concern_id] = (monotonic(), whole)
        return whole


class IndexedSearch:
    """The engine over one request's session, with an index that must be whole to be asked."""

    def __init__(self, watch: IndexWatch, session: AsyncSession, today: date) -> None:
        self._watch = watch
        self._session = session
        self._postgres = PostgresSearch(session, today)

    async def search(
        self,
        query: str,
        *,
        concern_id: UUID,
        organisation_id: UUID,
        limit: int,
        filters: SearchFilters = NO_FILTERS,
    ) -> SearchResult:
        asked = read_query(query)
        where = {"concern_id": concern_id, "organisation_id": organisation_id}
        ids: Sequence[UUID] = ()
        if asked.words and not asked.number and not asked.without and await self._watch.is_whole(concern_id):
            ids = await self._from_index(asked, concern_id, organisation_id, limit, filters)
        if len(ids) >= min(limit, ENOUGH):
            return SearchResult(tuple(ids[:limit]))
        found = await self._postgres.search(query, limit=limit, filters=filters, **where)
        return SearchResult(tuple(dict.fromkeys((*found.article_ids, *ids)))[:limit], found.corrected)

    async def _from_index(
        self, asked: Query, concern_id: UUID, organisation_id: UUID, limit: int, filters: SearchFilters
    ) -> Sequence[UUID]:
        """Hits of plain words; none when a word names something, or the engine does not answer."""
        places = await self._postgres.places(concern_id, organisation_id, filters)
        if not places or named_places(asked, places) or named_categories(asked.words):
            return ()
        catalogues = [place.catalogue_id for place in places]
        words = " ".join(word.text for word in asked.words)
        try:
            return await self._past_the_missing(words, concern_id, catalogues, filters.unspsc, limit)
        except SearchUnavailable:
            log.warning("the search engine does not answer: PostgreSQL does")
            return ()

    async def _past_the_missing(
        self, words: str, concern_id: UUID, catalogues: Sequence[UUID], unspsc: Sequence[str], limit: int
    ) -> Sequence[UUID]:
        """As many hits as were asked for that are articles still, however many have left."""
        kept: list[UUID] = []
        offset = 0
        while len(kept) < limit:
            ids = await self._watch.index.find(
                words, concern_id=concern_id, catalogues=catalogues, unspsc=unspsc, limit=limit, offset=offset
            )
            given = {"concern": concern_id, "ids": list(ids)}
            known = set((await self._session.execute(_KNOWN, given)).scalars())
            kept += [id_ for id_ in ids if id_ in known]
            offset += len(ids)
            if len(ids) < limit:
                break
        return kept[:limit]
