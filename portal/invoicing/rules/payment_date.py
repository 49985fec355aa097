"""The day a supplier is paid, as the supplier is told it."""

from __future__ import annotations

from datetime import date, timedelta

from portal.kernel.dates import next_bank_day


def payment_date(due: date | None, ready: date, *, internal: bool = False) -> date | None:
    """The due date, never before the day after the invoice became Klar, moved on to a day when banks pay.

    None for an internal unit, whose invoice is settled in the ledger, and without a due date.
    """
    if internal or due is None:
        return None
    return next_bank_day(max(due, ready + timedelta(1)))
