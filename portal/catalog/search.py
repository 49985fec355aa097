"""Search in PostgreSQL: Swedish text search over the articles, with a vocabulary that mends misspelt words.

The engine that is always there, for the Protocol in integrations/search.py. Candidates are capped before they are
ranked, and only catalogues the organisation may call off from today are searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.rules.spelling import meant, split_query
from portal.integrations.search import IndexedArticle, SearchEngine, SearchFilters, SearchResult

MOST_CANDIDATES = 1_000
FEW = 3
SHORTEST_COMPOUND = 4
MOST_COMPOUNDS = 20
MOST_NEAR = 12
BUYABLE = """
SELECT coalesce(array_agg(c.id), '{}') FROM catalogue c
JOIN agreement g ON g.concern_id = c.concern_id AND g.id = c.agreement_id
JOIN agreement_organisation o ON o.concern_id = c.concern_id AND o.agreement_id = c.agreement_id
JOIN supplier_relation r ON r.concern_id = c.concern_id AND r.supplier_id = c.supplier_id
WHERE c.concern_id = :concern AND o.organisation_id = :organisation AND r.status = 'approved'
  AND g.valid_from <= :today AND (g.valid_to IS NULL OR g.valid_to >= :today)
  AND (CAST(:agreements AS uuid[]) IS NULL OR c.agreement_id = ANY (CAST(:agreements AS uuid[])))
  AND (CAST(:suppliers AS uuid[]) IS NULL OR c.supplier_id = ANY (CAST(:suppliers AS uuid[])))
"""
_COMPOUNDS = text("SELECT given, word FROM compound_words(CAST(:words AS text[]), :last, :most)")
_NEAR = text("SELECT given, word, articles FROM near_words(CAST(:words AS text[]), :most)")
_EXACT = text("""
SELECT a.id FROM search_articles(phraseto_tsquery('simple', :item_no), NULL, NULL, :most) s
JOIN article a ON a.concern_id = :concern AND a.id = s.article_id WHERE upper(a.item_no) = upper(:item_no) LIMIT 5
""")

SearchFor = Callable[[AsyncSession, date], SearchEngine]
"""The engine of this installation for one request's session and day."""
Words = Sequence[str]
Alternatives = dict[str, list[str]]


class PostgresSearch:
    """The engine over one request's session, in whose context agreements and suppliers are seen."""

    def __init__(self, session: AsyncSession, today: date) -> None:
        self._session = session
        self._today = today

    async def index(self, concern_id: UUID, articles: Sequence[IndexedArticle]) -> None:
        """Nothing to do: the text vector is a column of the article."""

    async def remove(self, concern_id: UUID, article_ids: Sequence[UUID]) -> None:
        """Nothing to do: a removed article is not searched."""

    async def search(
        self,
        query: str,
        *,
        concern_id: UUID,
        organisation_id: UUID,
        limit: int,
        filters: SearchFilters = SearchFilters(),  # noqa: B008 - frozen
    ) -> SearchResult:
        words = split_query(query)
        scope = self._scope(concern_id, organisation_id, filters)
        if not words:
            return SearchResult() if query.strip() else SearchResult(await self._find((), {}, scope, limit))
        others = await self._compounds(words)
        found = await self._find(words, others, scope, limit)
        if len(found) >= FEW:
            return SearchResult(found)
        return await self._mended(words, others, scope, limit, found)

    async def _mended(
        self, words: Words, others: Alternatives, scope: dict[str, Any], limit: int, found: tuple[UUID, ...]
    ) -> SearchResult:
        """Search again with the words nobody uses read as their nearest ones."""
        unused = [
            word
            for place, word in enumerate(words, start=1)
            if not await self._find((word,), others, scope, 1, beginning=place == len(words))
        ]
        near: dict[str, list[tuple[str, int]]] = defaultdict(list)
        if unused:
            for row in await self._session.execute(_NEAR, {"words": unused, "most": MOST_NEAR}):
                near[row.given].append((row.word, row.articles))
        read_as = {word: [one.word for one in meant(word, known)] for word, known in near.items()}
        read_as = {word: likely for word, likely in read_as.items() if likely}
        if not read_as:
            return SearchResult(found)
        mended = await self._find(words, others | read_as, scope, limit)
        corrected = {word: likely[0] for word, likely in read_as.items()} if mended else {}
        return SearchResult((*found, *(one for one in mended if one not in set(found)))[:limit], corrected)

    async def find_number(self, item_no: str, concern_id: UUID) -> Sequence[UUID]:
        """Articles with exactly this number, whether they may be bought or not."""
        given = {"item_no": item_no.strip(), "concern": concern_id, "most": MOST_CANDIDATES}
        return (await self._session.execute(_EXACT, given)).scalars().all() if item_no.strip() else ()

    async def _compounds(self, words: Words) -> Alternatives:
        """Longer words that end in a given one, or hold the last one: papper is in kopieringspapper too."""
        long = [word for word in words if len(word) >= SHORTEST_COMPOUND and word.isalpha()]
        others: Alternatives = defaultdict(list)
        if long:
            given = {"words": long, "last": words[-1], "most": MOST_COMPOUNDS}
            for row in await self._session.execute(_COMPOUNDS, given):
                others[row.given].append(row.word)
        return dict(others)

    async def _find(
        self,
        words: Words,
        others: Alternatives,
        scope: dict[str, Any],
        limit: int,
        *,
        beginning: bool = True,
    ) -> tuple[UUID, ...]:
        """Ids of the best; `beginning`: the last word may be the beginning of one."""
        given = scope | {"limit": limit, "most": MOST_CANDIDATES}
        for place, word in enumerate(words, start=1):
            part = beginning and place == len(words)
            given[f"any{place}"] = _any_of(word, others.get(word, []), beginning=part)
            given[f"stem{place}"] = word
        return tuple((await self._session.execute(_statement(len(words)), given)).scalars())

    def _scope(self, concern_id: UUID, organisation_id: UUID, filters: SearchFilters) -> dict[str, Any]:
        return {
            "concern": concern_id,
            "organisation": organisation_id,
            "today": self._today,
            "agreements": list(filters.agreement_ids) or None,
            "suppliers": list(filters.supplier_ids) or None,
            "segments": [prefix[:2] for prefix in filters.unspsc] or None,
        }


def _statement(words: int) -> TextClause:
    """The search for so many words, all of which must fit."""
    parts = [
        f"(to_tsquery('simple', :any{place}) || plainto_tsquery('swedish', :stem{place}))"
        for place in range(1, words + 1)
    ]
    query = " && ".join(parts) or "CAST(NULL AS tsquery)"
    return text(
        f"SELECT s.article_id FROM search_articles({query}, ({BUYABLE}), CAST(:segments AS text[]), :most)"  # noqa: S608
        " WITH ORDINALITY AS s (article_id, rank, place) ORDER BY s.place LIMIT :limit"
    )


def _any_of(word: str, others: Sequence[str], *, beginning: bool) -> str:
    """A tsquery text: the word, as a beginning too when it is the last one typed, or any of the others."""
    return " | ".join([_quoted(word) + (":*" if beginning else ""), *(_quoted(other) for other in others)])


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "").replace("'", "''") + "'"
