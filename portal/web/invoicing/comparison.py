"""Beställt, mottaget, fakturerat: the stored match decision in cells, words and kronor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.catalog.rules.units import unit_name
from portal.invoicing.queries.detail import Detail
from portal.invoicing.rules.deviations import NOT_RECEIVED, Part, not_received, parts_of, total_of
from portal.invoicing.rules.reasons import REASONS
from portal.kernel.dates import format_day_long
from portal.kernel.money import MINUS, format_number_sv, format_sv, to_ore
from portal.web.i18n import current_locale, gettext
from portal.web.invoicing.spoken import filled
from portal.web.units import counted_short

ZERO = Decimal(0)
Cell = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LineView:
    """One row of the comparison, as the macro takes it."""

    name: str
    number: str
    ordered: Cell | None
    received: Cell | None
    invoiced: Cell
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole: notes under the headings, rows, sums and the difference in kronor (SEK excluding VAT)."""

    ordered: str
    received: str
    invoiced: str
    lines: tuple[LineView, ...]
    totals: tuple[str, str, str]
    difference: Decimal
    limits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the stored decision with its figures as numbers."""

    name: str
    order_line: str | None
    unit: str
    ordered: Decimal
    received: Decimal
    before: Decimal
    invoiced: Decimal
    order_price: Decimal
    price: Decimal
    difference: Decimal
    codes: tuple[str, ...]
    kind: str
    positions: tuple[int, ...]


def comparison_of(detail: Detail) -> Comparison | None:
    """The comparison of the latest match; None when the invoice was never held against an order."""
    stored = detail.decisions.get("match")
    if stored is None:
        return None
    lines = [_line(one, stored) for one in stored["result"]["lines"]]
    parts = parts_of(stored)
    views = [_view(row, line, parts, stored["reasons"], detail) for row, line in enumerate(lines)]
    totals = (
        _kr(sum((line.ordered * line.order_price for line in lines), ZERO)),
        _kr(sum((line.received * line.order_price for line in lines), ZERO)),
        _kr(Decimal(stored["inputs"]["net"])),
    )
    extra = [_of_document(part, stored["reasons"]) for part in parts if part.row is None]
    return Comparison(
        _ordered_note(detail), _received_note(detail), _invoiced_note(detail), (*views, *extra), totals,
        total_of(parts), tuple(_limits(stored, lines)),
    )  # fmt: skip


def missing_of(detail: Detail) -> list[tuple[Part, str]]:
    """What is invoiced and not received, each with its unit."""
    stored = detail.decisions.get("match")
    if stored is None:
        return []
    lines = stored["result"]["lines"]
    return [(part, _unit(lines[part.row or 0], stored)) for part in not_received(parts_of(stored))]


def _of_document(part: Part, reasons: Sequence[Mapping[str, Any]]) -> LineView:
    """Freight, fees and a total above the lines: a row of their own."""
    name = part.name[:1].upper() + part.name[1:] if part.name else gettext("Totalen")
    text = next((filled(one) for one in reasons if one["code"] == part.code and one["line"] is None), "")
    words = (
        gettext(REASONS.get(part.code, part.code)) + ".",
        text,
        _signed(part.amount) if part.amount else "",
    )
    invoiced = {"quantity": "", "amount": _kr(part.amount), "differs": ["amount"]}
    return LineView(name, "", None, None, invoiced, (words,))


_FIGURES = (
    "ordered",
    "received",
    "invoiced_before",
    "invoiced",
    "order_price",
    "invoice_price",
    "difference",
)


def _line(outcome: Mapping[str, Any], stored: Mapping[str, Any]) -> _Line:
    numbers = {name: Decimal(outcome[name]) for name in _FIGURES}
    return _Line(
        outcome["name"], outcome["order_line"], _unit(outcome, stored), numbers["ordered"], numbers["received"],
        numbers["invoiced_before"], numbers["invoiced"], numbers["order_price"], numbers["invoice_price"],
        numbers["difference"], tuple(outcome["deviations"]), outcome.get("kind", ""),
        tuple(outcome.get("positions", ())),
    )  # fmt: skip


def _unit(outcome: Mapping[str, Any], stored: Mapping[str, Any]) -> str:
    for line in stored["inputs"]["order"]["lines"]:
        if line["number"] == outcome["order_line"]:
            return str(line["unit"])
    own = [one for at, one in enumerate(stored["inputs"]["lines"], 1) if at in outcome.get("positions", ())]
    return str(own[0]["unit"]) if own else ""


def _view(
    row: int, line: _Line, parts: Sequence[Part], reasons: Sequence[Mapping[str, Any]], detail: Detail
) -> LineView:
    known = line.order_line is not None
    mine = [part for part in parts if part.row == row]
    number = next((o.item_no or "" for o in detail.order_lines if str(o.position) == line.order_line), "")
    number = number or gettext(_NO_GOODS.get(line.kind, ""))
    ordered = _cell(line, line.ordered, line.order_price) if known else None
    received: Cell | None = {"quantity": _quantity(line, line.received)} if known and line.received else None
    codes = {*line.codes, *(part.code for part in mine)}
    invoiced = {
        **_cell(line, line.invoiced, line.price),
        "differs": [name for name, marked in _MARKS.items() if codes & marked],
        "agrees": known and not codes,
    }
    return LineView(
        line.name, number, ordered, received, invoiced, tuple(_words(p, line, reasons) for p in mine)
    )


_NO_GOODS = {
    "free": "Kostar inget och räknas inte",
    "charge": "Frakt eller avgift",
    "rounding": "Öresavrundning",
}
"""What a line is that fills no order line and need not."""
_MARKS: Mapping[str, frozenset[str]] = {
    "quantity": frozenset(
        {
            "quantity_over_received", "quantity_over_ordered", "unit", "line_unknown", "order_of_line",
            "receipt_missing",
        }
    ),
    "price": frozenset({"price", "vat"}),
    "amount": frozenset({"total", "charge", "negative_quantity"}),
}  # fmt: skip


def _cell(line: _Line, quantity: Decimal, price: Decimal) -> dict[str, Any]:
    return {
        "quantity": _quantity(line, quantity), "price": format_sv(price), "amount": _kr(quantity * price),
    }  # fmt: skip


def _quantity(line: _Line, quantity: Decimal) -> str:
    return counted_short(quantity, line.unit)


def _words(part: Part, line: _Line, reasons: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """(bold, rest, kronor with a sign) of one deviation."""
    if part.code == "price":
        bold, rest = _price_words(line)
    elif part.code in _QUANTITIES:
        bold, rest = _quantity_words(part, line)
    else:
        bold, rest = gettext(REASONS.get(part.code, part.code)) + ".", _text(line, part.code, reasons)
    return bold, rest, _signed(part.amount) if part.amount else ""


_QUANTITIES = frozenset({"quantity_over_ordered", "quantity_over_received", "receipt_missing"})


def _quantity_words(part: Part, line: _Line) -> tuple[str, str]:
    price, count = {"price": format_sv(line.order_price)}, {"count": _quantity(line, part.quantity)}
    if part.code == "receipt_missing":
        bold = gettext("Inte mottaget: %(count)s") % count
        return bold, gettext(
            "är fakturerat men leveransen är inte kvitterad, till priset %(price)s kr"
        ) % price
    rest = (
        gettext("än ni har beställt, till priset %(price)s kr") % price
        if part.code == "quantity_over_ordered"
        else gettext("än ni har tagit emot, till priset %(price)s kr") % price
    )
    return gettext("%(count)s mer") % count, rest


def _price_words(line: _Line) -> tuple[str, str]:
    more = line.price - line.order_price
    each = gettext(unit_name(line.unit))
    bold = gettext("%(amount)s kr dyrare per %(unit)s") % {"amount": format_sv(more), "unit": each}
    return bold, gettext("än priset på ordern, %(price)s kr") % {"price": format_sv(line.order_price)}


def _text(line: _Line, code: str, reasons: Sequence[Mapping[str, Any]]) -> str:
    own = [one for one in reasons if one["code"] == code and one.get("line") in (line.order_line, None)]
    named = (one for one in own if one["params"].get("line") in map(str, line.positions))
    reason = next(named, own[0] if own else None)
    return filled(reason) if reason else ""


def _limits(stored: Mapping[str, Any], lines: Sequence[_Line]) -> list[tuple[str, str]]:
    """What was allowed, for the panel beside."""
    limits = stored["limits"]
    rows = []
    if any("price" in line.codes for line in lines):
        percent = format_number_sv(Decimal(str(limits.get("price_percent", "0"))))
        rows.append((gettext("Tillåtet över orderns pris"), f"{percent} %"))
    for line in lines:
        if "price" in line.codes:
            rows.append((gettext("Pris på ordern"), _kr(line.order_price)))
            rows.append((gettext("Fakturerat pris"), _kr(line.price)))
        if {"quantity_over_received", "quantity_over_ordered"} & set(line.codes):
            rows.append((gettext("Kvitterat antal"), _quantity(line, line.received)))
            rows.append((gettext("Fakturerat antal"), _quantity(line, line.invoiced)))
    return rows[:8]


def _ordered_note(detail: Detail) -> str:
    head = detail.head
    day = format_day_long(head.order_sent_at.date(), current_locale()) if head.order_sent_at else ""
    return ", ".join(filter(None, (head.order_number, day)))


def _received_note(detail: Detail) -> str:
    if not detail.receipts:
        return gettext("inget kvitterat")
    day, name, _count = detail.receipts[-1]
    return gettext("kvitterat av %(who)s %(day)s") % {
        "who": name,
        "day": format_day_long(day, current_locale()),
    }


def _invoiced_note(detail: Detail) -> str:
    invoice = detail.invoice
    return f"{invoice.number}, {format_day_long(invoice.issue_date, current_locale())}"


def _kr(amount: Decimal) -> str:
    return f"{format_sv(to_ore(amount))}\u00a0kr"


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else MINUS}{format_sv(abs(amount))}\u00a0kr"


def headline(detail: Detail, comparison: Comparison | None) -> str:
    """The h1 of a deviation: kronor first, else the reason in words."""
    codes = {str(one.get("code")) for one in detail.reasons}
    if comparison is not None and comparison.difference > 0:
        amount = {"amount": _kr(comparison.difference)}
        if codes and codes <= NOT_RECEIVED:
            return gettext("%(amount)s mer än mottaget") % amount
        return gettext("%(amount)s mer än beställt") % amount
    if codes <= {"on_hold"}:
        return gettext("Fakturan stämmer nu")
    if codes == {"review_requested"}:
        return gettext("Fakturan stämmer. Beställaren ville granska den")
    first = next((str(one.get("code")) for one in detail.reasons), "")
    return gettext(REASONS.get(first, "Fakturan stämmer inte med ordern"))
