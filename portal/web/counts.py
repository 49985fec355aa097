"""The menu's counters: asked of each domain, kept for a moment per person so that every page need not ask again.

Who changes something gets a cookie with the moment (set by the unit of work): counts kept from before it are not
shown to that person again, by whichever of the web processes answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.web.security import SAFE_METHODS

KEPT = timedelta(seconds=20)
MOST_PEOPLE = 10_000
Counter = Callable[[AsyncSession, Actor, datetime], Awaitable[Mapping[str, int]]]


class Counts:
    """Counters of all domains, per user."""

    def __init__(self, counters: tuple[Counter, ...]) -> None:
        self._counters = counters
        self._kept: dict[UUID, tuple[datetime, dict[str, int]]] = {}

    async def of(
        self, session: AsyncSession, actor: Actor, now: datetime, changed: datetime | None = None
    ) -> Mapping[str, int]:
        """The actor's counters, at most KEPT old and not from before the actor's last change."""
        key = actor.user_id
        kept = self._kept.get(key) if key else None
        if kept is not None and now - kept[0] < KEPT and (changed is None or kept[0] > changed):
            return kept[1]
        counted: dict[str, int] = {}
        for counter in self._counters:
            counted.update(await counter(session, actor, now))
        if key is not None:
            if len(self._kept) >= MOST_PEOPLE:
                self._kept.clear()
            self._kept[key] = (now, counted)
        return counted


async def counts_for(request: Request[Any, Any, Any]) -> Mapping[str, int]:
    """The counters of whoever is signed in; none for a visitor, and none while an error is told."""
    state = request.scope["state"]
    actor: Actor | None = state.get("actor")
    session: AsyncSession | None = state.get("session")
    if actor is None or session is None or not session.is_active:
        return {}
    counts: Counts = request.app.state.counts
    changed = state["now"] if request.method not in SAFE_METHODS else state.get("changed")
    return await counts.of(session, actor, state["now"], changed)
