"""Meilisearch, for large catalogues. Its library is loaded only where it is configured: wiring asks for this module
by name (ADR 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import takewhile
from typing import Any
from uuid import UUID

from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.errors import MeilisearchError
from meilisearch_python_sdk.models.settings import (
    LocalizedAttributes,
    MeilisearchSettings,
    MinWordSizeForTypos,
    TypoTolerance,
)

from portal.integrations.search import IndexedArticle, SearchFilters, SearchResult, SearchUnavailable

SEARCHED = ("name", "number", "description", "supplier", "unspsc")
FILTERED = ("organisations", "agreement_id", "supplier_id", "unspsc_prefixes")
TASK_TIMEOUT_MS = 60_000
EVERYTHING = SearchFilters()
SETTINGS = MeilisearchSettings(
    searchable_attributes=list(SEARCHED),
    filterable_attributes=list(FILTERED),
    displayed_attributes=["id", *SEARCHED],
    typo_tolerance=TypoTolerance(
        enabled=True,
        disable_on_attributes=[
            "number",
            "unspsc",
        ],  # an article number that is nearly right is another article
        min_word_size_for_typos=MinWordSizeForTypos(one_typo=4, two_typos=8),
    ),
    localized_attributes=[LocalizedAttributes(locales=["swe"], attribute_patterns=["name", "description"])],
)


class MeilisearchEngine:
    """One index per concern. `close()` when done."""

    def __init__(self, url: str, key: str | None) -> None:
        self._client = AsyncClient(url, key, timeout=10)
        self._ready: set[UUID] = set()

    async def close(self) -> None:
        """Return the connections."""
        await self._client.aclose()

    async def index(self, concern_id: UUID, articles: Sequence[IndexedArticle]) -> None:
        if not articles:
            return
        try:
            await self._make_ready(concern_id)
            documents = [_document(article) for article in articles]
            task = await self._client.index(_index_name(concern_id)).add_documents(
                documents, primary_key="id"
            )
            await self._finish(task.task_uid)
        except MeilisearchError as error:
            raise _unavailable() from error

    async def remove(self, concern_id: UUID, article_ids: Sequence[UUID]) -> None:
        if not article_ids:
            return
        try:
            await self._make_ready(concern_id)
            index = self._client.index(_index_name(concern_id))
            await self._finish((await index.delete_documents([str(one) for one in article_ids])).task_uid)
        except MeilisearchError as error:
            raise _unavailable() from error

    async def search(
        self,
        query: str,
        *,
        concern_id: UUID,
        organisation_id: UUID,
        limit: int,
        filters: SearchFilters = EVERYTHING,
    ) -> SearchResult:
        try:
            await self._make_ready(concern_id)
            found = await self._client.index(_index_name(concern_id)).search(
                query,
                limit=limit,
                filter=_conditions(organisation_id, filters),
                attributes_to_retrieve=["id", *SEARCHED],
                show_matches_position=True,
                matching_strategy="all",
            )
        except MeilisearchError as error:
            raise _unavailable() from error
        ids = tuple(UUID(hit["id"]) for hit in found.hits)
        return SearchResult(ids, corrections(query, found.hits[0]) if found.hits else {})

    async def _make_ready(self, concern_id: UUID) -> None:
        """The index with our settings; asked once per concern and process, and harmless to repeat."""
        if concern_id in self._ready:
            return
        index = await self._client.get_or_create_index(_index_name(concern_id), "id")
        await self._finish((await index.update_settings(SETTINGS)).task_uid)
        self._ready.add(concern_id)

    async def _finish(self, task: int) -> None:
        await self._client.wait_for_task(task, timeout_in_ms=TASK_TIMEOUT_MS, raise_for_status=True)


def corrections(query: str, hit: Mapping[str, Any]) -> dict[str, str]:
    """Words of the query that the best hit answers with another word. Meilisearch tells where it matched,
    in bytes; a word of the query that begins no matched word was read as the one of those that is nearest."""
    matched = _matched_words(hit)
    wrong = [word for word in query.casefold().split() if not any(m.startswith(word) for m in matched)]
    pairs = ((word, get_close_matches(word, matched, n=1, cutoff=0.5)) for word in wrong)
    return {word: near[0] for word, near in pairs if near}


def _matched_words(hit: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for attribute, places in (hit.get("_matchesPosition") or {}).items():
        text = str(hit.get(attribute, "")).encode()
        for place in places:
            end = place["start"] + place["length"]
            words.append(_whole_word(text, place["start"], end).casefold())
    return words


def _whole_word(text: bytes, start: int, end: int) -> str:
    """The match and the rest of its word: a beginning is matched as far as it was typed."""
    rest = text[end:].decode(errors="ignore")
    tail = "".join(takewhile(str.isalnum, rest))
    return text[start:end].decode(errors="ignore") + tail


def _document(article: IndexedArticle) -> dict[str, Any]:
    return {
        "id": str(article.id),
        "number": article.number,
        "name": article.name,
        "description": article.description,
        "supplier": article.supplier,
        "supplier_id": str(article.supplier_id),
        "agreement_id": str(article.agreement_id),
        "unspsc": article.unspsc,
        "unspsc_prefixes": [article.unspsc[:length] for length in (2, 4, 6, 8)],
        "organisations": [str(one) for one in article.organisations],
    }


def _conditions(organisation_id: UUID, filters: SearchFilters) -> list[str | list[str]]:
    """All of these hold. Ids are UUIDs; the prefix is digits only, so nothing can break out of its quotes."""
    conditions: list[str | list[str]] = [f'organisations = "{organisation_id}"']
    groups = {
        "agreement_id": [str(one) for one in filters.agreement_ids],
        "supplier_id": [str(one) for one in filters.supplier_ids],
        "unspsc_prefixes": [_digits(prefix) for prefix in filters.unspsc],
    }
    for name, values in groups.items():
        if values:
            conditions.append([f'{name} = "{value}"' for value in values])
    return conditions


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def _index_name(concern_id: UUID) -> str:
    return f"articles-{concern_id.hex}"


def _unavailable() -> SearchUnavailable:
    return SearchUnavailable("Sökningen svarar inte just nu. Försök igen om en stund.")
