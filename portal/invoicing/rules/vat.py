"""VAT by kind of goods and day (C20): what is known to be food has the rate of the day it was delivered.

Only what is charged with VAT (category S) is held against it: a seller free from VAT, or reverse charge, is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.formats.en16931 import Invoice, InvoiceLine
from portal.invoicing.match_values import VatRateRow
from portal.kernel.decision import Decision, Reason
from portal.kernel.money import format_number_sv
from portal.kernel.plain import from_plain

KIND = "vat"
RULES = ("C20.kind/1",)
UNSPSC_LIST = "TST"
FOOD = "food"
CONTROLLED = frozenset({FOOD})
_CHARGED = "S"
_FOOD_SEGMENT = "50"
_NOT_FOOD = ("502022", "5021")
"""Alcoholic beverages; tobacco. Serving (9010) lies in another segment and is not food either."""


@dataclass(frozen=True, slots=True)
class VatLine:
    """A line by its position. `unspsc`: of the line, else of the supplier's article with its number."""

    position: int
    name: str
    unspsc: str | None
    category: str | None
    rate: Decimal | None
    day: date


@dataclass(frozen=True, slots=True)
class VatFacts:
    """The lines of an invoice without an order whose kind is known, and the rates in force for them."""

    lines: tuple[VatLine, ...]
    rates: tuple[VatRateRow, ...]


def kind_of(unspsc: str | None) -> str | None:
    """The kind of goods whose VAT is controlled; None when it is not known to be one."""
    code = "".join(filter(str.isdigit, unspsc or ""))
    if not code.startswith(_FOOD_SEGMENT) or code.startswith(_NOT_FOOD):
        return None
    return FOOD


def right_rate(rates: Sequence[VatRateRow], unspsc: str | None, day: date | None) -> Decimal | None:
    """The rate of that kind on that day; None: nothing is known to hold."""
    kind = kind_of(unspsc)
    if kind is None or day is None:
        return None
    in_force = (
        row for row in rates
        if row.kind == kind and row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    )  # fmt: skip
    return next((row.rate for row in in_force), None)


def wrong_rate(
    rates: Sequence[VatRateRow],
    unspsc: str | None,
    day: date | None,
    category: str | None,
    rate: Decimal | None,
) -> Decimal | None:
    """The right rate when the given one is wrong for the kind and day, else None."""
    right = right_rate(rates, unspsc, day) if category == _CHARGED else None
    return right if right is not None and right != rate else None


def unspsc_of(line: InvoiceLine) -> str | None:
    """BT-158 in UNSPSC (list TST); classes that are not all of one kind say nothing."""
    codes = [one.value for one in line.classifications if one.scheme == UNSPSC_LIST]
    return codes[0] if codes and len({kind_of(code) for code in codes}) == 1 else None


def vat_day(line: InvoiceLine, invoice: Invoice, received_on: date | None = None) -> date:
    """The day of delivery: BT-135, else BT-72, else BT-74, else the receipt's, else the invoice's date."""
    return line.period_end or invoice.delivery_date or invoice.period_end or received_on or invoice.issue_date


def decide(facts: VatFacts) -> tuple[Reason, ...]:
    """A remark for each line with a wrong rate: the reviewer reads them, nothing else follows."""
    return tuple(filter(None, (_remark(line, facts.rates) for line in facts.lines)))


def _remark(line: VatLine, rates: Sequence[VatRateRow]) -> Reason | None:
    right = wrong_rate(rates, line.unspsc, line.day, line.category, line.rate)
    if right is None:
        return None
    message = "%(name)s: momsen är %(rate)s %% men livsmedel hade %(right)s %% den dag varan levererades."
    params = {
        "name": line.name, "rate": format_number_sv(line.rate or Decimal(0)), "right": format_number_sv(right),
    }  # fmt: skip
    return Reason("vat", message, params, RULES[0], str(line.position))


def decision(facts: VatFacts) -> tuple[tuple[Reason, ...], Decision]:
    """The remarks, and the value that is stored with the invoice."""
    reasons = decide(facts)
    return reasons, Decision(KIND, facts, {}, RULES, {"remarks": len(reasons)}, reasons)


def again(inputs: Mapping[str, Any], _limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs."""
    return decision(from_plain(VatFacts, inputs))[1]
