"""What a match that does not fit makes in kronor, part by part: one sum for heading, comparison and credit (A5.07).

Read from the stored decision. What is not received is a part of its own, also where the match stopped for another
reason first; a quantity that is both above the order and not received is counted once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.invoicing.values import ZERO
from portal.kernel.money import to_ore
from portal.kernel.text import sentence_list

GOODS = "goods"
_NO_GOODS = frozenset({"free", "rounding", "charge"})
OVER_ORDERED, OVER_RECEIVED = "quantity_over_ordered", "quantity_over_received"
NOT_RECEIVED = frozenset({OVER_RECEIVED, "receipt_missing"})
Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One deviation. `amount` SEK excluding VAT, 0 when it makes none; `quantity` in the order line's unit.

    `row`: which of the decision's lines it is about, from 0; none for the document as a whole.
    """

    code: str
    name: str
    amount: Decimal = ZERO
    quantity: Decimal = ZERO
    row: int | None = None


def parts_of(stored: Stored) -> tuple[Part, ...]:
    """Every deviation of a stored match decision, in the lines' order, then those of the document."""
    if stored["inputs"]["credit_note"]:
        return ()  # it takes off: nothing on it is too much
    lines = stored["result"]["lines"]
    found = [part for row, line in enumerate(lines) for part in _of_line(row, line)]
    return (*found, *_of_document(stored, lines))


def total_of(parts: Sequence[Part]) -> Decimal:
    """The one sum: what is asked to be credited."""
    return sum((part.amount for part in parts), ZERO)


def not_received(parts: Sequence[Part]) -> tuple[Part, ...]:
    """What is invoiced and not received."""
    return tuple(part for part in parts if part.code in NOT_RECEIVED)


def beyond(today: Sequence[Part], accepted: Sequence[Part]) -> tuple[Part, ...]:
    """What differs by today's facts and was not accepted: of another kind or line, or more of it."""
    return tuple(
        part
        for part in today
        if not any(
            (part.code, part.row) == (one.code, one.row)
            and part.amount <= one.amount
            and part.quantity <= one.quantity
            for one in accepted
        )
    )


def _of_line(row: int, line: Stored) -> Iterator[Part]:
    codes, name = line["deviations"], str(line["name"])
    difference = Decimal(line["difference"])
    if line.get("kind", GOODS) in _NO_GOODS:
        return  # it costs nothing, rounds off, or is told with the charges
    if line["order_line"] is None:
        yield Part(codes[0] if codes else "line_unknown", name, difference, Decimal(line["invoiced"]), row)
        return
    if "unit" in codes:
        yield Part("unit", name, max(difference, ZERO), row=row)
    else:
        yield from _quantities(row, line)
    yield from _amounts(row, line, difference)
    yield from (Part(code, name, row=row) for code in codes if code in {"vat", "negative_quantity"})


def _quantities(row: int, line: Stored) -> Iterator[Part]:
    """Above the order, and beside that what is not received, at the order's price."""
    price, invoiced, before = (Decimal(line[name]) for name in ("order_price", "invoiced", "invoiced_before"))
    over = ZERO
    if OVER_ORDERED in line["deviations"]:
        over = invoiced - max(Decimal(line["ordered"]) - before, ZERO)
        yield Part(OVER_ORDERED, str(line["name"]), to_ore(over * price), over, row)
    received = max(Decimal(line["received"]) - before, ZERO)
    missing = invoiced - received - over
    if missing > 0:
        code = OVER_RECEIVED if received else "receipt_missing"
        yield Part(code, str(line["name"]), to_ore(missing * price), missing, row)


def _amounts(row: int, line: Stored, difference: Decimal) -> Iterator[Part]:
    """A dearer price, and a line amount that is more than quantity times price."""
    codes, name, left = line["deviations"], str(line["name"]), difference
    if "price" in codes:
        more = Decimal(line["invoice_price"]) - Decimal(line["order_price"])
        dearer = to_ore(more * Decimal(line["invoiced"])) if "total" in codes else difference
        left -= dearer
        yield Part("price", name, dearer, row=row)
    if "total" in codes:
        yield Part("total", name, left, row=row)


def _of_document(stored: Stored, lines: Sequence[Stored]) -> Iterator[Part]:
    reasons = {one["code"]: one for one in stored["reasons"] if one["line"] is None}
    charges = stored["result"].get("charges", ())
    refused = [one for one in charges if not one["allowed"]]
    if refused:
        total = sum((Decimal(one["amount"]) for one in refused), ZERO)
        yield Part("charge", sentence_list([str(one["words"]) for one in refused]), total)
    if "total" in reasons:
        allowed = sum((Decimal(one["amount"]) for one in charges), ZERO)
        expected = sum(
            (Decimal(x["invoiced"]) * Decimal(x["order_price"]) for x in lines if _ordered(x)), allowed
        )
        yield Part("total", "", to_ore(_payable(stored["inputs"]) - expected))


def _ordered(line: Stored) -> bool:
    return line["order_line"] is not None


def _payable(inputs: Stored) -> Decimal:
    """What is to be paid less VAT; what was stored before that was compared has net alone."""
    amounts = (inputs["net"], inputs.get("payable"))
    return max(Decimal(str(one)) for one in amounts if one is not None)
