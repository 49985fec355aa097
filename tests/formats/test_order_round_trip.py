"""What the writers of orders and answers write, the readers read."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.formats.en16931 import Invoice, Party
from portal.formats.findings import Unreadable
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.peppol.order import Order, OrderDelivery, OrderLine, read_order, write_order
from portal.formats.peppol.order_response import (
    CONDITIONAL,
    OrderResponse,
    OrderResponseLine,
    read_order_response,
    write_order_response,
)
from portal.formats.peppol.reader import read_invoice
from portal.formats.schemas import check_schema
from portal.formats.xml import parse_xml
from tests.formats.generated import (
    addresses,
    amounts,
    codes,
    days,
    identifiers,
    maybe,
    parties,
    quantities,
    relaxed,
    texts,
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return Order(
        number=draw(texts),
        issue_date=draw(days),
        currency="SEK",
        buyer=draw(parties),
        seller=draw(parties),
        lines=tuple(draw(st.lists(order_lines(), min_size=1, max_size=3))),
        issue_time=draw(maybe(st.just(time(13, 45, 30)))),
        note=draw(maybe(texts)),
        customer_reference=draw(maybe(texts)),
        accounting_cost=draw(maybe(texts)),
        valid_until=draw(maybe(days)),
        quotation_reference=draw(maybe(texts)),
        previous_order=draw(maybe(texts)),
        contract_reference=draw(maybe(texts)),
        delivery=draw(deliveries),
        payment_terms=draw(maybe(texts)),
        tax_amount=draw(maybe(amounts)),
        sum_of_lines=Decimal("10.00"),
        net_amount=draw(maybe(amounts)),
        gross_amount=draw(maybe(amounts)),
        payable_amount=draw(amounts),
    )


@st.composite
def order_lines(draw: st.DrawFn) -> OrderLine:
    category = draw(maybe(codes))
    price = draw(maybe(amounts))
    base = draw(maybe(quantities)) if price is not None else None
    return OrderLine(
        id=draw(codes),
        quantity=draw(quantities),
        unit=draw(codes),
        name=draw(texts),
        net_price=price,
        line_amount=draw(maybe(amounts)),
        base_quantity=base,
        base_unit=draw(maybe(codes)) if base is not None else None,
        note=draw(maybe(texts)),
        description=draw(maybe(texts)),
        accounting_cost=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        buyer_item_id=draw(maybe(texts)),
        standard_item_id=draw(maybe(identifiers)),
        classifications=tuple(draw(st.lists(identifiers, max_size=2))),
        vat_category=category,
        vat_rate=draw(maybe(quantities)) if category else None,
        delivery_start=draw(maybe(days)),
        delivery_end=draw(maybe(days)),
    )


deliveries = st.builds(
    OrderDelivery,
    location=maybe(identifiers),
    address=addresses,
    start=maybe(days),
    end=maybe(days),
    recipient=maybe(texts),
    contact_name=maybe(texts),
    contact_phone=maybe(texts),
    contact_email=maybe(texts),
)


@relaxed
@given(orders())
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    assert read_order(write_order(order)) == order


@st.composite
def response_lines(draw: st.DrawFn) -> OrderResponseLine:
    price = draw(maybe(amounts))
    base = draw(maybe(quantities)) if price is not None else None
    quantity = draw(maybe(quantities))
    return OrderResponseLine(
        id=draw(codes),
        order_line=draw(codes),
        status_code=draw(st.sampled_from(["1", "3", "5", "7", "42"])),
        name=draw(texts),
        quantity=quantity,
        unit=draw(codes) if quantity is not None else None,
        backorder_quantity=draw(maybe(quantities)),
        net_price=price,
        base_quantity=base,
        base_unit=draw(maybe(codes)) if base is not None else None,
        note=draw(maybe(texts)),
        seller_item_id=draw(maybe(texts)),
        delivery_start=draw(maybe(days)),
        delivery_end=draw(maybe(days)),
        substitute_name=draw(maybe(texts)),
        substitute_item_id=draw(maybe(texts)),
    )


@st.composite
def responses(draw: st.DrawFn) -> OrderResponse:
    code = draw(st.sampled_from(["AB", "AP", "RE", "CA"]))
    return OrderResponse(
        number=draw(texts),
        issue_date=draw(days),
        response_code=code,
        order_number=draw(texts),
        seller=draw(parties),
        buyer=draw(parties),
        lines=tuple(draw(st.lists(response_lines(), min_size=1, max_size=3))) if code == CONDITIONAL else (),
        issue_time=draw(maybe(st.just(time(6, 0)))),
        sales_order=draw(maybe(texts)),
        note=draw(maybe(texts)),
        currency="SEK",
        customer_reference=draw(maybe(texts)),
        promised_start=draw(maybe(days)),
        promised_end=draw(maybe(days)),
    )


@relaxed
@given(responses())
def test_an_order_response_comes_back_as_it_was(response: OrderResponse) -> None:
    assert read_order_response(write_order_response(response)) == response


@pytest.mark.parametrize(("code", "has_line"), [("CA", False), ("AP", True), ("RE", True), ("XX", False)])
def test_a_response_whose_code_and_lines_contradict_is_not_written(
    seller: Party, buyer: Party, code: str, has_line: bool
) -> None:
    lines = (OrderResponseLine("1", "1", "5", name="Papper"),) if has_line else ()
    with pytest.raises(ValueError, match=code):
        write_order_response(OrderResponse("R1", date(2026, 1, 1), code, "O1", seller, buyer, lines))


@settings(max_examples=60)
@given(orders(), responses())
def test_orders_and_responses_are_valid_by_the_ubl_schema(
    shared_data: Path, order: Order, response: OrderResponse
) -> None:
    folder = shared_data / "ubl-xsd" / "maindoc"
    assert check_schema(parse_xml(write_order(order)), folder / "UBL-Order-2.1.xsd") == []
    assert check_schema(parse_xml(write_order_response(response)), folder / "UBL-OrderResponse-2.1.xsd") == []


@pytest.mark.parametrize("read", [read_order, read_order_response])
def test_another_document_is_refused_by_its_name(invoice: Invoice, read: Any) -> None:
    with pytest.raises(Unreadable, match="invoice"):
        read(write_invoice(invoice))


def test_an_order_is_no_invoice(seller: Party, buyer: Party) -> None:
    line = OrderLine("1", Decimal(1), "EA", "Papper")
    data = write_order(Order("O1", date(2026, 1, 1), "SEK", buyer, seller, (line,)))
    with pytest.raises(Unreadable) as refused:
        read_invoice(data)
    assert refused.value.finding.code == "NOT_INVOICE"
