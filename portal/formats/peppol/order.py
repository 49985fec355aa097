"""Peppol BIS Order 3 (transaction 01): the order as frozen values, written to UBL and read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from lxml import etree

from portal.formats.documents import document_type
from portal.formats.en16931 import Address, Identifier, Party
from portal.formats.findings import Unreadable, fatal
from portal.formats.peppol.build import Part, cac, cbc, document, identified, money
from portal.formats.peppol.lines import read_classifications
from portal.formats.peppol.parties import read_address, read_party
from portal.formats.peppol.tree import (
    ZERO,
    Children,
    attribute,
    children,
    clock,
    day,
    each,
    identifier,
    inside,
    number,
    text,
)
from portal.formats.peppol.write_lines import write_item
from portal.formats.peppol.write_parties import write_address, write_party
from portal.formats.xml import MAX_BYTES, parse_xml

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
ORDER = "220"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One ordered item; `net_price` per `base_quantity` of `base_unit`, without VAT."""

    id: str
    quantity: Decimal
    unit: str
    name: str
    net_price: Decimal | None = None
    line_amount: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: str | None = None
    note: str | None = None
    description: str | None = None
    accounting_cost: str | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    standard_item_id: Identifier | None = None
    classifications: tuple[Identifier, ...] = ()
    vat_category: str | None = None
    vat_rate: Decimal | None = None
    delivery_start: date | None = None
    delivery_end: date | None = None


@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """Where, when and to whom."""

    location: Identifier | None = None  # GLN, scheme 0088
    address: Address = field(default_factory=Address)
    start: date | None = None
    end: date | None = None
    recipient: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `customer_reference` comes back in the invoice's BT-10."""

    number: str
    issue_date: date
    currency: str
    buyer: Party
    seller: Party
    lines: tuple[OrderLine, ...]
    issue_time: time | None = None
    type_code: str = ORDER
    note: str | None = None
    customer_reference: str | None = None
    accounting_cost: str | None = None
    valid_until: date | None = None
    quotation_reference: str | None = None
    previous_order: str | None = None
    contract_reference: str | None = None
    delivery: OrderDelivery = field(default_factory=OrderDelivery)
    payment_terms: str | None = None
    tax_amount: Decimal | None = None
    sum_of_lines: Decimal | None = None
    net_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    payable_amount: Decimal | None = None
    customization_id: str = CUSTOMIZATION
    profile_id: str = PROFILE


def write_order(order: Order) -> bytes:
    """The order as UTF-8 bytes, valid by the UBL 2.1 Order schema; sums are written as given."""
    return document(
        "Order",
        cbc("CustomizationID", order.customization_id),
        cbc("ProfileID", order.profile_id),
        cbc("ID", order.number),
        cbc("IssueDate", order.issue_date),
        cbc("IssueTime", order.issue_time),
        cbc("OrderTypeCode", order.type_code),
        cbc("Note", order.note),
        cbc("DocumentCurrencyCode", order.currency),
        cbc("CustomerReference", order.customer_reference),
        cbc("AccountingCost", order.accounting_cost),
        _references(order),
        cac("BuyerCustomerParty", write_party("Party", order.buyer)),
        cac("SellerSupplierParty", write_party("Party", order.seller)),
        _delivery(order.delivery),
        cac("PaymentTerms", cbc("Note", order.payment_terms)),
        cac("TaxTotal", money("TaxAmount", order.tax_amount, order.currency)),
        _totals(order),
        (cac("OrderLine", cbc("Note", line.note), _line_item(line, order.currency)) for line in order.lines),
    )


def _references(order: Order) -> Part:
    return [
        cac("ValidityPeriod", cbc("EndDate", order.valid_until)),
        cac("QuotationDocumentReference", cbc("ID", order.quotation_reference)),
        cac("OrderDocumentReference", cbc("ID", order.previous_order)),
        cac("Contract", cbc("ID", order.contract_reference)),
    ]


def _delivery(delivery: OrderDelivery) -> etree._Element | None:
    return cac(
        "Delivery",
        cac(
            "DeliveryLocation",
            identified("ID", delivery.location),
            write_address("Address", delivery.address),
        ),
        write_period("RequestedDeliveryPeriod", delivery.start, delivery.end),
        cac(
            "DeliveryParty",
            cac("PartyName", cbc("Name", delivery.recipient)),
            cac(
                "Contact",
                cbc("Name", delivery.contact_name),
                cbc("Telephone", delivery.contact_phone),
                cbc("ElectronicMail", delivery.contact_email),
            ),
        ),
    )


def write_period(name: str, start: date | None, end: date | None) -> etree._Element | None:
    """A period under `name`; None when both ends are open."""
    return cac(name, cbc("StartDate", start), cbc("EndDate", end))


def _totals(order: Order) -> etree._Element | None:
    currency = order.currency
    if order.sum_of_lines is None:
        return None
    payable = order.payable_amount if order.payable_amount is not None else order.sum_of_lines
    return cac(
        "AnticipatedMonetaryTotal",
        money("LineExtensionAmount", order.sum_of_lines, currency),
        money("TaxExclusiveAmount", order.net_amount, currency),
        money("TaxInclusiveAmount", order.gross_amount, currency),
        money("PayableAmount", payable, currency),
    )


