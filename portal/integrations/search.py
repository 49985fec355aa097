"""Search among articles: PostgreSQL's, which is always there, and an index of words beside it for large catalogues
(integrations/meilisearch.py, asked by catalog/indexed_search.py)."""

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
    """What the index keeps of one article: nothing that changes without a publishing of its catalogue."""

    id: UUID
    catalogue_id: UUID
    name: str
    manufacturer: str
    description: str
    unspsc: str


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
    """What answers a search."""

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


class SearchIndex(Protocol):
    """An index of words that must be fed. Every call is within one concern, and raises SearchUnavailable when the
    engine does not answer."""

    async def index(self, concern_id: UUID, articles: Sequence[IndexedArticle]) -> None:
        """Add articles or replace those with the same id; they are found when this returns."""

    async def remove(self, concern_id: UUID, article_ids: Sequence[UUID]) -> None:
        """Forget articles; unknown ids do not matter."""

    async def forget_all(self, concern_id: UUID) -> None:
        """Empty the index; its settings stay."""

    async def count(self, concern_id: UUID) -> int:
        """How many articles the index holds."""
        ...

    async def find(
        self,
        words: str,
        *,
        concern_id: UUID,
        catalogues: Sequence[UUID],
        unspsc: Sequence[str],
        limit: int,
        offset: int,
    ) -> Sequence[UUID]:
        """Articles of the catalogues (at least one) that hold all words, the last one also as a beginning."""
        ...
