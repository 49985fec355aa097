"""Search among articles. Two engines stand behind one Protocol: PostgreSQL's, which is always there, and
Meilisearch for large catalogues (integrations/meilisearch.py). They know articles by id, and show only what an
organisation may buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from portal.kernel.errors import PortalError


class SearchUnavailable(PortalError):
    """The search engine does not answer (503)."""

    status = 503
    code = "search_unavailable"


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """What the engine keeps of one article. `organisations`: those that may buy it."""

    id: UUID
    number: str
    name: str
    description: str
    supplier: str
    supplier_id: UUID
    agreement_id: UUID
    unspsc: str
    organisations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Any of the ids or prefixes of a group; an empty group does not narrow. `unspsc` are prefixes of even length:
    segment, family, class or commodity."""

    agreement_ids: tuple[UUID, ...] = ()
    supplier_ids: tuple[UUID, ...] = ()
    unspsc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Article ids, the best first, and words that were read as others: {"kulspetspena": "kulspetspenna"}."""

    article_ids: tuple[UUID, ...] = ()
    corrected: Mapping[str, str] = field(default_factory=dict)


class SearchEngine(Protocol):
    """What answers a search. Raises SearchUnavailable when the engine does not answer."""

    async def search(
        self,
        query: str,
        *,
        concern_id: UUID,
        organisation_id: UUID,
        limit: int,
        filters: SearchFilters = SearchFilters(),
    ) -> SearchResult:
        """What the organisation may buy and that fits all words, the last one also as a beginning. No words: any."""


class SearchIndex(SearchEngine, Protocol):
    """An engine with an index of its own, which must be fed. Every call is within one concern."""

    async def index(self, concern_id: UUID, articles: Sequence[IndexedArticle]) -> None:
        """Add articles or replace those with the same id; they are found when this returns."""

    async def remove(self, concern_id: UUID, article_ids: Sequence[UUID]) -> None:
        """Forget articles; unknown ids do not matter."""

    async def forget_all(self, concern_id: UUID) -> None:
        """Empty the index, which keeps its settings."""

    async def count(self, concern_id: UUID) -> int:
        """How many articles the index holds."""
