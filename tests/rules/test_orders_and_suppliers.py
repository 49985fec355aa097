"""Orders split, counted and received (A6.02, A6.03, A2.09); the supplier's registration form."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from portal.orders.rules.receipts import check_receipt, move_after, quantity_for_amount
from portal.orders.rules.split import split_by_supplier, totals
from portal.orders.status import ORDER
from portal.orders.values import DeliveredLine, Totals, WantedLine
from portal.suppliers.rules.registration import RegistrationForm, check_form, read_form

A = WantedLine("1", "kb", "r1", D(10), D("49.90"), D(25))
B = WantedLine("2", "fv", "r2", D(3), D("11.90"), D(6))
C = WantedLine("3", "kb", "r1", D(1), D("0.335"), D(25))


def test_one_order_per_supplier() -> None:
    assert split_by_supplier([A, B, C]) == ((A, C), (B,))


def test_totals_count_as_an_invoice_does() -> None:
    assert totals([A, B, C]) == Totals(D("535.04"), D("126.98"), D("662.02"))


LINE = DeliveredLine("1", D(10), D(6), D("49.90"))


def test_no_more_than_ordered_is_received_and_no_more_taken_back() -> None:
    assert check_receipt([LINE], {"1": D(4)}) == {}
    assert "högst 4 till" in check_receipt([LINE], {"1": D(5)})["1"]
    assert check_receipt([LINE], {"1": D(-6)}, undo=True) == {}
    assert "ta tillbaka" in check_receipt([LINE], {"1": D(-7)}, undo=True)["1"]
    assert "större än 0" in check_receipt([LINE], {"1": D(-1)}, explained=True)["1"]


def test_where_the_order_stands_after_a_receipt() -> None:
    full, none = replace(LINE, received=D(10)), replace(LINE, received=D(0))
    assert move_after([LINE, full]) == "receive_part"
    assert move_after([full, full]) == "receive_all"
    assert move_after([LINE], undo=True) == "undo_receipt"
    assert move_after([none], undo=True, back="undo_all_receipts") == "undo_all_receipts"
    assert move_after([none], undo=True) == "undo_all_unanswered"
    assert move_after([full], undo=True) == "undo_over_receipt"
    for move in ("receive_part", "receive_all", "undo_receipt", "undo_all_receipts", "undo_all_unanswered"):
        assert ORDER.move(move).permission == "A14"


def test_receipt_by_amount_is_a_share_of_the_line() -> None:
    assert quantity_for_amount(LINE, D("249.50")) == D(5)
    with pytest.raises(ValueError, match="price"):
        quantity_for_amount(replace(LINE, price=D(0)), D(1))


FORM = RegistrationForm(
    "Kontorsbolaget AB", "559900-1012", "SE559900101201", True, "505-0109", contact_name="Order",
    email="Order@Kontorsbolaget.test", phone="08-123 45 67",
)  # fmt: skip


def test_a_good_form_is_normalised() -> None:
    assert check_form(FORM) == {}
    values = read_form(FORM)
    assert (values.org_number, values.accounts, values.email) == (
        "5599001012", (("BANKGIRO", "5050109"),), "order@kontorsbolaget.test",
    )  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"org_number": "559900-101"}, "org_number", "9 siffror"),
    ({"org_number": "559900-1013"}, "org_number", "Sista siffran"),
    ({"vat_number": "SE559900102001"}, "vat_number", "Menade du SE559900101201?"),
    ({"vat_number": "5599001012"}, "vat_number", "SE"),
    ({"f_tax": False}, "f_tax", "F-skatt"),
    ({"bankgiro": "505-0108"}, "bankgiro", "505-0108"),
    ({"bankgiro": ""}, "bankgiro", "bankgiro, plusgiro eller IBAN"),
    ({"plusgiro": "19"}, "plusgiro", "Plusgirot 19"),
    ({"iban": "SE00"}, "iban", "IBAN"),
    ({"name": " "}, "name", "namn"), ({"contact_name": ""}, "contact_name", "kontakta"),
    ({"email": "order"}, "email", "@"), ({"phone": "ring mig"}, "phone", "siffror"),
])  # fmt: skip
def test_each_field_says_what_is_wrong(changes: dict[str, object], field: str, words: str) -> None:
    errors = check_form(replace(FORM, **changes))  # type: ignore[arg-type]
    assert list(errors) == [field]
    assert words in errors[field]
    with pytest.raises(ValueError, match="errors"):
        read_form(replace(FORM, **changes))  # type: ignore[arg-type]
