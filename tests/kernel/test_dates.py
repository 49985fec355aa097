from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.dates import (
    FixedClock,
    SystemClock,
    add_months,
    days_between,
    format_clock,
    format_day,
    format_day_long,
    is_bank_day,
    later,
    next_bank_day,
    stockholm_date,
    stockholm_midnight,
)  # fmt: skip


def test_the_day_is_stockholms() -> None:
    assert stockholm_date(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert stockholm_date(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    with pytest.raises(ValueError, match="time zone"):
        stockholm_date(datetime(2026, 1, 1))  # noqa: DTZ001
    assert stockholm_midnight(date(2026, 7, 1)).astimezone(UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 5, 31), -3, date(2026, 2, 28)), (date(2028, 5, 31), -3, date(2028, 2, 29)),
        (date(2026, 1, 15), -3, date(2025, 10, 15)), (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)  # fmt: skip
def test_months_are_clamped_to_the_months_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(-60, 60))
def test_months_land_in_the_right_month(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


def test_days_are_calendar_days_over_the_clock_change() -> None:
    assert days_between(date(2026, 3, 28), date(2026, 3, 30)) == 2


def test_spelling_in_both_languages() -> None:
    assert format_day(date(2026, 11, 24)) == "24 nov"
    assert format_day_long(date(2026, 12, 4)) == "4 december"
    assert format_day_long(date(2026, 12, 4), "en", year=True) == "4 December 2026"
    assert format_clock(datetime(2026, 1, 1, 8, 44, tzinfo=UTC)) == "09.44"


def test_banks_rest_on_holidays() -> None:
    assert not is_bank_day(date(2026, 4, 3))  # Good Friday
    assert not is_bank_day(date(2026, 6, 19))  # Midsummer Eve
    assert next_bank_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert next_bank_day(date(2026, 12, 4)) == date(2026, 12, 4)


def test_days_end_with_the_last_one() -> None:
    assert later(date(2026, 2, 28), 1) == date(2026, 3, 1)
    assert later(date(9999, 12, 20), 30) == date.max == next_bank_day(date.max)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(minutes=60)
    assert clock.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert SystemClock().now().tzinfo is not None
