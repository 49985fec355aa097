"""Meilisearch, for large catalogues. Its library is loaded only where it is configured: wiring asks for this module
by name (ADR 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from meilisearch_python_sdk import AsyncClient, AsyncIndex
from meilisearch_python_sdk.errors import MeilisearchError
from meilisearch_python_sdk.models.settings import LocalizedAttributes, MeilisearchSettings, TypoTolerance

from portal.integrations.search import IndexedArticle, SearchUnavailable

SEARCHED = ("name", "manufacturer", "description")
FILTERED = ("catalogue_id", "unspsc_prefixes")
TASK_TIMEOUT_MS = 60_000
# Measured on the demo city's articles: with slips allowed "pärm" drowned in "parfymerad", and the supplier's name in
# the index drowned "kontorsstol". Slips are mended by the portal's own vocabulary, names are read from the database.
# A whole word stands before a longer one, and the name before the description.
SETTINGS = MeilisearchSettings(
    searchable_attributes=list(SEARCHED),
    filterable_attributes=list(FILTERED),
    displayed_attributes=["id"],
    ranking_rules=["words", "exactness", "attribute", "proximity", "typo", "sort"],
    typo_tolerance=TypoTolerance(enabled=False),
    localized_attributes=[LocalizedAttributes(locales=["swe"], attribute_patterns=["name", "description"])],
)


class MeilisearchEngine:
    """One index per concern, named by `prefix`. `close()` when done."""

    def __init__(self, url: str, key: str | None, prefix: str = "articles") -> None:
        self._client = AsyncClient(url, key, timeout=10)
        self._prefix = prefix
        self._ready: set[UUID] = set()

    async def close(self) -> None:
        """Return the connections."""
        await self._client.aclose()

    async def index(self, concern_id: UUID, articles: Sequence[IndexedArticle]) -> None:
        if not articles:
            return
        try:
            index = await self._index(concern_id)
            documents = [_document(article) for article in articles]
            await self._finish((await index.add_documents(documents, primary_key="id")).task_uid)
        except MeilisearchError as error:
            raise _unavailable() from error

    async def remove(self, concern_id: UUID, article_ids: Sequence[UUID]) -> None:
        if not article_ids:
            return
        try:
            index = await self._index(concern_id)
            await self._finish((await index.delete_documents([str(one) for one in article_ids])).task_uid)
        except MeilisearchError as error:
            raise _unavailable() from error

    async def forget_all(self, concern_id: UUID) -> None:
        try:
            index = await self._index(concern_id)
            await self._finish((await index.delete_all_documents()).task_uid)
        except MeilisearchError as error:
            raise _unavailable() from error

    async def count(self, concern_id: UUID) -> int:
        try:
            index = await self._index(concern_id)
            return (await index.get_stats()).number_of_documents
        except MeilisearchError as error:
            raise _unavailable() from error

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
        try:
            found = await (await self._index(concern_id)).search(
                words,
                limit=limit,
                offset=offset,
                filter=_conditions(catalogues, unspsc),
                attributes_to_retrieve=["id"],
                matching_strategy="all",
            )
        except MeilisearchError as error:
            raise _unavailable() from error
        return [UUID(hit["id"]) for hit in found.hits]

    def index_name(self, concern_id: UUID) -> str:
        """The name of a concern's index."""
        return f"{self._prefix}-{concern_id.hex}"

    async def _index(self, concern_id: UUID) -> AsyncIndex:
        """The index with our settings; asked once per concern and process, and harmless to repeat."""
        name = self.index_name(concern_id)
        if concern_id not in self._ready:
            index = await self._client.get_or_create_index(name, "id")
            await self._finish((await index.update_settings(SETTINGS)).task_uid)
            self._ready.add(concern_id)
        return self._client.index(name)

    async def _finish(self, task: int) -> None:
        await self._client.wait_for_task(task, timeout_in_ms=TASK_TIMEOUT_MS, raise_for_status=True)


def _document(article: IndexedArticle) -> dict[str, Any]:
    return {
        "id": str(article.id),
        "catalogue_id": str(article.catalogue_id),
        "name": article.name,
        "manufacturer": article.manufacturer,
        "description": article.description,
        "unspsc_prefixes": [article.unspsc[:length] for length in (2, 4, 6, 8)],
    }


def _conditions(catalogues: Sequence[UUID], unspsc: Sequence[str]) -> list[str | list[str]]:
    """All of these hold. Ids are UUIDs; a prefix is digits only, so nothing can break out of its quotes."""
    conditions: list[str | list[str]] = [[f'catalogue_id = "{one}"' for one in catalogues]]
    if unspsc:
        conditions.append([f'unspsc_prefixes = "{_digits(prefix)}"' for prefix in unspsc])
    return conditions


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def _unavailable() -> SearchUnavailable:
    return SearchUnavailable("Sökningen svarar inte just nu. Försök igen om en stund.")
