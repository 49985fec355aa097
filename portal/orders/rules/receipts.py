"""The receipt (A6.03): what may be received, and where the order stands after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from portal.kernel.money import format_number_sv, round_to
from portal.kernel.text import Message
from portal.orders.change_values import ACCEPTED, REFUSED
from portal.orders.values import DeliveredLine

QUANTITY_DECIMALS = 4
_OVER = "Det är beställt %(ordered)s och redan mottaget %(received)s. Du kan ta emot högst %(left)s till."
_NEGATIVE = (
    "Skriv ett antal eller belopp som är större än 0. En kvittens tas tillbaka på beställningens sida."
)
_UNDER = "Det är mottaget %(received)s. Du kan inte ta tillbaka mer än så."
_INVOICED = "%(invoiced)s är redan fakturerat och kan inte tas tillbaka. Be leverantören om en kreditfaktura."


def check_receipt(
    lines: Sequence[DeliveredLine],
    received: Mapping[str, Decimal],
    *,
    explained: bool = False,
    undo: bool = False,
) -> Mapping[str, Message]:
    """Line id → what is wrong with its quantity. Empty: all is well.

    `explained`: the person has written why more came than was ordered, so more is let through.
    `undo`: an earlier receipt is taken back, and only then are quantities negative.
    """
    errors = {line.id: _wrong(line, received.get(line.id, Decimal(0)), explained, undo) for line in lines}
    return {line: message for line, message in errors.items() if message}


def _wrong(line: DeliveredLine, quantity: Decimal, explained: bool, undo: bool) -> Message | None:
    if quantity < 0 and not undo:
        return Message(_NEGATIVE)
    after = line.received + quantity
    received = format_number_sv(line.received)
    if quantity > 0 and after > line.ordered and not explained:
        left = max(line.ordered - line.received, Decimal(0))
        return Message(
            _OVER, ordered=format_number_sv(line.ordered), received=received, left=format_number_sv(left)
        )
    if after < 0:
        return Message(_UNDER, received=received)
    if quantity < 0 and after < line.invoiced:
        return Message(_INVOICED, invoiced=format_number_sv(line.invoiced))
    return None


def nothing_left(lines: Sequence[DeliveredLine]) -> bool:
    """Whether all that had come has been taken back."""
    return all(line.received <= 0 for line in lines)


UNANSWERED, ANSWERED, CHANGED = "undo_all_unanswered", "undo_all_receipts", "undo_all_changed"
"""Where an order stands again when all that had come is taken back: by what its supplier had said."""


def back_to(answer: str, decided: str | None, *, applied: bool = False) -> str:
    """The move back when nothing is left as received. `answer`: the supplier's last (AP, CA); `decided`: what the
    buyer has said to it since (accepted, refused or nothing); `applied`: the order's lines are what was accepted.
    """
    if answer == "AP":
        return ANSWERED
    if answer != "CA" or decided == REFUSED:
        return UNANSWERED
    return ANSWERED if decided == ACCEPTED and applied else CHANGED


def move_after(lines: Sequence[DeliveredLine], *, undo: bool = False, back: str = UNANSWERED) -> str:
    """The ORDER move of a receipt, or of taking one back; the lines as they are after it.

    `back`: the move when nothing is left as received.
    """
    if nothing_left(lines):
        return back
    if all(line.received >= line.ordered for line in lines):
        return "undo_over_receipt" if undo else "receive_all"
    return "undo_receipt" if undo else "receive_part"


def quantity_for_amount(line: DeliveredLine, amount: Decimal) -> Decimal:
    """Receipt by amount (A2.09): SEK excluding VAT as a quantity. ValueError for a line without a price."""
    if line.price <= 0:
        raise ValueError("a line without a price has no share")
    return round_to(amount / line.price, QUANTITY_DECIMALS)
