"""In what an invoice differs from its order: by our own reading of both, and by none of the portal's rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any
from uuid import UUID

from tests.play.oracle_of_payment import ROUNDING
from tests.play.paper import Read, ReadLine
from tests.play.stage import Stage

ZERO, ORE = D(0), D("0.01")
PIECES = {"EA", "H87", "C62"}


def differences(stage: Stage, row: Any, document: Read, lines: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """What differs from the order as it is now, but for how many there are of each line: name, figures."""
    known, paired = {line.id: line for line in lines}, _paired(row)
    owed = ZERO
    for line in document.lines:
        if line.order not in (None, "NA", "-", stage.number):
            yield "other order", str(line.order)
        ordered = known.get(paired.get(line.position))
        if ordered is not None:
            yield from _of_line(line, ordered)
            owed += worth(ordered, line.quantity)
        elif line.amount != 0:
            kind = "charge" if "frakt" in line.name.lower() else "unknown"
            yield kind, f"line {line.position}: {line.amount}"
    if document.charges > 0:
        yield "charge", f"{document.charges}"
    if row.payable_amount > owed + ROUNDING + ORE * len(document.lines):
        yield "sum", f"{row.payable_amount} for what costs {owed}"


def _of_line(line: ReadLine, ordered: Any) -> Iterator[tuple[str, str]]:
    if line.item_no not in (None, ordered.item_no):
        yield "unknown", f"{line.item_no} as {ordered.item_no}"
    if line.unit != ordered.unit and not {line.unit, ordered.unit} <= PIECES:
        yield "unit", f"{line.unit} as {ordered.unit}"
    if line.unit_price > ordered.price:
        yield "price", f"{line.unit_price} as {ordered.price}"
    if line.charges > 0:
        yield "charge", f"{line.charges}"
    if (line.category, line.rate) != (ordered.vat_category, ordered.vat_rate):
        yield "vat", f"{line.rate} as {ordered.vat_rate}"


def worth(line: Any, quantity: D) -> D:
    """What so much of an order line costs with VAT."""
    net = (line.price * quantity).quantize(ORE, ROUND_HALF_UP)
    return (net * (100 + line.vat_rate) / 100).quantize(ORE, ROUND_HALF_UP)


def _paired(row: Any) -> dict[int, UUID]:
    return {one["position"]: UUID(one["order_line"]) for one in row.paired or () if one["order_line"]}


def billed_lines(document: Read, row: Any) -> dict[UUID, D]:
    """How much of each order line the document bills; a credit note bills nothing."""
    found: dict[UUID, D] = {}
    if document.credit:
        return found
    paired = _paired(row)
    for line in document.lines:
        if line.position in paired:
            at = paired[line.position]
            found[at] = found.get(at, ZERO) + line.quantity
    return found
