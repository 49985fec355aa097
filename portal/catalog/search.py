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
# The words with the longer ones that hold them (papper is in kopieringspapper), each as a query of its own.
_PARTS = f"""
WITH longer AS MATERIALIZED (
  SELECT given, word FROM compound_words(CAST(:long AS text[]), :last, {MOST_COMPOUNDS})
), held AS (
  SELECT given, string_agg(' | ' || quote_literal(replace(word, '\\', '')), '') AS quoted FROM longer GROUP BY given
), parts AS MATERIALIZED (
  SELECT w.word, w.place,
    plainto_tsquery('swedish', w.word) || to_tsquery('simple', w.quoted || coalesce(h.quoted, '')) AS part
  FROM unnest(CAST(:words AS text[]), CAST(:quoted AS text[])) WITH ORDINALITY AS w (word, quoted, place)
  LEFT JOIN held h ON h.given = w.word
)
"""  # noqa: S608 - our own constants
_FIND = text(f"""
{_PARTS}
SELECT s.article_id FROM search_articles(
  (SELECT coalesce(string_agg('(' || part::text || ')', ' & ' ORDER BY place), '')::tsquery FROM parts
   WHERE numnode(part) > 0), ({BUYABLE}), CAST(:segments AS text[]), :most
) WITH ORDINALITY AS s (article_id, rank, place) ORDER BY s.place LIMIT :limit
""")  # noqa: S608 - our own constants
# When nothing fits: which of the words nobody uses, with the known words near them.
_UNUSED = text(f"""
{_PARTS}, places AS MATERIALIZED (SELECT ({BUYABLE}) AS ids), unused AS MATERIALIZED (
  SELECT p.word FROM parts p WHERE NOT EXISTS (
    SELECT 1 FROM search_articles(p.part, (SELECT ids FROM places), CAST(:segments AS text[]), 1))
)
SELECT true AS near, given, word, articles FROM near_words(ARRAY(SELECT word FROM unused), {MOST_NEAR})
UNION ALL
SELECT false, given, word, 0 FROM longer
""")  # noqa: S608 - our own constants
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
        given = scope | _words_given(words) | {"most": MOST_CANDIDATES}
        found = tuple((await self._session.execute(_FIND, given | {"limit": limit})).scalars())
        return SearchResult(found) if found else await self._mended(words, given, scope, limit)

    async def _mended(
        self, words: Words, given: dict[str, Any], scope: dict[str, Any], limit: int
    ) -> SearchResult:
        """Search again with the words nobody uses read as their nearest ones."""
        near: dict[str, list[tuple[str, int]]] = defaultdict(list)
        others: Alternatives = defaultdict(list)
        for row in await self._session.execute(_UNUSED, given):
            if row.near:
                near[row.given].append((row.word, row.articles))
            else:
                others[row.given].append(row.word)
        read_as = {word: [one.word for one in meant(word, known)] for word, known in near.items()}
        read_as = {word: likely for word, likely in read_as.items() if likely}
        if not read_as:
            return SearchResult()
        mended = await self._find(words, others | read_as, scope, limit)
        return SearchResult(mended, {word: likely[0] for word, likely in read_as.items()} if mended else {})

    async def find_number(self, item_no: str, concern_id: UUID) -> Sequence[UUID]:
        """Articles with exactly this number, whether they may be bought or not."""
        given = {"item_no": item_no.strip(), "concern": concern_id, "most": MOST_CANDIDATES}
        return (await self._session.execute(_EXACT, given)).scalars().all() if item_no.strip() else ()

    async def _find(
        self, words: Words, others: Alternatives, scope: dict[str, Any], limit: int
    ) -> tuple[UUID, ...]:
        """Ids of the best; the last word may be the beginning of one."""
        given = scope | {"limit": limit, "most": MOST_CANDIDATES}
        for place, word in enumerate(words, start=1):
            given[f"any{place}"] = _any_of(word, others.get(word, []), beginning=place == len(words))
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


def _words_given(words: Words) -> dict[str, Any]:
    quoted = [_any_of(word, (), beginning=place == len(words)) for place, word in enumerate(words, start=1)]
    long = [word for word in words if len(word) >= SHORTEST_COMPOUND and word.isalpha()]
    return {"words": list(words), "quoted": quoted, "long": long, "last": words[-1]}


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
