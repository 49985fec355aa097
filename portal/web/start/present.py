"""Min dag in words: the day as a heading, how much waits, and the one thing to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.kernel.dates import format_day_long, stockholm_date
from portal.web.i18n import current_locale, gettext, ngettext
from portal.web.start.tasks import Task

WEEKDAYS = ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag")
# Up to ten as a word, as the language wants it.
NUMBERS = ("", "En", "Två", "Tre", "Fyra", "Fem", "Sex", "Sju", "Åtta", "Nio", "Tio")


@dataclass(frozen=True, slots=True)
class Day:
    """What the page shows: heading and lead as finished texts, the tasks sorted, `first` when one can be begun."""

    heading: str
    lead: str
    tasks: tuple[Task, ...]
    first: Task | None
    updated: datetime


def day_of(tasks: Sequence[Task], now: datetime) -> Day:
    """The page of that instant; `tasks` sorted by haste, empty ones last."""
    first = next((task for task in tasks if task.count and task.first_path), None)
    return Day(_heading(now), _lead(tasks), tuple(tasks), first, now)


def _heading(now: datetime) -> str:
    today = stockholm_date(now)
    return f"{gettext(WEEKDAYS[today.weekday()])} {format_day_long(today, current_locale())}"


def _lead(tasks: Sequence[Task]) -> str:
    total = sum(task.count for task in tasks)
    if not total:
        return gettext("Inget väntar på dig just nu.")
    number = gettext(NUMBERS[total]) if total < len(NUMBERS) else str(total)
    waiting = ngettext("%(number)s sak väntar på dig.", "%(number)s saker väntar på dig.", total)
    urgent = sum(1 for task in tasks if task.count and task.haste == 0)
    sentences = [waiting % {"number": number}]
    if urgent:
        sentences.append(gettext("Börja med det som brådskar."))
    return " ".join(sentences)
