"""From the lines to what is to be paid, step by step (BG-20 to BG-23)."""

from __future__ import annotations

from decimal import Decimal

from portal.formats.en16931 import AllowanceCharge, Invoice, VatBreakdown
from portal.web.i18n import gettext
from portal.web.paper.lines import effect, share
from portal.web.paper.view import Sum
from portal.web.paper.words import coded, currency, joined, money, vat

ZERO = Decimal(0)


def charges(invoice: Invoice) -> tuple[Sum, ...]:
    """Allowances and charges of the whole document, as they weigh on the sum."""
    return tuple(_charge(entry) for entry in invoice.allowances_charges)


def _charge(entry: AllowanceCharge) -> Sum:
    named = coded(entry.reason, entry.reason_code)
    label = gettext("Avgift") if entry.is_charge else gettext("Rabatt")
    return Sum(f"{label}: {named}" if named else label, money(effect(entry)), note=share(entry))


def chain(invoice: Invoice) -> tuple[Sum, ...]:
    """Lines, allowances, charges, net, VAT, gross, prepaid, rounding; a step that changes nothing is left out."""
    return (*_to_net(invoice), *_to_gross(invoice), *_to_payable(invoice))


def payable(invoice: Invoice) -> Sum:
    """Att betala."""
    right = invoice.gross_amount - invoice.prepaid_amount + invoice.rounding_amount
    amount = f"{money(invoice.payable_amount)}\N{NO-BREAK SPACE}{currency(invoice.currency)}"
    return Sum(gettext("Att betala"), amount, "sum", off=_off(right, invoice.payable_amount))


def _to_net(invoice: Invoice) -> list[Sum]:
    lines = sum((line.line_amount for line in invoice.lines), ZERO)
    right = invoice.sum_of_lines - invoice.allowance_total + invoice.charge_total
    found = []
    if right != invoice.sum_of_lines or invoice.sum_of_lines != invoice.net_amount or invoice.allowance_total:
        label = gettext("Summa rader")
        found.append(Sum(label, money(invoice.sum_of_lines), off=_off(lines, invoice.sum_of_lines)))
    if invoice.allowance_total:
        found.append(Sum(gettext("Rabatter"), money(-invoice.allowance_total)))
    if invoice.charge_total:
        found.append(Sum(gettext("Avgifter"), money(invoice.charge_total)))
    net = _off(right if found else lines, invoice.net_amount)
    return [*found, Sum(gettext("Netto"), money(invoice.net_amount), "sum" if found else None, off=net)]


def _to_gross(invoice: Invoice) -> list[Sum]:
    found = [_rate(row) for row in invoice.vat_breakdown]
    taxes = sum((row.tax_amount for row in invoice.vat_breakdown), ZERO)
    if len(found) != 1 or taxes != invoice.tax_amount:
        off = _off(taxes, invoice.tax_amount) if found else None
        found.append(Sum(gettext("Moms totalt"), money(invoice.tax_amount), off=off))
    if invoice.tax_currency_amount is not None:
        unit = invoice.tax_currency or ""
        label = gettext("Moms i %(currency)s") % {"currency": unit}
        found.append(Sum(label, f"{money(invoice.tax_currency_amount)}\N{NO-BREAK SPACE}{unit}"))
    off = _off(invoice.net_amount + invoice.tax_amount, invoice.gross_amount)
    if off or invoice.gross_amount != invoice.payable_amount:
        found.append(Sum(gettext("Totalt med moms"), money(invoice.gross_amount), "sum", off=off))
    return found


def _rate(row: VatBreakdown) -> Sum:
    label = gettext("Moms %(rate)s") % {"rate": vat(row.category, row.rate)}
    base = gettext("på %(base)s") % {"base": money(row.taxable_amount)}
    why = coded(row.exemption_reason, row.exemption_code)
    return Sum(label, money(row.tax_amount), note=joined((base, why)))


def _to_payable(invoice: Invoice) -> list[Sum]:
    steps = (
        (gettext("Redan betalt"), -invoice.prepaid_amount),
        (gettext("Avrundning"), invoice.rounding_amount),
    )
    return [Sum(label, money(amount)) for label, amount in steps if amount]


def _off(right: Decimal, written: Decimal) -> str | None:
    if right == written:
        return None
    return gettext("Räknat blir det %(amount)s.") % {"amount": money(right)}
