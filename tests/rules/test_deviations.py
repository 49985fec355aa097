"""Deviations in kronor, and what is left to credit (M09, M10, M18): pure."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.invoicing.match_values import (
    Charge,
    InvoiceLineFacts,
    MatchFacts,
    MatchLimits,
    OrderFacts,
    OrderLineFacts,
)
from portal.invoicing.rules import matching
from portal.invoicing.rules.credited import Row, credited, too_much
from portal.invoicing.rules.deviations import Part, not_received, parts_of, total_of

D = Decimal


def order_line(number: str, price: str, ordered: str, received: str, invoiced: str = "0") -> OrderLineFacts:
    return OrderLineFacts(
        number,
        f"Artikel {number}",
        "EA",
        D(price),
        D(ordered),
        D(received),
        D(invoiced),
        "S",
        D(25),
        f"A-{number}",
    )


def line(number: str, quantity: str, price: str, **changes: Any) -> InvoiceLineFacts:
    made = InvoiceLineFacts(
        number,
        D(quantity),
        "EA",
        D(price),
        D(quantity) * D(price),
        "S",
        D(25),
        order_line=number,
        name="Artikel",
    )
    return replace(made, **changes)


def parts(order: list[OrderLineFacts], lines: list[InvoiceLineFacts], **more: Any) -> tuple[Part, ...]:
    charges = more.pop("charges", ())
    net = sum((one.line_amount for one in lines), D(0)) + sum((one.amount for one in charges), D(0))
    facts = MatchFacts(OrderFacts("O-1", tuple(order)), tuple(lines), net, charges, **more)
    _, decision = matching.decision(facts, MatchLimits())
    return parts_of(json.loads(decision.to_bytes()))


def told(found: tuple[Part, ...]) -> list[tuple[str, Decimal]]:
    return [(part.code, part.amount) for part in found]


def test_freight_counts_in_the_one_sum_and_has_a_row() -> None:
    """M10: 50 kr dearer and 95 kr of freight are 145 kr."""
    found = parts(
        [order_line("1", "40", "10", "10")], [line("1", "10", "45")], charges=(Charge(D(95), "Frakt"),)
    )
    assert told(found) == [("price", D(50)), ("charge", D(95))]
    assert found[1].name == "Frakt" and found[1].row is None
    assert total_of(found) == D(145)


def test_what_is_not_received_is_a_deviation_of_its_own() -> None:
    """M09: the price stops it first, and the chair has not come either."""
    found = parts(
        [order_line("1", "40", "10", "10"), order_line("2", "2490", "1", "0")],
        [line("1", "10", "45"), line("2", "1", "2490")],
    )
    assert told(found) == [("price", D(50)), ("receipt_missing", D(2490))]
    assert [part.row for part in not_received(found)] == [1]


def test_above_the_order_and_not_received_is_counted_once() -> None:
    found = parts([order_line("1", "10", "10", "8", "2")], [line("1", "12", "10")])
    assert told(found) == [("quantity_over_ordered", D(40)), ("quantity_over_received", D(20))]
    assert total_of(found) == D(60), "six may be invoiced, twelve are"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"line_amount": D(115)}, [("total", D(15))]),
        ({"net_price": D(11), "line_amount": D(130)}, [("price", D(10)), ("total", D(20))]),
        ({"vat_rate": D(12)}, [("vat", D(0))]),
        ({"order_line": "9"}, [("line_unknown", D(100))]),
    ],
)
def test_each_kind_makes_its_kronor(changes: dict[str, Any], expected: list[tuple[str, Decimal]]) -> None:
    found = parts([order_line("1", "10", "10", "10")], [line("1", "10", "10", **changes)])
    assert told(found) == expected


def test_what_fits_and_what_takes_off_make_nothing() -> None:
    assert parts([order_line("1", "10", "10", "10")], [line("1", "10", "10")]) == ()
    assert parts([order_line("1", "10", "10", "10", "10")], [line("1", "10", "10")], credit_note=True) == ()


@given(st.integers(1, 20), st.integers(0, 20), st.integers(0, 20), st.integers(1, 30))
def test_the_sum_is_what_is_invoiced_above_what_may_be(
    ordered: int, received: int, before: int, now: int
) -> None:
    found = parts(
        [order_line("1", "10", str(ordered), str(received), str(before))], [line("1", str(now), "10")]
    )
    # What is over the order counts from it, what is not received from there.
    may = max(min(ordered if before + now > ordered else before + now, received) - before, 0)
    assert total_of(found) == D(10) * max(now - may, 0)


LINES = [
    Row(1, D(10), "Papper", "1", "KB-1"),
    Row(2, D(4), "Penna", "2", "KB-2"),
    Row(3, D(4), "Penna", "2", "KB-2"),
]


@pytest.mark.parametrize(
    ("notes", "left"),
    [
        ([], [10, 4, 4]),
        ([Row(1, D(4), "x", "1")], [6, 4, 4]),
        ([Row(1, D(4), "x", None, "KB-1"), Row(2, D(6), "Papper")], [0, 4, 4]),
        ([Row(1, D(6), "x", "2")], [10, 0, 2]),
        ([Row(1, D(9), "x", "2")], [10, -1, 0]),
        ([Row(1, D(3), "okänd", "7")], [10, 4, 4]),
    ],
)
def test_credit_notes_take_from_the_lines_they_are_about(notes: list[Row], left: list[int]) -> None:
    taken = credited(LINES, notes)
    assert [one.quantity - taken[one.position] for one in LINES] == left


def test_more_than_is_left() -> None:
    assert (too_much(D(100), D(40), D(60)), too_much(D(100), D(40), D(61))) == (D(0), D(1))
