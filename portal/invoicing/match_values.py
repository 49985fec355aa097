"""What the rules of match and final check see: an invoice beside its order, in the terms of `values`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from portal.formats.en16931 import Invoice
from portal.formats.en16931 import InvoiceLine as NeutralLine
from portal.invoicing.values import ZERO


@dataclass(frozen=True, slots=True)
class OrderLineFacts:
    """One order line. `invoiced` is what other invoices have taken; `from_catalogue` False is free text."""

    number: str
    name: str
    unit: str
    price: Decimal
    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    vat_category: str
    vat_rate: Decimal
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    from_catalogue: bool = True


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order. `agreed_charges`: freight and fees agreed on it, SEK excluding VAT."""

    number: str
    lines: tuple[OrderLineFacts, ...]
    review_requested: bool = False
    agreed_charges: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class InvoiceLineFacts:
    """One invoice line. `allowances` and `charges` are the sums of BG-27 and BG-28."""

    id: str
    quantity: Decimal
    unit: str
    net_price: Decimal
    line_amount: Decimal
    vat_category: str | None
    vat_rate: Decimal | None
    base_quantity: Decimal | None = None
    base_unit: str | None = None
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    order_line: str | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge on the document (BG-21): freight, fee."""

    amount: Decimal
    reason: str = ""
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class VatRow:
    """BG-23."""

    base: Decimal
    tax: Decimal
    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """An invoice beside its order."""

    order: OrderFacts
    lines: tuple[InvoiceLineFacts, ...]
    net: Decimal
    charges: tuple[Charge, ...] = ()
    credit_note: bool = False
    preceding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """Limits of matching.md D2, resolved for this invoice and day. Percent as 2 = 2 %, amounts SEK."""

    price_percent: Decimal = ZERO
    free_text_price_percent: Decimal = Decimal(2)
    free_text_price_amount: Decimal = Decimal(100)
    over_delivery_percent: Decimal = ZERO
    line_amount: Decimal = Decimal(10)
    total_percent: Decimal = Decimal(1)
    total_amount: Decimal = Decimal(500)
    charge_amount: Decimal = Decimal(200)
    charge_codes: tuple[str, ...] = field(default=())


def match_facts(invoice: Invoice, order: OrderFacts) -> MatchFacts:
    """The neutral invoice beside the order gather has read."""
    charges = tuple(
        Charge(entry.amount, entry.reason or "", entry.reason_code)
        for entry in invoice.allowances_charges
        if entry.is_charge
    )
    return MatchFacts(
        order,
        tuple(map(_line_facts, invoice.lines)),
        invoice.net_amount,
        charges,
        invoice.is_credit_note,
        tuple(earlier.number for earlier in invoice.preceding),
    )


def vat_rows(invoice: Invoice) -> tuple[VatRow, ...]:
    """BG-23 as the final check sees it."""
    return tuple(VatRow(r.taxable_amount, r.tax_amount, r.category, r.rate) for r in invoice.vat_breakdown)


def _line_facts(line: NeutralLine) -> InvoiceLineFacts:
    allowances = sum((e.amount for e in line.allowances_charges if not e.is_charge), ZERO)
    charges = sum((e.amount for e in line.allowances_charges if e.is_charge), ZERO)
    return InvoiceLineFacts(
        line.id, line.quantity, line.unit, line.net_price, line.line_amount, line.vat_category, line.vat_rate,
        line.base_quantity, line.base_unit, allowances, charges, line.order_line, line.seller_item_id,
        line.buyer_item_id, line.name,
    )  # fmt: skip
