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
# One round trip for a search: longer words that hold a given one, what fits all words, and, when that is next to
# nothing, which of the words nobody uses and the known words near them.
_FIRST = text(f"""
WITH longer AS MATERIALIZED (
  SELECT given, word FROM compound_words(CAST(:long AS text[]), :last, {MOST_COMPOUNDS})
), parts AS MATERIALIZED (
  SELECT w.word, w.place, plainto_tsquery('swedish', w.word) || to_tsquery('simple', w.quoted || coalesce((
      SELECT string_agg(' | ' || quote_literal(replace(l.word, '\\', '')), '') FROM longer l WHERE l.given = w.word
    ), '')) AS part
  FROM unnest(CAST(:words AS text[]), CAST(:quoted AS text[])) WITH ORDINALITY AS w (word, quoted, place)
), whole AS MATERIALIZED (
  SELECT coalesce(string_agg('(' || part::text || ')', ' & ' ORDER BY place), '')::tsquery AS query FROM parts
  WHERE numnode(part) > 0
), places AS MATERIALIZED (SELECT ({BUYABLE}) AS ids), found AS MATERIALIZED (
  SELECT s.article_id, s.place
  FROM search_articles((SELECT query FROM whole), (SELECT ids FROM places), CAST(:segments AS text[]), :most)
  WITH ORDINALITY AS s (article_id, rank, place) ORDER BY s.place LIMIT :limit
), unused AS MATERIALIZED (
  SELECT p.word FROM parts p WHERE (SELECT count(*) FROM found) < {FEW} AND NOT EXISTS (
    SELECT 1 FROM search_articles(p.part, (SELECT ids FROM places), CAST(:segments AS text[]), 1))
)
SELECT 'hit' AS kind, article_id, place, NULL AS given, NULL AS word FROM found
UNION ALL
SELECT 'near', NULL, articles, given, word FROM near_words(ARRAY(SELECT word FROM unused), {MOST_NEAR})
UNION ALL
SELECT 'longer', NULL, 0, given, word FROM longer WHERE EXISTS (SELECT 1 FROM unused)
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
        found, near, others = await self._first(words, scope, limit)
        read_as = {word: [one.word for one in meant(word, known)] for word, known in near.items()}
        read_as = {word: likely for word, likely in read_as.items() if likely}
        if not read_as:
            return SearchResult(found)
        mended = await self._find(words, others | read_as, scope, limit)
        corrected = {word: likely[0] for word, likely in read_as.items()} if mended else {}
        return SearchResult((*found, *(one for one in mended if one not in set(found)))[:limit], corrected)

    async def _first(
        self, words: Words, scope: dict[str, Any], limit: int
    ) -> tuple[tuple[UUID, ...], dict[str, list[tuple[str, int]]], Alternatives]:
        """What fits the words as they are; for words nobody uses their nearest ones, and then the longer words too:
        papper is in kopieringspapper."""
        long = [word for word in words if len(word) >= SHORTEST_COMPOUND and word.isalpha()]
        quoted = [
            _any_of(word, (), beginning=place == len(words)) for place, word in enumerate(words, start=1)
        ]
        given = scope | {"long": long, "last": words[-1], "words": list(words), "quoted": quoted, "limit": limit,
                         "most": MOST_CANDIDATES}  # fmt: skip
        found: list[tuple[int, UUID]] = []
        near: dict[str, list[tuple[str, int]]] = defaultdict(list)
        others: Alternatives = defaultdict(list)
        for row in await self._session.execute(_FIRST, given):
            match row.kind:
                case "hit":
                    found.append((row.place, row.article_id))
                case "near":
                    near[row.given].append((row.word, row.place))
                case _:
                    others[row.given].append(row.word)
        return tuple(one for _, one in sorted(found)), near, dict(others)

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
