"""How long an invoice waits for a receipt (A5.06, A6.23): calendar days, the day of arrival is day 0."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.access.rules.settings import RULES
from portal.kernel.dates import days_between, stockholm_midnight

WAIT_DAYS: int = RULES["receipt.wait_days"].default
"""When the concern has chosen no other."""


def receipt_overdue(arrival: date, today: date, wait_days: int = WAIT_DAYS) -> bool:
    """From day 7 the invoice is Ordermatchning krävs; day 6 still waits."""
    return days_between(arrival, today) >= wait_days


def receipt_deadline(arrival: date, wait_days: int = WAIT_DAYS) -> datetime:
    """The instant the wait ends: 00:00 Stockholm time on day 7."""
    return stockholm_midnight(arrival + timedelta(wait_days))


def latest_arrival_overdue(today: date, wait_days: int = WAIT_DAYS) -> date:
    """Invoices that arrived this day or earlier have waited long enough, as of `today`."""
    return today - timedelta(wait_days)
