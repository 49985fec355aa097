"""Named places where a test may stop or kill the process, to prove that nothing is lost or done twice.

A place is a step with two ends: `with place(at, "match"):` calls at("match.before") and
at("match.after").
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

At = Callable[[str], None]
"""Called with the end of a place that was reached."""

VARIABLE = "PORTAL_FAILPOINT"

STORE_PLACES = ("store.begin", "store.written", "store.synced", "store.renamed", "store.done")
INTAKE_PLACES = ("intake.store", "intake.read", "intake.delivery", "intake.enqueue", "intake.commit")
PIPELINE_PLACES = (
    "process.load", "process.parse", "process.rules", "process.lock", "process.duplicates", "process.facts",
    "process.arrival", "process.invoices", "process.numbers", "process.orders_lock", "process.flow",
    "process.match", "process.final_check", "process.coding", "process.owners", "process.move",
    "process.orders", "process.decisions", "process.deliveries", "process.commit",
)  # fmt: skip
PLACES = INTAKE_PLACES + PIPELINE_PLACES
"""Every place of intake and match; each has the ends NAME.before and NAME.after."""


def nowhere(_end: str) -> None:
    """Nobody is listening."""


@contextmanager
def place(at: At, name: str) -> Iterator[None]:
    """A step, told to `at` before it begins and after it has ended well."""
    at(f"{name}.before")
    yield
    at(f"{name}.after")


def from_environment(*, production: bool) -> At:
    """PORTAL_FAILPOINT=match.before kills this process (SIGKILL) there; "match.before:3" the third time.

    Never in production, whatever the environment says.
    """
    wanted = os.environ.get(VARIABLE, "")
    if production or not wanted:
        return nowhere
    name, _, times = wanted.partition(":")
    return _Killer(name, int(times) if times.isdigit() else 1)


class _Killer:
    def __init__(self, name: str, times: int) -> None:
        self._name, self._left = name, times

    def __call__(self, end: str) -> None:
        if end == self._name:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
