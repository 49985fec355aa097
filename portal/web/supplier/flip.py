"""PO-flip: an order and what is to be invoiced of it → the neutral invoice. Pure: it is tried before it is sent.

Numbers, prices, units and VAT come from the order, so that what is invoiced is what was ordered (EN 16931,
Peppol BIS Billing 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.formats.en16931 import (
    APPROVED_FOR_F_TAX,
    Address,
    Identifier,
    Invoice,
    InvoiceLine,
    Party,
    PaymentAccount,
    PrecedingInvoice,
    VatBreakdown,
)
from portal.kernel.money import to_ore
from portal.web.supplier.queries.company import Company
from portal.web.supplier.queries.invoices import InvoiceLine as SentLine
from portal.web.supplier.queries.invoices import InvoiceRow
from portal.web.supplier.queries.orders import Line, Order

ZERO = Decimal(0)
HUNDRED = Decimal(100)
INVOICE, CREDIT_NOTE = "380", "381"
CREDIT_TRANSFER = "30"
# Why a category carries no VAT: BR-E-10, BR-AE-10.
EXEMPTIONS: Mapping[str, tuple[str | None, str]] = {
    "E": (None, "Undantag från skatteplikt"),
    "AE": ("VATEX-EU-AE", "Omvänd betalningsskyldighet"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the supplier decides of the invoice."""

    number: str
    issue_date: date
    due_date: date
    delivery_date: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals as shown beside the form: SEK."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    per_rate: tuple[tuple[Decimal, Decimal, Decimal], ...]


def invoice_of(
    order: Order, company: Company, head: Head, quantities: Mapping[int, Decimal], account: tuple[str, str]
) -> Invoice:
    """The invoice of an order. `quantities`: position → quantity in the line's unit; zero and less is left out."""
    lines = tuple(
        _line(line, quantities[line.position])
        for line in order.lines
        if quantities.get(line.position, ZERO) > 0
    )
    return _document(
        lines, order, company, head, type_code=INVOICE, preceding=(),
        accounts=(PaymentAccount(account[1], account[0], CREDIT_TRANSFER, head.number),),
    )  # fmt: skip


def credit_of(
    order: Order,
    company: Company,
    head: Head,
    credited: InvoiceRow,
    lines: Sequence[SentLine],
    quantities: Mapping[int, Decimal],
) -> Invoice:
    """A credit note of an own invoice: its lines at its prices, the quantities given; the debit named (BT-25)."""
    taken = tuple(
        _credit_line(line, quantities[line.position])
        for line in lines
        if quantities.get(line.position, ZERO) > 0
    )
    preceding = (PrecedingInvoice(credited.number, credited.issue_date),)
    return _document(taken, order, company, head, type_code=CREDIT_NOTE, preceding=preceding, accounts=())


def totals(lines: Sequence[InvoiceLine]) -> Sums:
    """Sums of the lines: VAT per category and rate on its base, rounded once (BR-S-09)."""
    rows = breakdown(lines)
    net = sum((line.line_amount for line in lines), ZERO)
    tax = sum((row.tax_amount for row in rows), ZERO)
    return Sums(
        net, tax, net + tax, tuple((row.rate or ZERO, row.taxable_amount, row.tax_amount) for row in rows)
    )


def breakdown(lines: Sequence[InvoiceLine]) -> tuple[VatBreakdown, ...]:
    """BG-23."""
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.vat_category or "S", line.vat_rate or ZERO)
        bases[key] = bases.get(key, ZERO) + line.line_amount
    return tuple(
        VatBreakdown(
            base, to_ore(base * rate / HUNDRED), category, rate,
            exemption_code=EXEMPTIONS.get(category, (None, ""))[0],
            exemption_reason=EXEMPTIONS.get(category, (None, ""))[1] or None,
        )
        for (category, rate), base in sorted(bases.items())
    )  # fmt: skip


def _document(
    lines: tuple[InvoiceLine, ...],
    order: Order,
    company: Company,
    head: Head,
    *,
    type_code: str,
    preceding: tuple[PrecedingInvoice, ...],
    accounts: tuple[PaymentAccount, ...],
) -> Invoice:
    total = totals(lines)
    return Invoice(
        is_credit_note=type_code == CREDIT_NOTE, number=head.number, issue_date=head.issue_date,
        type_code=type_code, currency="SEK", seller=_seller(company), buyer=_buyer(order), lines=lines,
        sum_of_lines=total.net, net_amount=total.net, tax_amount=total.tax, gross_amount=total.gross,
        payable_amount=total.gross, due_date=head.due_date, delivery_date=head.delivery_date,
        buyer_reference=order.buyer_reference, order_reference=order.number, accounts=accounts,
        vat_breakdown=breakdown(lines), preceding=preceding, notes=(head.note,) if head.note else (),
    )  # fmt: skip


def _line(line: Line, quantity: Decimal) -> InvoiceLine:
    return InvoiceLine(
        id=str(line.position), quantity=quantity, unit=line.unit, line_amount=to_ore(quantity * line.price),
        name=line.name, net_price=line.price, order_line=str(line.position), seller_item_id=line.item_no,
        buyer_item_id=line.buyer_item_no, vat_category=line.vat_category, vat_rate=line.vat_rate,
    )  # fmt: skip


def _credit_line(line: SentLine, quantity: Decimal) -> InvoiceLine:
    return InvoiceLine(
        id=str(line.position), quantity=quantity, unit=line.unit, line_amount=to_ore(quantity * line.net_price),
        name=line.name, net_price=line.net_price, order_line=line.order_line_ref, seller_item_id=line.seller_item_id,
        buyer_item_id=line.buyer_item_id, vat_category=line.vat_category or "S", vat_rate=line.vat_rate,
    )  # fmt: skip


def _seller(company: Company) -> Party:
    scheme, _, value = (company.endpoint or f"0007:{company.org_number}").partition(":")
    return Party(
        name=company.name, legal_name=company.name, endpoint=Identifier(value, scheme),
        legal_id=Identifier(company.org_number, "0007"), vat_number=company.vat_number,
        tax_registration=APPROVED_FOR_F_TAX if company.f_tax else None,
        address=Address(street=company.street, city=company.city, postcode=company.postcode, country="SE"),
        contact_name=company.contact_name, contact_email=company.email, contact_phone=company.phone,
    )  # fmt: skip


def _buyer(order: Order) -> Party:
    gln = Identifier(order.buyer_gln, "0088") if order.buyer_gln else None
    return Party(
        name=order.buyer_name, legal_name=order.concern,
        endpoint=gln or Identifier(order.concern_org_number, "0007"), identifiers=(gln,) if gln else (),
        legal_id=Identifier(order.concern_org_number, "0007"), vat_number=order.concern_vat_number,
        address=Address(country="SE"),
    )  # fmt: skip
