"""A history that fails, made as short as it fails still: each try is a history of its own, played alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from tests.play.history import Act, History
from tests.play.lot import REST, Calendar

Fails = Callable[[History, Calendar], Awaitable[str]]


async def smallest(history: History, calendar: Calendar, fails: Fails) -> tuple[History, str]:
    """The history without the acts and the faults that it fails without too, and how it fails; "" when it does not
    fail alone."""
    told = await fails(history, calendar)
    if told and any(calendar) and (words := await fails(history, (0,) * len(calendar))):
        calendar, told = (0,) * len(calendar), words
    for at in reversed(range(len(history.acts) if told else 0)):
        for tried in _plainer(history, at):
            if words := await fails(tried, calendar):
                history, told = tried, words
                break
    return history, told


def _plainer(history: History, at: int) -> Iterator[History]:
    """The history with less about one of its acts, the plainest first."""
    act = history.acts[at]
    found = [REST, Act(act.kind, pick=act.pick), replace(act, much=1)]
    if act.paper is not None:
        whole = replace(act.paper, shares=(10, 10, 10))
        found = [REST, replace(act, paper=replace(whole, faults=())), replace(act, paper=whole)]
    for one in found:
        if one != act:
            yield replace(history, acts=(*history.acts[:at], one, *history.acts[at + 1 :]))
