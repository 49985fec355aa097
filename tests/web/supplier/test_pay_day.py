"""The day a supplier is told is never earlier than the invoice can be paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from portal.kernel.identifiers import uuid7
from portal.web.supplier.queries.invoices import InvoiceRow
from portal.web.supplier.sentences import expected_day

ARRIVED = datetime(2026, 11, 2, 9, tzinfo=UTC)
TODAY = date(2026, 12, 7)
ROW = InvoiceRow(
    uuid7(), uuid7(), "Exempelstads kommun", "F-1", False, "review", ARRIVED, date(2026, 11, 2), date(2026, 12, 2),
    ARRIVED, Decimal(100), Decimal(25), Decimal(125), Decimal(125), "SEK", None, None, None, None, None, None, None,
    False,
)  # fmt: skip


def test_a_late_invoice_is_paid_the_bank_day_after_it_is_klar() -> None:
    assert expected_day(ROW, TODAY) == date(2026, 12, 8)


def test_not_before_the_wait_after_two_have_confirmed_its_account_is_over() -> None:
    confirmed = replace(ROW, pay_not_before=datetime(2026, 12, 9, 10, tzinfo=UTC))
    assert expected_day(confirmed, TODAY) == date(2026, 12, 10)


def test_none_where_nothing_is_paid_or_arrival_control_holds_it() -> None:
    assert expected_day(replace(ROW, paid_otherwise=True), TODAY) is None
    assert expected_day(replace(ROW, status="payment_information"), TODAY) is None
