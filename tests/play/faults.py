"""Every kind of error that has been planted on an invoice: an edit of one that is right (faults M01–M24, S01–S06).

`much` (1–999) says how large the error is, where it has a size. `NEVER` are those that are wrong whatever the order
and its receipts say: an invoice with one is never Klar unless a person has had a say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from dev.invoices.writer import Account, Charge, Document, Line, Seller, Totals, net_of, tax_of

Fault = Callable[[Document, int], Document]
STRANGER = Seller("Okända Bolaget AB", "5599009999", "SE559900999901")
ANOTHER = Seller("Mattservice AB", "5599001053", "SE559900105301")
ORE = D("0.01")


def _line(document: Document, much: int, change: Callable[[Line], dict[str, Any]]) -> Document:
    lines = list(document.lines)
    at = much % len(lines)
    lines[at] = replace(lines[at], **change(lines[at]))
    return replace(document, lines=tuple(lines))


def _head(**changes: Any) -> Fault:
    return lambda document, _much: replace(document, **changes)


def _gross(document: Document) -> D:
    return net_of(document) + tax_of(document)


def _sums(document: Document) -> Totals:
    net, tax = net_of(document), tax_of(document)
    return Totals(net, tax, net + tax, net + tax - document.prepaid + document.rounding)


def _tampered(name: str) -> Fault:
    def change(document: Document, much: int) -> Document:
        right = _sums(document)
        return replace(document, totals=replace(right, **{name: getattr(right, name) + much}))

    return change


def _all_tampered(document: Document, much: int) -> Document:
    """Every sum raised alike: only the lines give it away."""
    right = _sums(document)
    assert right.net is not None and right.gross is not None and right.payable is not None
    raised = replace(right, net=right.net + much, gross=right.gross + much, payable=right.payable + much)
    return replace(document, totals=raised)


def _twice(document: Document, _much: int) -> Document:
    """The first line once more, under the same id: more than was ordered."""
    first = replace(document.lines[0], id="1")
    return replace(document, lines=(first, *document.lines[1:], replace(first, id=" 1 ")))


def _double(document: Document, _much: int) -> Document:
    return document  # the stage gives it the number of the one before


FAULTS: Mapping[str, Fault] = {
    "rounding": lambda d, n: replace(d, rounding=D("0.50") + n * ORE * 100),
    "rounding of two öre too much": _head(rounding=D("0.52")),
    "rounding down": lambda d, n: replace(d, rounding=-D("0.50") - n * ORE),
    "prepaid below zero": lambda d, n: replace(d, prepaid=D(-n)),
    "prepaid above all": lambda d, n: replace(d, prepaid=_gross(d) + n),
    "all prepaid": lambda d, _: replace(d, prepaid=_gross(d)),
    "line twice": _twice,
    "card": _head(means="48", card="1234"),
    "cash": _head(means="10"),
    "cheque": _head(means="20"),
    "direct debit": _head(means="49", mandate="M-1"),
    "direct debit of SEPA": _head(means="59", mandate="M-1"),
    "clearing": _head(means="97"),
    "means unheard of": _head(means="ZZZ"),
    "allowance below zero": lambda d, n: replace(
        d, charges=(Charge(D(-n), "Mängdrabatt", None, allowance=True),)
    ),
    "allowance below zero on a line": lambda d, n: _line(
        d, n, lambda _: {"charges": (Charge(D(-n), "Rabatt", None, allowance=True),)}
    ),
    "another order's line": lambda d, n: _line(d, n, lambda _: {"order": "EX-100002"}),
    "no order's line": lambda d, n: _line(d, n, lambda _: {"order": f"B-{n}-77"}),
    "payee without account": _head(payee=("Faktorn AB", "5599008882"), accounts=()),
    "payee with the seller's account": _head(payee=("Faktorn AB", "5599008882")),
    "payee by name": _head(payee=("Faktorn AB", None)),
    "made over in a note": _head(note="Fordran är överlåten till Faktorn AB."),
    "freight": lambda d, n: replace(d, charges=(Charge(D(n), "Frakt", "FC"),)),
    "freight on a line": lambda d, n: _line(d, n, lambda _: {"charges": (Charge(D(n), "Frakt", "FC"),)}),
    "freight as a line": lambda d, n: replace(d, lines=(*d.lines, Line(D(1), "EA", D(n), "Fraktavgift"))),
    "goods nobody ordered": lambda d, n: replace(
        d, lines=(*d.lines, Line(D(1), "EA", D(n), "Guldpenna", item_no="KB-9999"))
    ),
    "text that costs": lambda d, n: replace(d, lines=(*d.lines, Line(D(1), "EA", D(n), "Se följesedel"))),
    "a company nobody knows": _head(seller=STRANGER),
    "another supplier": _head(seller=ANOTHER, accounts=(Account("5050505"),)),
    "another's account": _head(accounts=(Account("5050505"),)),
    "an account nobody knows": _head(accounts=(Account("9912346"),)),
    "a foreign account": _head(accounts=(Account("DE89370400440532013000", "IBAN"),)),
    "due before it was written": lambda d, n: replace(d, due_date=d.issue_date - timedelta(n % 60 + 1)),
    "due in year one": _head(due_date=date(1, 1, 1)),
    "due too late": lambda d, n: replace(d, due_date=d.issue_date + timedelta(120 + n)),
    "written long ago": lambda d, n: replace(d, issue_date=d.issue_date - timedelta(400 + n)),
    "written ahead": lambda d, n: replace(d, issue_date=d.issue_date + timedelta(60 + n)),
    "double number": _double,
    "dearer": lambda d, n: _line(d, n, lambda one: {"price": one.price + n * ORE}),
    "twice the quantity": lambda d, n: _line(d, n, lambda one: {"quantity": one.quantity * 2 + 1}),
    "more for less": lambda d, n: _line(
        d, n, lambda one: {"quantity": one.quantity * 20, "price": one.price / 20}
    ),
    "another's place": lambda d, n: _line(d, n, lambda _: {"item_no": "XX-1"}),
    "VAT of food": lambda d, n: _line(d, n, lambda one: {"vat_rate": D(12)}),
    "VAT changed": lambda d, n: _line(d, n, lambda one: {"vat_rate": D(6 if one.vat_rate == 25 else 25)}),
    "no VAT": lambda d, n: _line(d, n, lambda _: {"vat_rate": D(0), "vat_category": "Z"}),
    "another unit": lambda d, n: _line(d, n, lambda _: {"unit": ("XBX", "KGM", "HUR", "DZN")[n % 4]}),
    "price of ten": lambda d, n: _line(
        d, n, lambda one: {"base_quantity": D(10), "price": one.price * 10 + n * ORE * 10}
    ),
    "base quantity that makes it dear": lambda d, n: _line(
        d, n, lambda one: {"base_quantity": D("0.1"), "amount": None}
    ),
    "amount that is not the product": lambda d, n: _line(d, n, lambda one: {"amount": one.net + n}),
    "euro": _head(currency="EUR"),
    "net tampered with": _tampered("net"),
    "tax tampered with": _tampered("tax"),
    "gross tampered with": _tampered("gross"),
    "payable tampered with": _tampered("payable"),
    "all sums tampered with": _all_tampered,
    "a line that takes off": lambda d, n: replace(
        d, lines=(*d.lines, replace(d.lines[0], quantity=-d.lines[0].quantity, order_line=None))
    ),
}  # fmt: skip

# Right by itself where the order has room for it, or less than what is owed.
_DEPENDS = frozenset({"twice the quantity", "line twice", "double number", "a line that takes off"})
NEVER = frozenset(FAULTS) - _DEPENDS


def planted(document: Document, faults: tuple[str, ...], much: int) -> Document:
    """The document with each of them, in the order of their names."""
    for name in faults:
        document = FAULTS[name](document, much)
    return document
