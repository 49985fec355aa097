"""Invoice lines and allowances read from UBL."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from portal.formats.documents import CBC
from portal.formats.en16931 import AllowanceCharge, Identifier, InvoiceLine, ItemAttribute
from portal.formats.peppol.tree import (
    ZERO,
    Children,
    attribute,
    children,
    day,
    each,
    identifier,
    inside,
    number,
    text,
)


def read_allowance(of: Children) -> AllowanceCharge:
    """An allowance or charge of the document or a line."""
    category = inside(of, "TaxCategory")
    return AllowanceCharge(
        is_charge=text(of, "ChargeIndicator") in {"true", "1"},
        amount=number(of, "Amount") or ZERO,
        reason=text(of, "AllowanceChargeReason"),
        reason_code=text(of, "AllowanceChargeReasonCode"),
        base_amount=number(of, "BaseAmount"),
        percent=number(of, "MultiplierFactorNumeric"),
        vat_category=text(category, "ID"),
        vat_rate=number(category, "Percent"),
    )


def read_line(element: etree._Element) -> InvoiceLine:
    """An InvoiceLine or CreditNoteLine."""
    of = children(element)
    quantity = "InvoicedQuantity" if f"{CBC}InvoicedQuantity" in of else "CreditedQuantity"
    item = inside(of, "Item")
    category = inside(item, "ClassifiedTaxCategory")
    price = inside(of, "Price")
    discount = inside(price, "AllowanceCharge")
    period = inside(of, "InvoicePeriod")
    return InvoiceLine(
        id=text(of, "ID") or "",
        quantity=number(of, quantity) or ZERO,
        unit=attribute(of, quantity, "unitCode") or "",
        line_amount=number(of, "LineExtensionAmount") or ZERO,
        name=text(item, "Name") or "",
        net_price=number(price, "PriceAmount") or ZERO,
        base_quantity=number(price, "BaseQuantity"),
        base_unit=attribute(price, "BaseQuantity", "unitCode"),
        gross_price=number(discount, "BaseAmount"),
        price_discount=number(discount, "Amount"),
        description=text(item, "Description"),
        note=text(of, "Note"),
        order_line=text(inside(of, "OrderLineReference"), "LineID"),
        object_id=identifier(inside(of, "DocumentReference"), "ID"),
        accounting_cost=text(of, "AccountingCost"),
        seller_item_id=text(inside(item, "SellersItemIdentification"), "ID"),
        buyer_item_id=text(inside(item, "BuyersItemIdentification"), "ID"),
        standard_item_id=identifier(inside(item, "StandardItemIdentification"), "ID"),
        classifications=read_classifications(item),
        vat_category=text(category, "ID"),
        vat_rate=number(category, "Percent"),
        allowances_charges=tuple(read_allowance(children(one)) for one in each(of, "AllowanceCharge")),
        period_start=day(period, "StartDate"),
        period_end=day(period, "EndDate"),
        order_reference=text(inside(of, "OrderLineReference", "OrderReference"), "ID"),
        origin_country=text(inside(item, "OriginCountry"), "IdentificationCode"),
        attributes=_attributes(item),
    )


def _attributes(item: Children) -> tuple[ItemAttribute, ...]:
    found = (children(one) for one in each(item, "AdditionalItemProperty"))
    return tuple(ItemAttribute(text(one, "Name") or "", text(one, "Value") or "") for one in found)


def read_classifications(item: Children) -> tuple[Identifier, ...]:
    """BT-158: each class with its list and the list's version."""
    found = (_class(children(one)) for one in each(item, "CommodityClassification"))
    return tuple(code for code in found if code is not None)


def _class(of: Children) -> Identifier | None:
    code = identifier(of, "ItemClassificationCode", "listID")
    version = attribute(of, "ItemClassificationCode", "listVersionID")
    return replace(code, version=version) if code and version else code
