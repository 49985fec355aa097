"""The lines: each amount explains itself, "4 tim × 650,00 − rabatt 40,00 = 2 560,00" (BG-25 to BG-32)."""

from __future__ import annotations

from decimal import Decimal

from portal.formats.en16931 import AllowanceCharge, InvoiceLine
from portal.kernel.money import to_ore
from portal.web.i18n import gettext
from portal.web.paper.view import LineView, Row
from portal.web.paper.words import coded, identified, joined, money, period, rate, rows, vat
from portal.web.units import counted_short

SLACK = Decimal("0.02")
"""What the official rule of a line's amount lets through (PEPPOL-EN16931-R120)."""


def line_view(line: InvoiceLine) -> LineView:
    """A line with everything it says."""
    right = to_ore(_reckoned(line))
    off = None
    if abs(right - line.line_amount) > SLACK:
        off = gettext("Räknat blir det %(amount)s.") % {"amount": money(right)}
    texts = tuple(filter(None, (line.description, line.note)))
    return LineView(
        line.id, line.name, money(line.line_amount), _reckoning(line, off=off), off, texts,
        (*_price(line), *_allowances(line), *_what(line), *_belongs(line)),
    )  # fmt: skip


def _reckoned(line: InvoiceLine) -> Decimal:
    per = line.base_quantity or Decimal(1)
    return line.quantity * line.net_price / per + sum(map(effect, line.allowances_charges), Decimal(0))


def effect(entry: AllowanceCharge) -> Decimal:
    """What it adds to the sum: a negative allowance is a charge, a negative charge an allowance."""
    return entry.amount if entry.is_charge else -entry.amount


def _reckoning(line: InvoiceLine, *, off: str | None) -> str:
    unit = line.base_unit or line.unit
    many = counted_short(line.quantity, line.unit)
    plain = line.base_quantity in (None, Decimal(1)) and unit == line.unit
    if plain:
        text = f"{many} × {money(line.net_price)}"
    else:
        per = counted_short(line.base_quantity or Decimal(1), unit)
        text = gettext("%(many)s à %(price)s per %(per)s") % {
            "many": many, "price": money(line.net_price), "per": per,
        }  # fmt: skip
    steps = "".join(_step(entry) for entry in line.allowances_charges)
    return f"{text}{steps} {'≠' if off else '='} {money(line.line_amount)}"


def _step(entry: AllowanceCharge) -> str:
    value = effect(entry)
    amount = {"amount": money(abs(value))}
    return " " + (gettext("− rabatt %(amount)s") if value < 0 else gettext("+ avgift %(amount)s")) % amount


def allowance(entry: AllowanceCharge) -> Row:
    """An allowance or charge as the document has it: reason, share of what, and its VAT."""
    label = gettext("Avgift") if entry.is_charge else gettext("Rabatt")
    return Row(label, joined((coded(entry.reason, entry.reason_code), money(entry.amount), share(entry))))


def share(entry: AllowanceCharge) -> str:
    """ "5 % av 800,00", and its VAT."""
    part = ""
    if entry.percent is not None and entry.base_amount is not None:
        part = gettext("%(rate)s av %(base)s") % {
            "rate": rate(entry.percent),
            "base": money(entry.base_amount),
        }
    elif entry.percent is not None:
        part = rate(entry.percent)
    elif entry.base_amount is not None:
        part = gettext("på %(base)s") % {"base": money(entry.base_amount)}
    taxed = vat(entry.vat_category, entry.vat_rate)
    return joined((part, gettext("moms %(vat)s") % {"vat": taxed} if taxed else ""))


def _price(line: InvoiceLine) -> tuple[Row, ...]:
    gross = money(line.gross_price) if line.gross_price is not None else None
    discount = money(line.price_discount) if line.price_discount is not None else None
    net = f"{gross} − {discount} = {money(line.net_price)}" if gross and discount else gross or discount
    label = gettext("Pris före rabatt") if gross else gettext("Prisrabatt")
    return rows((label, net), (gettext("Moms"), vat(line.vat_category, line.vat_rate)))


def _allowances(line: InvoiceLine) -> tuple[Row, ...]:
    return tuple(allowance(entry) for entry in line.allowances_charges)


def _what(line: InvoiceLine) -> tuple[Row, ...]:
    return rows(
        (gettext("Säljarens artikelnr"), line.seller_item_id),
        (gettext("Ert artikelnr"), line.buyer_item_id),
        (gettext("Standardnr"), identified(line.standard_item_id) if line.standard_item_id else None),
        *((gettext("Klass"), identified(one)) for one in line.classifications),
        *((one.name, one.value) for one in line.attributes),
        (gettext("Ursprungsland"), line.origin_country),
    )


def _belongs(line: InvoiceLine) -> tuple[Row, ...]:
    return rows(
        (gettext("Period"), period(line.period_start, line.period_end)),
        (gettext("Rad på ordern"), line.order_line),
        (gettext("Order"), line.order_reference),
        (gettext("Objekt"), identified(line.object_id) if line.object_id else None),
        (gettext("Bokförs hos er på"), line.accounting_cost),
    )
