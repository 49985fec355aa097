"""One order line against the invoice lines that fill it: unit, VAT, price, quantity, amount (A6.10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.catalog.rules.units import unit_code, unit_name
from portal.invoicing.match_values import InvoiceLineFacts, MatchLimits, OrderFacts, OrderLineFacts
from portal.invoicing.rules.filling import Paired
from portal.invoicing.rules.line_units import meant
from portal.invoicing.rules.vat import wrong_rate
from portal.invoicing.values import ZERO
from portal.kernel.decision import Control, Reason
from portal.kernel.money import canonical_number, format_kr, format_number_sv, format_sv, round_to, to_ore
from portal.kernel.text import Message

PRICE_DECIMALS = 4
ORE_DECIMALS = 2
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineCase:
    """What the line controls see: the pair, its order's number, whether it is done or cancelled, limits, shared sums.

    `quantity` is invoiced now on this order line, `price` the highest on any of its lines, `amount` the lines'
    amounts as written without their charges; `same_unit`: all are in the order line's unit.
    """

    pair: Paired
    order_number: str
    done: bool
    cancelled: bool
    limits: MatchLimits
    quantity: Decimal
    price: Decimal
    amount: Decimal
    same_unit: bool

    @classmethod
    def of(cls, pair: Paired, order: OrderFacts, limits: MatchLimits) -> LineCase:
        """The sums of a pair; several controls read each of them."""
        return cls(
            pair,
            order.number,
            order.done,
            order.cancelled,
            limits,
            quantity=sum((line.quantity for line in pair.lines), ZERO),
            price=max(unit_price(line) for line in pair.lines),
            amount=sum((line.line_amount - line.charges for line in pair.lines), ZERO),
            same_unit=_same_unit(pair, limits),
        )

    @property
    def order(self) -> OrderLineFacts:
        return self.pair.order

    @property
    def difference(self) -> Decimal:
        """Kronor more (+) or less (−) than the same quantity costs on the order."""
        return self.amount - to_ore(self.quantity * self.order.price)


def _same_unit(pair: Paired, limits: MatchLimits) -> bool:
    wanted = meant(pair.order.unit)
    return wanted is not None and all(_units(line, limits) == {wanted} for line in pair.lines)


def read_as(case: LineCase) -> tuple[str, ...]:
    """Units that are written otherwise than on the order and mean the same: "H87 = EA"."""
    written = (unit for line in case.pair.lines for unit in (line.unit, line.base_unit))
    if not case.same_unit:
        return ()
    return tuple(
        dict.fromkeys(f"{unit} = {case.order.unit}" for unit in written if unit and unit != case.order.unit)
    )


def unit_price(line: InvoiceLineFacts) -> Decimal:
    """Net price per one unit after line allowances, four decimals."""
    per_unit = line.net_price / (line.base_quantity or Decimal(1))
    if line.allowances and line.quantity:
        per_unit -= line.allowances / line.quantity
    return round_to(per_unit, PRICE_DECIMALS)


def _due(line: InvoiceLineFacts) -> Decimal:
    return line.quantity * line.net_price / (line.base_quantity or Decimal(1)) - line.allowances


def _units(line: InvoiceLineFacts, limits: MatchLimits) -> set[str | None]:
    return {meant(unit, limits) for unit in (line.unit, line.base_unit) if unit}


def _reason(case: LineCase, code: str, message: str, **params: str) -> Reason:
    return Reason(code, message, {"name": case.order.name, **params}, line=case.order.number)


def _number(value: Decimal) -> str:
    return format_number_sv(value)


def _unit(case: LineCase) -> Reason | None:
    if case.same_unit:
        return None
    wanted = meant(case.order.unit)
    other = next(line for line in case.pair.lines if _units(line, case.limits) != {wanted} or wanted is None)
    written = str(other.base_unit) if wanted and meant(other.unit, case.limits) == wanted else other.unit
    message = "%(name)s: enheten är %(invoiced)s på fakturan men %(ordered)s på ordern."
    return _reason(case, "unit", message, invoiced=_unit_words(written), ordered=_unit_words(case.order.unit))


def _unit_words(unit: str) -> str:
    code = unit_code(unit)
    return f"{unit_name(code)} ({code})" if code else Message("okänd (%(unit)s)", unit=unit)


def _vat(case: LineCase) -> Reason | None:
    wanted = (case.order.vat_category, case.order.vat_rate)
    for line in case.pair.lines:
        if (line.vat_category, line.vat_rate or ZERO) != wanted:
            message = "%(name)s: momsen är %(invoiced)s på fakturan men %(ordered)s på ordern."
            invoiced = f"{line.vat_category or '–'} {_number(line.vat_rate or ZERO)} %"
            return _reason(
                case, "vat", message, invoiced=invoiced, ordered=f"{wanted[0]} {_number(wanted[1])} %"
            )
    return None


def _vat_of_kind(case: LineCase) -> Reason | None:
    """What the order says too may be wrong: food has the rate of the day it was delivered (C20)."""
    for line in case.pair.lines:
        unspsc = line.unspsc or case.order.unspsc
        right = wrong_rate(case.limits.vat_rates, unspsc, line.vat_day, line.vat_category, line.vat_rate)
        # Another rate than the order's has been said already.
        if right is not None and (line.vat_category, line.vat_rate) == (
            case.order.vat_category,
            case.order.vat_rate,
        ):
            message = (
                "%(name)s: momsen är %(invoiced)s %% på fakturan och på ordern men livsmedel hade %(right)s %% den dag"
                " varan levererades."
            )
            return _reason(
                case, "vat", message, invoiced=_number(line.vat_rate or ZERO), right=_number(right)
            )
    return None


def _price(case: LineCase) -> Reason | None:
    if not case.same_unit or not _too_dear(case):
        return None
    prices = {"invoiced": _price_words(case.price), "ordered": _price_words(case.order.price)}
    more = (case.price - case.order.price) * case.quantity
    if to_ore(more):
        message = "%(name)s: priset är %(invoiced)s kr men %(ordered)s kr på ordern. Det blir %(more)s mer."
        return _reason(case, "price", message, **prices, more=format_kr(more))
    message = (
        "%(name)s: priset är %(invoiced)s kr men %(ordered)s kr på ordern. Skillnaden är mindre än ett öre."
    )
    return _reason(case, "price", message, **prices)


def _price_words(price: Decimal) -> str:
    decimals = len(canonical_number(price).partition(".")[2])
    return format_sv(price, max(decimals, ORE_DECIMALS))


def _too_dear(case: LineCase) -> bool:
    """Catalogue: above the agreed price. Free text: above its percentage, or more kronor than allowed."""
    limits, ordered = case.limits, round_to(case.order.price, PRICE_DECIMALS)
    percent = limits.price_percent if case.order.from_catalogue else limits.free_text_price_percent
    if case.price > ordered * (1 + percent / _HUNDRED):
        return True
    above = ((unit_price(line) - ordered) * line.quantity for line in case.pair.lines)
    more = sum((amount for amount in above if amount > 0), ZERO)
    return not case.order.from_catalogue and more > limits.free_text_price_amount


def _ordered(case: LineCase) -> Reason | None:
    if not case.same_unit:
        return None
    total = case.order.invoiced + case.quantity
    if total <= _most(case):
        return None
    return _order_done(case) if case.done else _over_ordered(case, total)


def _most(case: LineCase) -> Decimal:
    """How many may be invoiced in all; of an order that is done no more than what came."""
    most = case.order.ordered * (1 + case.limits.over_delivery_percent / _HUNDRED)
    return min(most, case.order.received) if case.done else most


def _over_ordered(case: LineCase, total: Decimal) -> Reason:
    message = (
        "%(name)s: %(total)s är fakturerat i allt men %(ordered)s är beställt. Det är %(more)s för många."
    )
    more = total - case.order.ordered
    return _reason(
        case,
        "quantity_over_ordered",
        message,
        total=_number(total),
        ordered=_number(case.order.ordered),
        more=_number(more),
    )


def _order_done(case: LineCase) -> Reason:
    if case.cancelled:
        message = "%(name)s: order %(order)s är makulerad, men %(invoiced)s är fakturerat."
        invoiced = _number(case.quantity)
        return _reason(case, "quantity_over_ordered", message, order=case.order_number, invoiced=invoiced)
    message = (
        "%(name)s: order %(order)s är avslutad. %(invoiced)s är fakturerat nu men %(left)s är mottaget och inte"
        " fakturerat."
    )
    left = max(_most(case) - case.order.invoiced, ZERO)
    return _reason(
        case,
        "quantity_over_ordered",
        message,
        order=case.order_number,
        invoiced=_number(case.quantity),
        left=_number(left),
    )


def _negative(case: LineCase) -> Reason | None:
    if all(line.quantity > 0 and line.net_price >= 0 for line in case.pair.lines):
        return None
    message = "%(name)s: en rad på fakturan har antal eller pris som inte är större än noll."
    return _reason(case, "negative_quantity", message)


def _amount(case: LineCase) -> Reason | None:
    """The written amount may differ from quantity × price by rounding only; it excuses no price."""
    due = sum(map(_due, case.pair.lines), ZERO)
    if case.amount - due <= case.limits.line_amount:
        return None
    message = "%(name)s: radbeloppet är %(written)s men antal gånger pris blir %(due)s."
    return _reason(case, "total", message, written=format_kr(case.amount), due=format_kr(due))


LINE_CONTROLS: tuple[Control[LineCase], ...] = (
    Control("unit", "Enheten är orderns", "deviation", _unit, "A6.10.unit", 2),
    Control("price", "Priset är högst orderns", "deviation", _price, "A6.10.price"),
    Control("vat", "Momsen är orderns", "deviation", _vat, "A6.10.vat"),
    Control("vat", "Momsen är rätt för varan och dagen", "deviation", _vat_of_kind, "C20.kind"),
    Control(
        "quantity_over_ordered", "Högst så många som beställts", "deviation", _ordered, "A6.10.ordered", 3
    ),
    Control("negative_quantity", "Raden lägger till", "deviation", _negative, "A6.10.negative"),
    Control("total", "Radbeloppet är antal gånger pris", "deviation", _amount, "A6.10.line_amount"),
)
