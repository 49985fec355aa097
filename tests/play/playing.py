"""Histories by the lot: drawn from a seed, played side by side, and one that fails told in as few acts as it takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from portal.formats.rulesets import RuleSet, packaged_rules
from portal.invoicing.actions.parts import IntakeParts, OneByOne
from tests.conftest import AUDIT_KEY
from tests.play.history import HISTORIES, History
from tests.play.lot import Calendar, Lot, calendar_of, play_together
from tests.play.oracle import Judge
from tests.play.promises import Readers
from tests.play.shrinking import smallest
from tests.play.stage import Wrong
from tests.play.sweep import sweep
from tests.web.core.conftest import Site, _site

SIDE_BY_SIDE = 50
SHOWN = 2_000  # letters of a first failure beside the shortened one


def drawn(start: int, many: int) -> list[History]:
    """As many histories as asked for, always the same from a seed."""
    found: list[History] = []

    @seed(start)
    @settings(
        max_examples=many, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(HISTORIES)
    def draw(history: History) -> None:
        found.append(history)

    draw()
    return found


@cache
def _rules() -> tuple[RuleSet, ...]:
    return packaged_rules()


class Play:
    """A city to play histories in, with its pages."""

    def __init__(self, urls: Any, folder: Path, now: datetime, *, judged: bool = True) -> None:
        self.site: Site = _site(urls, folder, now)
        self.site.installation.database.audit_key = AUDIT_KEY  # the city was seeded under it
        self.folder, self.now = folder, now
        database, store = self.site.installation.database, self.site.installation.store
        rules = _rules() if judged else ()
        self.parts = IntakeParts(database, store, rules, **({"check": OneByOne(rules)} if judged else {}))
        self.readers = Readers(self.site)
        self.runner = asyncio.Runner()

    def __enter__(self) -> Play:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.site.installation.database.close())
        self.runner.close()

    def lots(self, histories: Sequence[History]) -> Iterator[Counter[str]]:
        """Play them; of each lot how many invoices came to rest where."""
        for start in range(0, len(histories), SIDE_BY_SIDE):
            lot = histories[start : start + SIDE_BY_SIDE]
            yield self.runner.run(self._lot(lot))

    def seen(self, histories: Sequence[History]) -> Exception | None:
        """What first went wrong with them, as it was seen."""
        try:
            lot = self.runner.run(self._whole(histories))
            self.runner.run(sweep(self.parts.database, self.folder, lot.now))
        except Exception as error:
            return error
        return None

    async def _lot(self, histories: Sequence[History]) -> Counter[str]:
        try:
            lot = await self._whole(histories)
        except Exception as error:
            raise AssertionError(await self._explained(histories, error)) from error
        await sweep(self.parts.database, self.folder, lot.now)
        return await _rests(lot)

    async def _whole(self, histories: Sequence[History], calendar: Calendar = ()) -> Lot:
        lot = await play_together(self.parts, histories, self.now, Judge(self.parts.store), calendar)
        await self.readers.keep_promises(lot)
        return lot

    async def _explained(self, histories: Sequence[History], error: Exception) -> str:
        """The first of those that may have failed which fails alone, shortened; and how the lot did."""
        first = f"{error!r}"[:SHOWN]
        suspects = [error.stage.history] if isinstance(error, Wrong) else histories
        for suspect in suspects:
            shorter, told = await smallest(suspect, calendar_of(histories), self._fails)
            if told:
                return f"{told}\n\n{shorter}\n\nFirst seen as {first}"
        return f"Only side by side with the others: {error}"

    async def _fails(self, history: History, calendar: Calendar) -> str:
        try:
            await self._whole([history], calendar)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""


async def _rests(lot: Lot) -> Counter[str]:
    ids = [one.id for stage in lot.stages for one in stage.sent]
    rows = await lot.stages[0].rows("SELECT status FROM invoice WHERE id = ANY(:ids)", ids=ids)
    return Counter(row.status for row in rows)
