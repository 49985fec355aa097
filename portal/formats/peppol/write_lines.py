"""Invoice lines, items, prices and allowances written to UBL."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from lxml import etree

from portal.formats.en16931 import AllowanceCharge, Identifier, InvoiceLine, ItemAttribute
from portal.formats.peppol.build import cac, cbc, identified, money, tax_category


def write_allowance(value: AllowanceCharge, currency: str) -> etree._Element | None:
    """An allowance or charge of the document or a line."""
    return cac(
        "AllowanceCharge",
        cbc("ChargeIndicator", value.is_charge),
        cbc("AllowanceChargeReasonCode", value.reason_code),
        cbc("AllowanceChargeReason", value.reason),
        cbc("MultiplierFactorNumeric", value.percent),
        money("Amount", value.amount, currency),
        money("BaseAmount", value.base_amount, currency),
        tax_category("TaxCategory", value.vat_category, value.vat_rate),
    )


def write_line(line: InvoiceLine, currency: str, *, is_credit_note: bool) -> etree._Element | None:
    """An InvoiceLine or CreditNoteLine."""
    return cac(
        "CreditNoteLine" if is_credit_note else "InvoiceLine",
        cbc("ID", line.id),
        cbc("Note", line.note),
        cbc("CreditedQuantity" if is_credit_note else "InvoicedQuantity", line.quantity, unitCode=line.unit),
        money("LineExtensionAmount", line.line_amount, currency),
        cbc("AccountingCost", line.accounting_cost),
        cac("InvoicePeriod", cbc("StartDate", line.period_start), cbc("EndDate", line.period_end)),
        _order_line(line),
        _object(line.object_id),
        (write_allowance(value, currency) for value in line.allowances_charges),
        write_item(line, line.origin_country, line.attributes),
        _price(line, currency),
    )


def _order_line(line: InvoiceLine) -> etree._Element | None:
    order = cac("OrderReference", cbc("ID", line.order_reference))
    return cac("OrderLineReference", cbc("LineID", line.order_line), order)


def _object(value: Identifier | None) -> etree._Element | None:
    if value is None:
        return None
    return cac("DocumentReference", identified("ID", value), cbc("DocumentTypeCode", "130"))


class Item(Protocol):
    """What an invoice line and an order line both say of their item."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def buyer_item_id(self) -> str | None: ...
    @property
    def seller_item_id(self) -> str | None: ...
    @property
    def standard_item_id(self) -> Identifier | None: ...
    @property
    def classifications(self) -> tuple[Identifier, ...]: ...
    @property
    def vat_category(self) -> str | None: ...
    @property
    def vat_rate(self) -> Decimal | None: ...


def write_item(
    line: Item, origin: str | None = None, attributes: Iterable[ItemAttribute] = ()
) -> etree._Element | None:
    """The item of a line with its identifiers, classes and VAT; on an invoice also its origin and properties."""
    return cac(
        "Item",
        cbc("Description", line.description),
        cbc("Name", line.name),
        cac("BuyersItemIdentification", cbc("ID", line.buyer_item_id)),
        cac("SellersItemIdentification", cbc("ID", line.seller_item_id)),
        cac("StandardItemIdentification", identified("ID", line.standard_item_id)),
        cac("OriginCountry", cbc("IdentificationCode", origin)),
        (cac("CommodityClassification", _class(code)) for code in line.classifications),
        tax_category("ClassifiedTaxCategory", line.vat_category, line.vat_rate),
        (cac("AdditionalItemProperty", cbc("Name", one.name), cbc("Value", one.value)) for one in attributes),
    )


def _class(code: Identifier) -> etree._Element | None:
    return cbc("ItemClassificationCode", code.value, listID=code.scheme, listVersionID=code.version)


def _price(line: InvoiceLine, currency: str) -> etree._Element | None:
    return cac(
        "Price",
        money("PriceAmount", line.net_price, currency),
        cbc("BaseQuantity", line.base_quantity, unitCode=line.base_unit),
        _discount(line, currency),
    )


def _discount(line: InvoiceLine, currency: str) -> etree._Element | None:
    """BT-147 and BT-148; the schema wants the discount wherever there is a gross price."""
    if line.gross_price is None and line.price_discount is None:
        return None
    discount = line.price_discount
    if discount is None and line.gross_price is not None:
        discount = line.gross_price - line.net_price
    return cac(
        "AllowanceCharge",
        cbc("ChargeIndicator", False),
        money("Amount", discount, currency),
        money("BaseAmount", line.gross_price, currency),
    )
