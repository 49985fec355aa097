"""A supplier's list of documents of one kind: a page of it, all of it, and what it comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.kernel.listed import MOST_LISTED, Totals

Row = TypeVar("Row")
PAGE = 25


class SupplierList(Generic[Row]):
    """`chosen` selects columns named as `row` names them, `totals` currency, count and sums. Both read :supplier,
    :words, :pattern and :statuses; `chosen`, newest first, the place after :at and :id, and :limit."""

    def __init__(self, chosen: str, totals: str, row: Callable[..., Row]) -> None:
        self._chosen, self._totals, self._row = text(chosen), text(totals), row

    async def page(
        self,
        session: AsyncSession,
        actor: Actor,
        *,
        words: str = "",
        statuses: tuple[str, ...] | None = None,
        after: tuple[datetime, UUID] | None = None,
        limit: int = PAGE,
    ) -> list[Row]:
        """Newest first; one more than `limit` when there is a next page."""
        at, row_id = after or (None, None)
        place = {"at": at, "id": row_id, "limit": limit + 1}
        rows = await session.execute(self._chosen, _filter(actor, words, statuses) | place)
        return [self._row(**row._mapping) for row in rows]

    async def every(
        self, session: AsyncSession, actor: Actor, *, words: str, statuses: tuple[str, ...] | None
    ) -> AsyncIterator[Row]:
        """All of them, read as they are asked for; no more than one above MOST_LISTED."""
        first = {"at": None, "id": None, "limit": MOST_LISTED + 1}
        query = self._chosen.execution_options(yield_per=500)
        async for row in await session.stream(query, _filter(actor, words, statuses) | first):
            yield self._row(**row._mapping)

    async def totals(
        self, session: AsyncSession, actor: Actor, *, words: str, statuses: tuple[str, ...] | None
    ) -> Totals:
        """What they come to, by currency."""
        rows = await session.execute(self._totals, _filter(actor, words, statuses))
        return Totals.of([tuple(row) for row in rows])


def _filter(actor: Actor, words: str, statuses: tuple[str, ...] | None) -> dict[str, Any]:
    given = {"supplier": actor.supplier_id, "words": words, "pattern": f"%{words}%"}
    return {**given, "statuses": list(statuses) if statuses else None}
