"""What the PO-flip writes: valid by XSD, CEN and Peppol with no fatal and no warning, and true to its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.formats.check import check_document
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.reader import read_invoice
from portal.web.supplier.flip import Head, credit_of, invoice_of, totals
from portal.web.supplier.queries.company import Company
from portal.web.supplier.queries.invoices import InvoiceLine, InvoiceRow
from portal.web.supplier.queries.orders import Line, Order

ID = UUID(int=1)
DAY = date(2026, 11, 24)
HEAD = Head("F-1001", DAY, date(2026, 12, 24), DAY)
COMPANY = Company(
    ID, "Kontorsbolaget AB", "5599001012", "SE559900101201", "0007:5599001012", True, "Kundtjänst",
    "leverantor@kontorsbolaget.test", "010-555 02 00", "Leverantörsgatan 2", "999 99", "Exempelstad",
)  # fmt: skip


def line(position: int, quantity: str, price: str, rate: str = "25", category: str = "S") -> Line:
    amount = Decimal(quantity)
    return Line(
        UUID(int=position), position, f"A-{position}", None, "Kopieringspapper", "14111507", "XPK", amount,
        Decimal(price), Decimal(rate), category, Decimal(0), amount, Decimal(0),
    )  # fmt: skip


def order(*lines: Line) -> Order:
    return Order(
        ID, ID, "Exempelstads kommun", "2120990011", "SE212099001101", "EX-1", None, "received",
        "Grundskoleförvaltningen", "7350099900013", None, Decimal(0), Decimal(0), Decimal(0), (), None, None, None,
        datetime(2026, 11, 1, tzinfo=UTC), None, 30, lines, (), (),
    )  # fmt: skip


ACCOUNT = ("BANKGIRO", "5050109")
SAMPLES = {
    "one rate": order(line(1, "10", "49.90"), line(2, "20", "12.50")),
    "two rates": order(line(1, "40", "11.90", "6"), line(2, "6", "62", "25")),
    "reverse charge": order(line(1, "8", "1000", "0", "AE")),
    "exempt": order(line(1, "3", "450", "0", "E")),
    "zero rate": order(line(1, "3", "450", "0", "Z")),
    "four decimals": order(line(1, "2.375", "3.1415")),
    "no GLN": replace(order(line(1, "1", "100")), buyer_gln=None),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_invoice_of_an_order_keeps_every_official_rule(name: str) -> None:
    made = invoice_of(SAMPLES[name], COMPANY, HEAD, _all(SAMPLES[name]), ACCOUNT)
    data = write_invoice(made)
    assert check_document(data).findings == ()
    read = read_invoice(data)
    assert (read.order_reference, read.payable_amount) == ("EX-1", made.payable_amount)
    assert [one.order_line for one in read.lines] == [str(one.position) for one in SAMPLES[name].lines]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("part", [1, Decimal("0.5")])
def test_a_credit_note_keeps_every_official_rule_and_names_its_invoice(name: str, part: Decimal) -> None:
    of = SAMPLES[name]
    debit = invoice_of(of, COMPANY, HEAD, _all(of), ACCOUNT)
    lines = [
        InvoiceLine(int(one.id), one.name, one.quantity, one.unit, one.net_price, one.line_amount, one.vat_category,
                    one.vat_rate, one.order_line, one.seller_item_id, None)
        for one in debit.lines
    ]  # fmt: skip
    quantities = {one.position: one.quantity * part for one in lines}
    head = Head("K-1", DAY, DAY)
    data = write_invoice(credit_of(of, COMPANY, head, row(), lines, quantities))
    assert check_document(data).findings == ()
    read = read_invoice(data)
    assert read.is_credit_note
    assert (read.preceding[0].number, read.due_date) == ("F-1001", DAY)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.decimals("0.0001", 9999, places=4), st.decimals("0.01", 9999, places=2),
            st.sampled_from(["0", "6", "12", "25"]),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_sums_agree_to_the_ore(rows: list[tuple[Decimal, Decimal, str]]) -> None:
    of = order(*(line(i, str(q), str(price), rate) for i, (q, price, rate) in enumerate(rows, 1)))
    made = invoice_of(of, COMPANY, HEAD, _all(of), ACCOUNT)
    assert made.net_amount == sum(one.line_amount for one in made.lines)
    assert made.tax_amount == sum(part.tax_amount for part in made.vat_breakdown)
    assert made.gross_amount == made.payable_amount == made.net_amount + made.tax_amount
    assert totals(made.lines).gross == made.gross_amount


def test_what_is_zero_is_left_out() -> None:
    made = invoice_of(SAMPLES["one rate"], COMPANY, HEAD, {1: Decimal(0), 2: Decimal(5)}, ACCOUNT)
    assert [one.id for one in made.lines] == ["2"]


def _all(of: Order) -> dict[int, Decimal]:
    return {one.position: one.quantity for one in of.lines}


def row() -> InvoiceRow:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return InvoiceRow(
        ID, ID, "Exempelstads kommun", "F-1001", False, "done", now, DAY, DAY, now, Decimal(1), Decimal(0),
        Decimal(1), Decimal(1), "SEK", ID, "EX-1", None, None, None, None, None, False,
    )  # fmt: skip
