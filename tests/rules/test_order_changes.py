"""A change of a sent order: what may be stated, what is attested again, what its attestant is shown (M14, S14)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from portal.coding.values import CodeString
from portal.kernel.identifiers import uuid7
from portal.orders.change_values import ChangedLine, Terms
from portal.orders.rules.order_changes import (
    amounts_to_attest,
    check_change,
    ended,
    move_when_attested,
    move_when_returned,
    must_be_attested,
    raised_to_received,
    what_is_above,
    with_terms,
)
from portal.orders.rules.receipts import back_to
from portal.orders.rules.refusals import CANCEL, CLOSE, RECEIVE, why_not
from portal.orders.status import ORDER, REQUISITION
from portal.orders.values import CodingShare

TEN = Terms(D(10), D(412))
LINE = ChangedLine("1", 1, "Stol", "EA", TEN, TEN, D(25), agreed=D(412))
OTHER = replace(LINE, id="2", position=2, name="Bord", before=Terms(D(2), D(100)), after=Terms(D(2), D(100)))
NBSP = "\u00a0"


def _changed(quantity: str, price: str) -> tuple[ChangedLine, ...]:
    return with_terms([LINE, OTHER], {"1": Terms(D(quantity), D(price))})


@pytest.mark.parametrize(("quantity", "price", "again"), [
    ("8", "432", True),  # dearer a piece, though the sum is lower (CO04)
    ("8", "412", False), ("10", "400", False), ("10", "412", False),
    ("11", "412", True),  # the sum is above the attested one
    ("0", "500", False),  # none of it is delivered: its price costs nothing
    ("10.01", "412", True), ("10", "412.0001", True),
])  # fmt: skip
def test_dearer_a_piece_or_in_all_is_attested_again(quantity: str, price: str, again: bool) -> None:
    assert must_be_attested(_changed(quantity, price)) is again


def test_whole_units_are_changed_to_whole_ones() -> None:
    """CO07 by another door; a measure may be divided, and what was ordered in halves before may stay so."""
    half = Terms(D("8.5"), D(412))
    metres, old = replace(LINE, unit="MTR"), replace(LINE, before=half, after=half)
    (error,) = check_change([LINE], {"1": half})
    assert error.field == "quantity-1" and "hela enheter" in error.message
    assert check_change([metres], {"1": half}) == check_change([old], {"1": half}) == ()
    assert "fyra decimaler" in check_change([metres], {"1": Terms(D("8.00001"), D(412))})[0].message


def test_what_is_above_the_agreement_is_told() -> None:
    told = [str(one) for one in what_is_above(_changed("8", "432"))]
    assert told == [f"Stol: 432,00{NBSP}kr, avtalets pris är 412,00{NBSP}kr"]
    more = [str(one) for one in what_is_above(_changed("12", "412"))]
    assert more[0] == "Stol: 12 i stället för 10" and "är över den attesterade" in more[1]
    new_price = replace(LINE, after=Terms(D(8), D(432)), agreed=D(432))
    assert "beställt för 412,00" in str(what_is_above([new_price])[0])
    assert what_is_above(_changed("8", "400")) == ()


def test_only_the_raised_lines_ansvar_attests_with_its_share() -> None:
    coding = {
        "1": [CodingShare(uuid7(), CodeString("6451", "31100"), D(75)),
              CodingShare(uuid7(), CodeString("6451", "31200"), D(25))],
        "2": [CodingShare(uuid7(), CodeString("6451", "41100"), D(100))],
    }  # fmt: skip
    assert amounts_to_attest(_changed("8", "432"), coding) == {"31100": D("2592.00"), "31200": D("864.00")}


def test_every_line_is_stated_and_none_below_what_has_come() -> None:
    come = replace(LINE, received=D(6), invoiced=D(2))
    stated = {"1": Terms(D(5), D(412)), "2": Terms(D(-1), D(100))}
    errors = {error.field: str(error.message) for error in check_change([come, OTHER], stated)}
    assert "6 har redan kommit" in errors["quantity-1"] and "inte är mindre än 0" in errors["quantity-2"]
    assert [error.field for error in check_change([LINE, OTHER], {"1": TEN})] == ["quantity-2"]
    nothing = {"1": Terms(D(0), D(412)), "2": Terms(D(0), D(100))}
    assert [error.field for error in check_change([LINE, OTHER], nothing)] == ["lines"]
    assert check_change([LINE, OTHER], {"1": Terms(D(0), D(412)), "2": OTHER.before}) == ()


def test_ended_holds_what_came_or_what_is_invoiced_where_that_is_more() -> None:
    lines = ended([replace(LINE, received=D(6)), replace(OTHER, received=D(1), invoiced=D(2))])
    assert [line.after.quantity for line in lines] == [D(6), D(2)]
    assert [line.after.price for line in lines] == [D(412), D(100)]


def test_raised_to_what_has_come_and_never_lowered() -> None:
    lines = raised_to_received([replace(LINE, received=D(12)), replace(OTHER, received=D(1))])
    assert [line.after.quantity for line in lines] == [D(12), D(2)]
    assert must_be_attested(lines)
    assert move_when_attested(lines) == "approve_raise_part"
    assert move_when_attested([replace(lines[0])]) == "approve_raise"
    assert move_when_returned(lines) == "return_raise_part"
    assert move_when_attested([LINE]) == "approve_change" and move_when_returned([LINE]) == "return_change"


@pytest.mark.parametrize(("answer", "decided", "applied", "move"), [
    ("AP", None, False, "undo_all_receipts"), ("CA", None, False, "undo_all_changed"),
    ("CA", "accepted", True, "undo_all_receipts"), ("CA", "accepted", False, "undo_all_changed"),
    ("CA", "refused", False, "undo_all_unanswered"), ("RE", None, False, "undo_all_unanswered"),
])  # fmt: skip
def test_where_an_order_stands_again_when_nothing_has_come(
    answer: str, decided: str | None, applied: bool, move: str
) -> None:
    assert back_to(answer, decided, applied=applied) == move


@pytest.mark.parametrize(("step", "status", "words"), [
    (CANCEL, "partly_received", "Avsluta resten"), (CLOSE, "sent", "Makulera den i stället"),
    (CLOSE, "received", "ingen rest"), (RECEIVE, "closed", "avslutad"), (RECEIVE, "cancelled", "makulerad"),
    (RECEIVE, "change_awaiting_approval", "väntar på attest"), ("accept_change", "confirmed", "redan bekräftad"),
])  # fmt: skip
def test_a_refusal_names_what_has_happened(step: str, status: str, words: str) -> None:
    assert words in (why_not(ORDER, step, status) or "")


def test_every_status_has_its_reason_and_none_where_the_step_is_open() -> None:
    for machine in (ORDER, REQUISITION):
        for move in machine.moves:
            for status in machine.codes():
                assert (why_not(machine, move.code, status) is None) == (status in move.sources)
    assert why_not(ORDER, RECEIVE, "received") is None
