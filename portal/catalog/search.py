"""Search in PostgreSQL: Swedish text search over the articles, with a vocabulary that mends misspelt words.

The engine that is always there, for the Protocol in integrations/search.py. Candidates are capped before they are
ranked, and only catalogues the organisation may call off from today are searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.queries.search import BROWSE, BUYABLE, CATEGORIES, EXACT, FIND, TERMS, UNUSED
from portal.catalog.rules.named import Named, Place, named_categories, named_places
from portal.catalog.rules.search_plan import (
    Term,
    any_word,
    left_out,
    open_terms,
    search_plan,
)
from portal.catalog.rules.spelling import meant
from portal.catalog.rules.words import Query, Word, number_key, read_query
from portal.integrations.search import SearchEngine, SearchFilters, SearchResult

MOST_CANDIDATES = 1_000
ENOUGH = 3
MOST_NEAREST = 5
SearchFor = Callable[[AsyncSession, date], SearchEngine]
"""The engine of this installation for one request's session and day."""
NO_FILTERS = SearchFilters()


class PostgresSearch:
    """The engine over one request's session, in whose context agreements and suppliers are seen."""

    def __init__(self, session: AsyncSession, today: date) -> None:
        self._session = session
        self._today = today

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
        if not asked.words and query.strip() and not asked.without:
            return SearchResult()
        places = await self.places(concern_id, organisation_id, filters)
        scope = _scope([place.catalogue_id for place in places], filters, limit)
        if not asked.words:
            return SearchResult(await self._browse(asked, scope))
        named = named_places(asked, places)
        found = await self._with_named(asked, named, scope)
        if found:
            return SearchResult(found[:limit])
        return await self._mended(asked, scope)

    async def nearest(self, query: str, *, concern_id: UUID, organisation_id: UUID) -> Sequence[UUID]:
        """When nothing fits: articles that hold some of the words, or words like them; the nearest first."""
        asked = read_query(query)
        if not asked.words:
            return ()
        places = await self.places(concern_id, organisation_id, NO_FILTERS)
        scope = _scope([place.catalogue_id for place in places], NO_FILTERS, MOST_NEAREST)
        near, others = await self._unused(asked, scope)
        alike = {word: [other for other, _ in known[:MOST_NEAREST]] for word, known in near.items()}
        return await self._find(any_word(asked.words, others | alike), asked, scope)

    async def categories(self, *, concern_id: UUID, organisation_id: UUID) -> Mapping[str, int]:
        """UNSPSC segment → number of articles the organisation may buy, the largest first."""
        places = await self.places(concern_id, organisation_id, NO_FILTERS)
        given = {"catalogues": [place.catalogue_id for place in places], "concern": concern_id}
        rows = await self._session.execute(CATEGORIES, given)
        return {row.segment: row.articles for row in rows}

    async def find_number(self, item_no: str, concern_id: UUID) -> Sequence[UUID]:
        """Articles with exactly this number, however it is written, whether they may be bought or not."""
        key = number_key(item_no.strip())
        if not key.isalnum():
            return ()
        given = {"key": f"'#{key[::-1]}'", "most": MOST_NEAREST}
        return (await self._session.execute(EXACT, given)).scalars().all()

    async def places(self, concern_id: UUID, organisation_id: UUID, filters: SearchFilters) -> list[Place]:
        """The catalogues the organisation may call off from today."""
        given = {
            "concern": concern_id, "organisation": organisation_id, "today": self._today,
            "agreements": list(filters.agreement_ids) or None, "suppliers": list(filters.supplier_ids) or None,
        }  # fmt: skip
        return [Place(*row) for row in await self._session.execute(BUYABLE, given)]

    async def _with_named(
        self, asked: Query, named: Sequence[Named], scope: dict[str, Any]
    ) -> tuple[UUID, ...]:
        """What fits the words, with what the words name before it (the whole name was typed) or after it."""
        before = [await self._of_place(asked, one, scope) for one in named if one.first]
        text = await self._find(search_plan(asked, named_categories(asked.words), {}), asked, scope)
        after = [await self._of_place(asked, one, scope) for one in named if not one.first]
        return tuple(dict.fromkeys(id_ for ids in (*before, text, *after) for id_ in ids))

    async def _of_place(self, asked: Query, named: Named, scope: dict[str, Any]) -> Sequence[UUID]:
        there = scope | {"catalogues": list(named.catalogues)}
        rest = replace(asked, words=named.rest, number="", digits="")
        if not named.rest:
            return await self._browse(rest, there)
        return await self._find(search_plan(rest, {}, {}), rest, there)

    async def _mended(self, asked: Query, scope: dict[str, Any]) -> SearchResult:
        """Search again with the words nobody uses read as their nearest ones."""
        near, others = await self._unused(asked, scope)
        likely = {word: [one.word for one in meant(word, known)] for word, known in near.items()}
        read_as = {word: words for word, words in likely.items() if words}
        if not read_as:
            return SearchResult()
        mended = await self._find(search_plan(asked, {}, others | read_as), asked, scope)
        return SearchResult(mended, {word: words[0] for word, words in read_as.items()} if mended else {})

    async def _unused(
        self, asked: Query, scope: dict[str, Any]
    ) -> tuple[dict[str, list[tuple[str, int]]], dict[str, list[str]]]:
        """The words nobody uses with the known ones near them, and the longer words that hold a word."""
        near: dict[str, list[tuple[str, int]]] = defaultdict(list)
        longer: dict[str, list[str]] = defaultdict(list)
        given = scope | _terms(open_terms(asked.words), asked.words)
        for row in await self._session.execute(UNUSED, _only(given, UNUSED)):
            if row.near:
                near[row.given].append((row.word, row.articles))
            else:
                longer[row.given].append(row.word)
        return near, longer

    async def _find(self, terms: Sequence[Term], asked: Query, scope: dict[str, Any]) -> tuple[UUID, ...]:
        given = scope | _terms([*terms, *left_out(asked.without)], asked.words) | {"enough": ENOUGH}
        return tuple((await self._session.execute(FIND, given)).scalars())

    async def _browse(self, asked: Query, scope: dict[str, Any]) -> tuple[UUID, ...]:
        given = scope | _terms(left_out(asked.without), ())
        return tuple((await self._session.execute(BROWSE, _only(given, BROWSE))).scalars())


def _scope(catalogues: list[UUID], filters: SearchFilters, limit: int) -> dict[str, Any]:
    segments = [prefix[:2] for prefix in filters.unspsc] or None
    return {"catalogues": catalogues, "segments": segments, "most": MOST_CANDIDATES, "limit": limit}


def _terms(terms: Sequence[Term], words: Sequence[Word]) -> dict[str, Any]:
    columns = zip(*map(astuple, terms), strict=True) if terms else [()] * len(TERMS)
    last = words[-1].text if words else ""
    return dict(zip(TERMS, map(list, columns), strict=True)) | {"last": last}


def _only(given: dict[str, Any], statement: Any) -> dict[str, Any]:
    """The parameters that a statement has."""
    return {name: given[name] for name in statement.compile().params if name in given}
