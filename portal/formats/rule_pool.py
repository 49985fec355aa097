"""Documents judged on several processes: Saxon is bound to one thread, so cores are used by processes."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Self

from portal.formats.check import CheckResult, check_document
from portal.formats.findings import Finding
from portal.formats.rule_runner import compile_rules
from portal.formats.rulesets import BILLING, RuleSet, for_document, in_force, packaged_rules
from portal.formats.xml import MAX_BYTES
from portal.kernel.dates import SystemClock, stockholm_date

_AHEAD = 4


class RulePool:
    """A pool of processes that each hold Saxon with the rule sets for invoices compiled.

    `rules` are all that are kept: each document is judged by those in force on the day it arrived.

    Processes start with the first document, are spawned (Saxon's runtime does not survive a fork), ignore
    Ctrl-C, which is the owner's to answer, and end with their owner even when it is killed.
    """

    def __init__(
        self, processes: int, *, rules: Sequence[RuleSet] | None = None, max_bytes: int = MAX_BYTES
    ) -> None:
        self._rules = tuple(packaged_rules() if rules is None else rules)
        self._max_bytes = max_bytes
        self._window = processes * _AHEAD
        self._executor = ProcessPoolExecutor(
            processes, get_context("spawn"), initializer=_begin, initargs=(self._rules,)
        )

    def submit(self, data: bytes, day: date | None = None) -> Future[CheckResult]:
        """Judge one document that arrived on `day` (today unless given); await it with asyncio.wrap_future."""
        return self._executor.submit(_check, data, self._max_bytes, day or _today())

    def check_many(self, documents: Iterable[bytes]) -> Iterator[list[Finding]]:
        """All findings per document (xml, xsd, rules), in the order given; a bounded number is read ahead."""
        waiting: deque[Future[CheckResult]] = deque()
        for data in documents:
            waiting.append(self.submit(data))
            if len(waiting) >= self._window:
                yield list(waiting.popleft().result().findings)
        while waiting:
            yield list(waiting.popleft().result().findings)

    def close(self) -> None:
        """Wait for what is running, drop what has not begun, end the processes."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_KEPT: list[RuleSet] = []
"""In a process of the pool: the sets it was started with, so that a document brings only its day along."""


def _begin(rules: tuple[RuleSet, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_owner, daemon=True).start()
    _KEPT[:] = rules
    now = in_force(rules, _today())
    for document in BILLING:
        compile_rules(for_document(now, document, "schematron"))


def _today() -> date:
    return stockholm_date(SystemClock().now())


def _end_with_owner() -> None:
    """A killed owner closes nothing: without this its processes would wait for work for ever."""
    owner = parent_process()
    if owner is not None:
        connection.wait([owner.sentinel])
        os._exit(1)


def _check(data: bytes, max_bytes: int, day: date) -> CheckResult:
    return check_document(data, max_bytes=max_bytes, rules=in_force(_KEPT, day))