def _line_item(line: OrderLine, currency: str) -> etree._Element | None:
    return cac(
        "LineItem",
        cbc("ID", line.id),
        cbc("Quantity", line.quantity, unitCode=line.unit),
        money("LineExtensionAmount", line.line_amount, currency),
        cbc("AccountingCost", line.accounting_cost),
        cac("Delivery", write_period("RequestedDeliveryPeriod", line.delivery_start, line.delivery_end)),
        cac(
            "Price",
            money("PriceAmount", line.net_price, currency),
            cbc("BaseQuantity", line.base_quantity, unitCode=line.base_unit),
        ),
        write_item(line),
    )


def read_order(source: etree._Element | bytes, *, max_bytes: int = MAX_BYTES) -> Order:
    """The order in a parsed root or in bytes; Unreadable as `read_invoice`, NOT_ORDER for others."""
    root = parse_xml(source, max_bytes=max_bytes) if isinstance(source, bytes) else source
    if (kind := document_type(root)) != "order":
        raise Unreadable(
            fatal("NOT_ORDER", f"Dokumentet är ingen order utan {kind}. Skicka en Peppol-order.")
        )
    of = children(root)
    issued = day(of, "IssueDate")
    if issued is None:
        raise Unreadable(fatal("MISSING", "Ordern saknar datum (IssueDate). Fyll i det.", layer="xsd"))
    totals = inside(of, "AnticipatedMonetaryTotal")
    return Order(
        number=text(of, "ID") or "",
        issue_date=issued,
        currency=text(of, "DocumentCurrencyCode") or "",
        buyer=read_party(inside(of, "BuyerCustomerParty", "Party")),
        seller=read_party(inside(of, "SellerSupplierParty", "Party")),
        lines=tuple(_read_line(children(element)) for element in each(of, "OrderLine")),
        issue_time=clock(of, "IssueTime"),
        type_code=text(of, "OrderTypeCode") or ORDER,
        note=text(of, "Note"),
        customer_reference=text(of, "CustomerReference"),
        accounting_cost=text(of, "AccountingCost"),
        valid_until=day(inside(of, "ValidityPeriod"), "EndDate"),
        quotation_reference=text(inside(of, "QuotationDocumentReference"), "ID"),
        previous_order=text(inside(of, "OrderDocumentReference"), "ID"),
        contract_reference=text(inside(of, "Contract"), "ID"),
        delivery=_read_delivery(inside(of, "Delivery")),
        payment_terms=text(inside(of, "PaymentTerms"), "Note"),
        tax_amount=number(inside(of, "TaxTotal"), "TaxAmount"),
        sum_of_lines=number(totals, "LineExtensionAmount"),
        net_amount=number(totals, "TaxExclusiveAmount"),
        gross_amount=number(totals, "TaxInclusiveAmount"),
        payable_amount=number(totals, "PayableAmount"),
        customization_id=text(of, "CustomizationID") or "",
        profile_id=text(of, "ProfileID") or "",
    )


def _read_delivery(of: Children) -> OrderDelivery:
    place = inside(of, "DeliveryLocation")
    period = inside(of, "RequestedDeliveryPeriod")
    recipient = inside(of, "DeliveryParty")
    contact = inside(recipient, "Contact")
    return OrderDelivery(
        location=identifier(place, "ID"),
        address=read_address(inside(place, "Address")),
        start=day(period, "StartDate"),
        end=day(period, "EndDate"),
        recipient=text(inside(recipient, "PartyName"), "Name"),
        contact_name=text(contact, "Name"),
        contact_phone=text(contact, "Telephone"),
        contact_email=text(contact, "ElectronicMail"),
    )


def _read_line(of: Children) -> OrderLine:
    line = inside(of, "LineItem")
    item = inside(line, "Item")
    price = inside(line, "Price")
    category = inside(item, "ClassifiedTaxCategory")
    period = inside(line, "Delivery", "RequestedDeliveryPeriod")
    return OrderLine(
        id=text(line, "ID") or "",
        quantity=number(line, "Quantity") or ZERO,
        unit=attribute(line, "Quantity", "unitCode") or "",
        name=text(item, "Name") or "",
        net_price=number(price, "PriceAmount"),
        line_amount=number(line, "LineExtensionAmount"),
        base_quantity=number(price, "BaseQuantity"),
        base_unit=attribute(price, "BaseQuantity", "unitCode"),
        note=text(of, "Note"),
        description=text(item, "Description"),
        accounting_cost=text(line, "AccountingCost"),
        seller_item_id=text(inside(item, "SellersItemIdentification"), "ID"),
        buyer_item_id=text(inside(item, "BuyersItemIdentification"), "ID"),
        standard_item_id=identifier(inside(item, "StandardItemIdentification"), "ID"),
        classifications=read_classifications(item),
        vat_category=text(category, "ID"),
        vat_rate=number(category, "Percent"),
        delivery_start=day(period, "StartDate"),
        delivery_end=day(period, "EndDate"),
    )
