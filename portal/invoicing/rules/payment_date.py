"""The day a supplier is paid, as the supplier is told it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.kernel.dates import days_between, later, next_bank_day

DAYS = 30


@dataclass(frozen=True, slots=True)
class Payable:
    """What decides the day. `days`: agreed with the supplier, from the invoice date. `never`: not paid out by us
    (an internal unit, settled in the ledger; paid otherwise)."""

    due: date | None
    issued: date
    amount: Decimal
    days: int = DAYS
    never: bool = False


def payment_date(payable: Payable, ready: date) -> date | None:
    """The due date, never before the day after the invoice became Klar nor before the agreed days have passed since
    the invoice date, moved on to a day when banks pay.

    None without a due date, and where nothing is paid out: never, or BT-115 is no more than 0.
    """
    if payable.never or payable.due is None or payable.amount <= 0:
        return None
    earliest = later(payable.issued, payable.days)
    return next_bank_day(max(payable.due, earliest, ready + timedelta(1)))


def short_terms(due: date | None, issued: date, days: int) -> int | None:
    """The invoice's own days when they are fewer than agreed, which does not make us pay earlier; else None."""
    if due is None:
        return None
    own = days_between(issued, due)
    return own if own < days else None
