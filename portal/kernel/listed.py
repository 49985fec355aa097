"""What a list says of the documents in it: what each is of, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

NAMED = 2
"""How many of a document's lines are named."""
MOST_LISTED = 100_000
"""How many documents are added up, or written to a file, at once."""


class Contents(NamedTuple):
    """How many lines a document has, and the names of the first."""

    lines: int
    names: Sequence[str]


class Sum(NamedTuple):
    """What documents of one currency come to."""

    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    payable: Decimal


class Totals(NamedTuple):
    """How many documents (`rows`) there are, and their sums; no sums when there are more than MOST_LISTED."""

    rows: int
    sums: tuple[Sum, ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[object]]) -> Totals:
        """From rows of (currency, count, net, tax, gross, payable)."""
        count = sum(int(str(row[1])) for row in rows)
        if count > MOST_LISTED:
            return cls(count, ())
        return cls(count, tuple(Sum._make((row[0], *row[2:])) for row in rows))
