"""What the invoice pipeline works with, handed down from wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from portal.db.session import Database
from portal.formats.findings import Finding
from portal.formats.rule_pool import RulePool
from portal.formats.rulesets import RuleSet, edition_of, in_force
from portal.formats.xml import MAX_BYTES
from portal.integrations.object_store import ObjectStore
from portal.invoicing.exchange import judge
from portal.kernel.failpoints import At, nowhere


class RuleCheck(Protocol):
    async def __call__(self, data: bytes, day: date) -> tuple[Finding, ...]:
        """All findings of the XSD, CEN and Peppol rules in force on `day`, without holding up the event loop."""


async def no_rules(data: bytes, day: date) -> tuple[Finding, ...]:
    """The rule check switched off: for measuring the rest, never for real invoices."""
    return ()


class OneByOne:
    """Judged in a thread of this process: right for a few documents, where starting processes costs more."""

    def __init__(self, rules: Sequence[RuleSet], *, max_bytes: int = MAX_BYTES) -> None:
        self._rules, self._max_bytes = tuple(rules), max_bytes

    async def __call__(self, data: bytes, day: date) -> tuple[Finding, ...]:
        rules = in_force(self._rules, day)
        return await asyncio.to_thread(judge, data, rules, max_bytes=self._max_bytes)


class Pooled:
    """Judged on several processes, which start with the first document and end with `close`."""

    def __init__(self, make_pool: Callable[[], RulePool]) -> None:
        self._make_pool = make_pool
        self._pool: RulePool | None = None

    async def __call__(self, data: bytes, day: date) -> tuple[Finding, ...]:
        pool = self._pool
        try:
            return await self._judged(data, day)
        except BrokenProcessPool:
            # One of its processes was killed, and with it what the others were doing: once more, in a new pool.
            if self._pool is pool:
                self._pool = None
            return await self._judged(data, day)

    async def _judged(self, data: bytes, day: date) -> tuple[Finding, ...]:
        if self._pool is None:
            self._pool = self._make_pool()
        return (await asyncio.wrap_future(self._pool.submit(data, day))).findings

    def close(self) -> None:
        """End the processes; a later document starts new ones."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


@dataclass(frozen=True, slots=True)
class IntakeParts:
    """Database, store of originals, the rule sets kept and how they are run. `at`: failpoints of tests."""

    database: Database
    store: ObjectStore
    rules: tuple[RuleSet, ...]
    check: RuleCheck = field(default=no_rules)
    max_bytes: int = MAX_BYTES
    at: At = nowhere

    def rules_on(self, day: date) -> tuple[RuleSet, ...]:
        """The sets that judge what arrives on this day (Stockholm)."""
        return in_force(self.rules, day)

    def edition_on(self, day: date) -> str | None:
        """What the Peppol rules of that day are called; None where nothing is judged by them."""
        return None if self.check is no_rules else edition_of(self.rules_on(day))
