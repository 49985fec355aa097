"""A change of an order that has been sent (A6.02): what may be stated, and what must be attested again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from portal.coding.rules.proposal import split_by_shares
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.text import Message
from portal.orders.change_values import ChangedLine, Terms
from portal.orders.rules.purchase import check_quantity
from portal.orders.values import CodingShare, FieldError

_MISSING = "Skriv antal och pris för raden, så som leverantören ska leverera den."
_NEGATIVE = "Skriv ett antal och ett pris som inte är mindre än 0."
_BELOW_RECEIVED = "%(received)s har redan kommit eller fakturerats. Skriv minst så mycket."
_NOTHING = "Ingenting blir kvar av ordern. Makulera den i stället, så får leverantören veta det."
_ABOVE_AGREED = "%(name)s: %(price)s, avtalets pris är %(agreed)s"
_ABOVE_ORDERED = "%(name)s: %(price)s, beställt för %(ordered)s"
_MORE = "%(name)s: %(quantity)s i stället för %(ordered)s"
_SUM = "Summan %(after)s är över den attesterade, %(before)s"


def with_terms(lines: Sequence[ChangedLine], stated: Mapping[str, Terms]) -> tuple[ChangedLine, ...]:
    """The lines as they are to be by what was stated (line id → terms); those not stated stay."""
    return tuple(replace(line, after=stated.get(line.id, line.before)) for line in lines)


def check_change(lines: Sequence[ChangedLine], stated: Mapping[str, Terms]) -> tuple[FieldError, ...]:
    """What is wrong, at the fields quantity-<line> and, of the whole, lines. Every line is to be stated."""
    errors = [
        FieldError(f"quantity-{line.id}", message, line.name)
        for line in lines
        if (message := _wrong(line, stated.get(line.id)))
    ]
    if not errors and all(terms.quantity == 0 for terms in stated.values()):
        errors.append(FieldError("lines", Message(_NOTHING)))
    return tuple(errors)


def _wrong(line: ChangedLine, terms: Terms | None) -> Message | None:
    if terms is None:
        return Message(_MISSING)
    if terms.quantity < 0 or terms.price < 0:
        return Message(_NEGATIVE)
    # As when it was ordered: nobody delivers half a bottle. What stands as it was ordered is not asked about.
    new = terms.quantity not in {0, line.before.quantity}
    if new and (message := check_quantity(terms.quantity, line.name, line.unit)):
        return message
    least = max(line.received, line.invoiced)
    if terms.quantity < least:
        return Message(_BELOW_RECEIVED, received=format_number_sv(least))
    return None


def must_be_attested(lines: Sequence[ChangedLine]) -> bool:
    """A unit price above the ordered one, or a sum above the attested one, is a new decision (A6.02)."""
    before = sum((line.before.net for line in lines), Decimal(0))
    after = sum((line.after.net for line in lines), Decimal(0))
    dearer = any(line.after.price > line.before.price and line.after.quantity > 0 for line in lines)
    return dearer or after > before


def raised(lines: Sequence[ChangedLine]) -> tuple[ChangedLine, ...]:
    """The lines that cost more, a piece or in all: what the attest of a change is about."""
    return tuple(
        line
        for line in lines
        if line.after.quantity > 0
        and (line.after.price > line.before.price or line.after.net > line.before.net)
    )


def amounts_to_attest(
    lines: Sequence[ChangedLine], coding: Mapping[str, Sequence[CodingShare]]
) -> Mapping[str, Decimal]:
    """Ansvar → SEK without VAT of the raised lines as they are to be. `coding`: line id → its rows."""
    amounts: dict[str, Decimal] = {}
    for line in raised(lines):
        rows = coding.get(line.id, ())
        parts = split_by_shares(line.after.net, [row.share for row in rows])
        for row, part in zip(rows, parts, strict=True):
            if code := row.code.responsibility:
                amounts[code] = amounts.get(code, Decimal(0)) + part
    return amounts


def what_is_above(lines: Sequence[ChangedLine]) -> tuple[Message, ...]:
    """What an attestant is shown of a change: each price above the agreement, else above what was ordered, each
    larger quantity, and the sum where it is higher."""
    told = [message for line in raised(lines) for message in _above(line)]
    before = sum((line.before.net for line in lines), Decimal(0))
    after = sum((line.after.net for line in lines), Decimal(0))
    if after > before:
        told.append(Message(_SUM, after=format_kr(after), before=format_kr(before)))
    return tuple(told)


def _above(line: ChangedLine) -> list[Message]:
    told = []
    if line.after.price > line.before.price:
        price = format_kr(line.after.price)
        if line.agreed is not None and line.after.price > line.agreed:
            told.append(Message(_ABOVE_AGREED, name=line.name, price=price, agreed=format_kr(line.agreed)))
        else:
            ordered = format_kr(line.before.price)
            told.append(Message(_ABOVE_ORDERED, name=line.name, price=price, ordered=ordered))
    if line.after.quantity > line.before.quantity:
        quantity, ordered = (format_number_sv(terms.quantity) for terms in (line.after, line.before))
        told.append(Message(_MORE, name=line.name, quantity=quantity, ordered=ordered))
    return told


def ended(lines: Sequence[ChangedLine]) -> tuple[ChangedLine, ...]:
    """Avsluta resten: of each line what has come stays, or what is invoiced already where that is more."""
    return tuple(
        replace(line, after=replace(line.before, quantity=max(line.received, line.invoiced)))
        for line in lines
    )


def raised_to_received(lines: Sequence[ChangedLine]) -> tuple[ChangedLine, ...]:
    """Each line of which more has come than was ordered, at least as much as has come."""
    return tuple(
        replace(line, after=replace(line.before, quantity=max(line.received, line.before.quantity)))
        for line in lines
    )


def move_when_attested(lines: Sequence[ChangedLine]) -> str:
    """The ORDER move of a change's last attest: nothing has come, all has come, or a part."""
    return _by_received(lines, ("approve_change", "approve_raise", "approve_raise_part"), after=True)


def move_when_completed(lines: Sequence[ChangedLine]) -> str:
    """As `move_when_attested`, when the time to undo that attest is over."""
    return _by_received(lines, ("complete_change", "complete_raise", "complete_raise_part"), after=True)


def move_when_returned(lines: Sequence[ChangedLine]) -> str:
    """The ORDER move when its attest says no: back to where it was before it was asked."""
    return _by_received(lines, ("return_change", "return_raise", "return_raise_part"), after=False)


def _by_received(lines: Sequence[ChangedLine], moves: tuple[str, str, str], *, after: bool) -> str:
    none, every, part = moves
    if all(line.received <= 0 for line in lines):
        return none
    whole = all(line.received >= (line.after if after else line.before).quantity for line in lines)
    return every if whole else part
