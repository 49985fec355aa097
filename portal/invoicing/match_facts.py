"""The neutral invoice → what the rules of match and final check see of it."""

from __future__ import annotations

from collections.abc import Iterable

from portal.formats.en16931 import AllowanceCharge, Invoice
from portal.formats.en16931 import InvoiceLine as NeutralLine
from portal.invoicing.match_values import Charge, InvoiceLineFacts, MatchFacts, OrderFacts, VatRow
from portal.invoicing.rules.vat import unspsc_of, vat_day
from portal.invoicing.values import ZERO


def match_facts(invoice: Invoice, order: OrderFacts) -> MatchFacts:
    """The neutral invoice beside the order gather has read."""
    return MatchFacts(
        order,
        tuple(_line_facts(line, invoice, order) for line in invoice.lines),
        invoice.net_amount,
        charges_of(invoice.allowances_charges),
        invoice.is_credit_note,
        tuple(earlier.number for earlier in invoice.preceding),
        tuple(filter(None, (invoice.order_reference, invoice.sales_order_reference))),
        invoice.rounding_amount,
        invoice.payable_amount + max(invoice.prepaid_amount, ZERO) - invoice.tax_amount,
    )


def vat_rows(invoice: Invoice) -> tuple[VatRow, ...]:
    """BG-23 as the final check sees it."""
    return tuple(VatRow(r.taxable_amount, r.tax_amount, r.category, r.rate) for r in invoice.vat_breakdown)


def charges_of(entries: Iterable[AllowanceCharge]) -> tuple[Charge, ...]:
    """What is added: a charge, and an allowance written with a minus sign, which takes nothing off."""
    return tuple(
        Charge(abs(entry.amount), entry.reason or "", entry.reason_code if entry.is_charge else None)
        for entry in entries
        if _adds(entry)
    )


def _adds(entry: AllowanceCharge) -> bool:
    return entry.is_charge is (entry.amount > 0) and entry.amount != 0


def _line_facts(line: NeutralLine, invoice: Invoice, order: OrderFacts) -> InvoiceLineFacts:
    charges = charges_of(line.allowances_charges)
    allowances = sum((abs(one.amount) for one in line.allowances_charges if not _adds(one)), ZERO)
    return InvoiceLineFacts(
        line.id, line.quantity, line.unit, line.net_price, line.line_amount, line.vat_category, line.vat_rate,
        line.base_quantity, line.base_unit, allowances, sum((one.amount for one in charges), ZERO),
        line.order_line, line.seller_item_id, line.buyer_item_id, line.name, charges, line.order_reference,
        unspsc_of(line), vat_day(line, invoice, order.received_on),
    )  # fmt: skip
