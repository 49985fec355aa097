"""Days and clocks: a day is a Stockholm day, and the time of day is read in one place only."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_SV = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti",
       "september", "oktober", "november", "december")  # fmt: skip
_EN = ("January", "February", "March", "April", "May", "June", "July", "August",
       "September", "October", "November", "December")  # fmt: skip
_MONTHS = {"sv": _SV, "en": _EN}
_SHORT = {
    "sv": ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "en": tuple(name[:3] for name in _EN),
}
_SATURDAY = 5
# An invoice's number may look like a day: only these are days.
_DAY_NAMES = frozenset({"date", "day", "arrival", "due", "issued", "since", "proposed"})
_STORED_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Clock(Protocol):
    """What tells the time; handed down from the entry point to whoever needs it."""

    def now(self) -> datetime:
        """The instant, with a zone."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock: the one place of the portal where the time of day is read."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until told to move: tests, and jobs run as of a date."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> None:
        """Move by timedelta's arguments: advance(minutes=60)."""
        self.instant += timedelta(**parts)


def stockholm_date(instant: datetime) -> date:
    """The Stockholm calendar day of an instant. ValueError when it has no zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(STOCKHOLM).date()


def stockholm_midnight(day: date) -> datetime:
    """00:00 Stockholm time of that day."""
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM)


def add_months(day: date, months: int) -> date:
    """So many calendar months on or back, clamped to the end of a shorter month (A4.12)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_between(start: date, end: date) -> int:
    """Calendar days from start to end; the day of start is day 0."""
    return (end - start).days


def format_day(day: date, language: str = "sv") -> str:
    """Short, for lists: "24 nov"."""
    return f"{day.day} {_SHORT[language][day.month - 1]}"


def format_day_long(day: date, language: str = "sv", *, year: bool = False) -> str:
    """In words, for sentences: "4 december", "4 December", with the year when asked for."""
    words = f"{day.day} {_MONTHS[language][day.month - 1]}"
    return f"{words} {day.year}" if year else words


def days_in_words(params: Mapping[str, Any], language: str = "sv") -> dict[str, Any]:
    """Params of a sentence, each that is a day as stored ("2026-11-24") written as a sentence has it."""
    return {n: _worded(value, language) if n in _DAY_NAMES else value for n, value in params.items()}


def _worded(value: Any, language: str) -> Any:
    """One stored day, or several with commas between."""
    if not isinstance(value, str) or not all(map(_STORED_DAY.fullmatch, value.split(", "))):
        return value
    try:
        return ", ".join(
            format_day_long(date.fromisoformat(one), language, year=True) for one in value.split(", ")
        )
    except ValueError:
        return value


def format_clock(instant: datetime, *, seconds: bool = False) -> str:
    """The Stockholm time of day as the look writes it: "09.44", or "09.44.05" where seconds count."""
    return instant.astimezone(STOCKHOLM).strftime("%H.%M.%S" if seconds else "%H.%M")


def _easter(year: int) -> date:
    """Easter Sunday (Gauss, Gregorian)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Weekdays when Swedish banks do not pay: public holidays and the three eves."""
    easter = _easter(year)
    midsummer_eve = next(d for d in (date(year, 6, n) for n in range(19, 26)) if d.weekday() == _SATURDAY - 1)
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (easter - timedelta(2), easter + timedelta(1), easter + timedelta(39), midsummer_eve)
    return frozenset({date(year, month, day) for month, day in fixed} | set(moving))


def is_bank_day(day: date) -> bool:
    """Whether Swedish banks pay that day."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def later(day: date, days: int) -> date:
    """That many days later, or the last day there is: anybody may have written the day."""
    return day + timedelta(min(days, (date.max - day).days))


def next_bank_day(day: date) -> date:
    """That day if banks pay on it, else the next one they do; the last day there is when none comes."""
    while not is_bank_day(day) and day < date.max:
        day += timedelta(1)
    return day
