"""Peppol BIS Order Response 3 (transaction 76): AB received, AP accepted, RE rejected, CA changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from lxml import etree

from portal.formats.documents import document_type
from portal.formats.en16931 import Party
from portal.formats.findings import Unreadable, fatal
from portal.formats.peppol.build import cac, cbc, document, money
from portal.formats.peppol.order import write_period
from portal.formats.peppol.parties import read_party
from portal.formats.peppol.tree import (
    Children,
    attribute,
    children,
    clock,
    day,
    each,
    inside,
    number,
    text,
)
from portal.formats.peppol.write_parties import write_party
from portal.formats.xml import MAX_BYTES, parse_xml

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"

RECEIVED, ACCEPTED, REJECTED, CONDITIONAL = "AB", "AP", "RE", "CA"
RESPONSE_CODES = (RECEIVED, ACCEPTED, REJECTED, CONDITIONAL)
# UNCL 1229, the subset of T76.


@dataclass(frozen=True, slots=True)
class OrderResponseLine:
    """What the seller says of one order line; several for one order line split its delivery."""

    id: str
    order_line: str
    status_code: str
    name: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    backorder_quantity: Decimal | None = None
    net_price: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: str | None = None
    note: str | None = None
    seller_item_id: str | None = None
    delivery_start: date | None = None
    delivery_end: date | None = None
    substitute_name: str | None = None
    substitute_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderResponse:
    """One response. AB, AP and RE carry no lines, CA at least one (PEPPOL-T76-R007 to R010)."""

    number: str
    issue_date: date
    response_code: str
    order_number: str
    seller: Party
    buyer: Party
    lines: tuple[OrderResponseLine, ...] = ()
    issue_time: time | None = None
    sales_order: str | None = None
    note: str | None = None
    currency: str | None = None
    customer_reference: str | None = None
    promised_start: date | None = None
    promised_end: date | None = None
    customization_id: str = CUSTOMIZATION
    profile_id: str = PROFILE


def write_order_response(response: OrderResponse) -> bytes:
    """The response as UTF-8 bytes; ValueError when its code and its lines contradict each other."""
    if response.response_code not in RESPONSE_CODES:
        raise ValueError(f"no order response code: {response.response_code!r}")
    if (response.response_code == CONDITIONAL) != bool(response.lines):
        raise ValueError(f"{response.response_code} and {len(response.lines)} lines contradict each other")
    return document(
        "OrderResponse",
        cbc("CustomizationID", response.customization_id),
        cbc("ProfileID", response.profile_id),
        cbc("ID", response.number),
        cbc("SalesOrderID", response.sales_order),
        cbc("IssueDate", response.issue_date),
        cbc("IssueTime", response.issue_time),
        cbc("OrderResponseCode", response.response_code),
        cbc("Note", response.note),
        cbc("DocumentCurrencyCode", response.currency),
        cbc("CustomerReference", response.customer_reference),
        cac("OrderReference", cbc("ID", response.order_number)),
        cac("SellerSupplierParty", write_party("Party", response.seller)),
        cac("BuyerCustomerParty", write_party("Party", response.buyer)),
        cac(
            "Delivery",
            write_period("PromisedDeliveryPeriod", response.promised_start, response.promised_end),
        ),
        (_line(line, response.currency or "") for line in response.lines),
    )


def _line(line: OrderResponseLine, currency: str) -> etree._Element | None:
    return cac(
        "OrderLine",
        _line_item(line, currency),
        _substitute(line),
        cac("OrderLineReference", cbc("LineID", line.order_line)),
    )


def _line_item(line: OrderResponseLine, currency: str) -> etree._Element | None:
    return cac(
        "LineItem",
        cbc("ID", line.id),
        cbc("Note", line.note),
        cbc("LineStatusCode", line.status_code),
        cbc("Quantity", line.quantity, unitCode=line.unit),
        cbc("MaximumBackorderQuantity", line.backorder_quantity, unitCode=line.unit),
        cac("Delivery", write_period("PromisedDeliveryPeriod", line.delivery_start, line.delivery_end)),
        cac(
            "Price",
            money("PriceAmount", line.net_price, currency),
            cbc("BaseQuantity", line.base_quantity, unitCode=line.base_unit),
        ),
        _item(line.name, line.seller_item_id),
    )


def _substitute(line: OrderResponseLine) -> etree._Element | None:
    item = _item(line.substitute_name, line.substitute_item_id)
    return None if item is None else cac("SellerSubstitutedLineItem", cbc("ID", line.id), item)


def _item(name: str | None, seller_item_id: str | None) -> etree._Element | None:
    return cac("Item", cbc("Name", name), cac("SellersItemIdentification", cbc("ID", seller_item_id)))


def read_order_response(source: etree._Element | bytes, *, max_bytes: int = MAX_BYTES) -> OrderResponse:
    """The response in a parsed root or in bytes; Unreadable as `read_invoice`, NOT_RESPONSE for others."""
    root = parse_xml(source, max_bytes=max_bytes) if isinstance(source, bytes) else source
    if (kind := document_type(root)) != "order_response":
        message = f"Dokumentet är inget ordersvar utan {kind}. Skicka ett Peppol-ordersvar."
        raise Unreadable(fatal("NOT_RESPONSE", message))
    of = children(root)
    issued = day(of, "IssueDate")
    if issued is None:
        raise Unreadable(fatal("MISSING", "Svaret saknar datum (IssueDate). Fyll i det.", layer="xsd"))
    promised = inside(of, "Delivery", "PromisedDeliveryPeriod")
    return OrderResponse(
        number=text(of, "ID") or "",
        issue_date=issued,
        response_code=text(of, "OrderResponseCode") or "",
        order_number=text(inside(of, "OrderReference"), "ID") or "",
        seller=read_party(inside(of, "SellerSupplierParty", "Party")),
        buyer=read_party(inside(of, "BuyerCustomerParty", "Party")),
        lines=tuple(_read_line(children(element)) for element in each(of, "OrderLine")),
        issue_time=clock(of, "IssueTime"),
        sales_order=text(of, "SalesOrderID"),
        note=text(of, "Note"),
        currency=text(of, "DocumentCurrencyCode"),
        customer_reference=text(of, "CustomerReference"),
        promised_start=day(promised, "StartDate"),
        promised_end=day(promised, "EndDate"),
        customization_id=text(of, "CustomizationID") or "",
        profile_id=text(of, "ProfileID") or "",
    )


def _read_line(of: Children) -> OrderResponseLine:
    line = inside(of, "LineItem")
    price = inside(line, "Price")
    period = inside(line, "Delivery", "PromisedDeliveryPeriod")
    substitute = inside(of, "SellerSubstitutedLineItem", "Item")
    return OrderResponseLine(
        id=text(line, "ID") or "",
        order_line=text(inside(of, "OrderLineReference"), "LineID") or "",
        status_code=text(line, "LineStatusCode") or "",
        name=text(inside(line, "Item"), "Name"),
        quantity=number(line, "Quantity"),
        unit=attribute(line, "Quantity", "unitCode"),
        backorder_quantity=number(line, "MaximumBackorderQuantity"),
        net_price=number(price, "PriceAmount"),
        base_quantity=number(price, "BaseQuantity"),
        base_unit=attribute(price, "BaseQuantity", "unitCode"),
        note=text(line, "Note"),
        seller_item_id=text(inside(line, "Item", "SellersItemIdentification"), "ID"),
        delivery_start=day(period, "StartDate"),
        delivery_end=day(period, "EndDate"),
        substitute_name=text(substitute, "Name"),
        substitute_item_id=text(inside(substitute, "SellersItemIdentification"), "ID"),
    )
