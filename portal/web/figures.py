"""How days, times, amounts and quantities are written, everywhere a person reads them: the one place that knows.

Quantities with their unit are in portal.web.units; words that follow a number go through ngettext.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from portal.kernel.dates import STOCKHOLM, format_clock, format_day, format_day_long, stockholm_date
from portal.kernel.money import format_number_sv, format_sv
from portal.web.i18n import current_locale, gettext

HARD = "\N{NO-BREAK SPACE}"


def _as_day(value: date | datetime) -> date:
    return stockholm_date(value) if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """ "24 nov" in lists."""
    return "" if value is None else format_day(_as_day(value), current_locale()).replace(" ", HARD)


def long_day(value: date | datetime | None) -> str:
    """ "24 november" in sentences."""
    return "" if value is None else format_day_long(_as_day(value), current_locale()).replace(" ", HARD)


def full_day(value: date | datetime | None) -> str:
    """ "24 november 2026" where the year may be another than this."""
    if value is None:
        return ""
    return format_day_long(_as_day(value), current_locale(), year=True).replace(" ", HARD)


def clock(value: datetime | None) -> str:
    """ "09.42" """
    return "" if value is None else format_clock(value.astimezone(STOCKHOLM))


def moment(value: datetime) -> str:
    """ "24 november 2026 kl. 09.42"."""
    return gettext("%(day)s kl. %(clock)s") % {"day": full_day(value), "clock": clock(value)}


def machine(value: date | datetime | None) -> str:
    """ "2026-11-24": a date field's value, the datetime of a <time>, a place in an address. Never in a sentence."""
    return "" if value is None else value.isoformat()


def kr(value: Decimal | None) -> str:
    """ "1 274,23" with hard spaces; the unit is written beside it."""
    return "" if value is None else format_sv(value)


def qty(value: Decimal | None) -> str:
    """ "12" or "2,5"."""
    return "" if value is None else format_number_sv(value)


def typed(value: Decimal | None) -> str:
    """ "1250,00": an amount as a field has it, to be read again."""
    return "" if value is None else format(value, ".2f").replace(".", ",")
