"""What must be in order before a requisition is sent (A6.01), each fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.coding.rules.check import check_code
from portal.coding.values import CodingRegister
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.text import Message
from portal.orders.rules.purchase import check_quantity, may_buy
from portal.orders.values import CodingShare, FieldError, Offer, Requested, RequestedLine

MARK_LENGTH = 35
NOTE_LENGTH = 1000
_WHOLE = Decimal(100)
_EMPTY = "Varukorgen är tom. Lägg i minst en artikel."
_NO_ADDRESS = "Välj en leveransadress."
_MARK = "Märkningen har %(count)s tecken. Skriv högst %(most)s."
_NOTE = "Texten har %(count)s tecken. Skriv högst %(most)s."
_PAST = "Önskat leveransdatum har passerat. Välj i dag eller senare."
_SHARES = "Andelarna blir %(sum)s procent. De ska bli 100."
_SHARE = "Skriv en andel mellan 0 och 100 procent."
_NO_CODING = "Raden saknar kontering."
PRICE_CHANGED = "Priset är nu %(now)s, inte %(then)s. Uppdatera priset innan du skickar."
_GONE = "Artikeln går inte längre att köpa. Ta bort raden."


def check_requested(
    requested: Requested,
    register: CodingRegister,
    offers: Mapping[UUID, Offer],
    day: date,
    *,
    sees_secret: bool,
) -> tuple[FieldError, ...]:
    """Every fault of the whole requisition, in the order of the page."""
    errors = [] if requested.lines else [FieldError("basket", Message(_EMPTY))]
    for line in requested.lines:
        errors += check_line(line, register)
        errors += _offer(line, offers, day, sees_secret=sees_secret)
    return (*errors, *check_delivery(requested, day))


def check_line(line: RequestedLine, register: CodingRegister) -> tuple[FieldError, ...]:
    """Quantity and coding of one line."""
    errors = []
    if wrong := check_quantity(line.quantity, line.name):
        errors.append(FieldError(f"quantity-{line.id}", wrong, line.name))
    if not line.coding:
        errors.append(FieldError(f"line-{line.id}", Message(_NO_CODING), line.name))
    for row in line.coding:
        errors += _code(row, line, register)
    return (*errors, *_shares(line))


def _code(row: CodingShare, line: RequestedLine, register: CodingRegister) -> list[FieldError]:
    return [
        FieldError(f"{error.dimension}-{row.id}", Message(error.message, **error.params), line.name)
        for error in check_code(row.code, register)
    ]


def _shares(line: RequestedLine) -> tuple[FieldError, ...]:
    if not line.coding:
        return ()
    first = line.coding[0].id
    for row in line.coding:
        if not 0 < row.share <= _WHOLE:
            return (FieldError(f"share-{row.id}", Message(_SHARE), line.name),)
    total = sum((row.share for row in line.coding), Decimal(0))
    if total == _WHOLE:
        return ()
    return (FieldError(f"share-{first}", Message(_SHARES, sum=format_number_sv(total)), line.name),)


def _offer(
    line: RequestedLine, offers: Mapping[UUID, Offer], day: date, *, sees_secret: bool
) -> tuple[FieldError, ...]:
    field = f"quantity-{line.id}"
    offer = offers.get(line.article_id) if line.article_id else None
    if offer is None:
        return (FieldError(field, Message(_GONE), line.name),)
    if wrong := may_buy(offer, day, sees_secret=sees_secret):
        return (FieldError(field, wrong, line.name),)
    if wrong := check_quantity(line.quantity, line.name, offer.min_quantity):
        return (FieldError(field, wrong, line.name),)
    if offer.price != line.price:
        changed = Message(PRICE_CHANGED, now=format_kr(offer.price), then=format_kr(line.price))
        return (FieldError(field, changed, line.name),)
    return ()


def check_delivery(requested: Requested, day: date) -> tuple[FieldError, ...]:
    """Address, goods mark, wanted date and notes."""
    errors = []
    if requested.delivery_address_id is None:
        errors.append(FieldError("delivery_address_id", Message(_NO_ADDRESS)))
    errors += _too_long("goods_mark", requested.goods_mark, MARK_LENGTH, _MARK)
    if requested.wanted_on is not None and requested.wanted_on < day:
        errors.append(FieldError("wanted_on", Message(_PAST)))
    errors += _too_long("note_to_supplier", requested.note_to_supplier, NOTE_LENGTH, _NOTE)
    errors += _too_long("note_to_approver", requested.note_to_approver, NOTE_LENGTH, _NOTE)
    return tuple(errors)


def _too_long(field: str, text: str | None, most: int, message: str) -> list[FieldError]:
    if text is None or len(text) <= most:
        return []
    return [FieldError(field, Message(message, count=len(text), most=most))]
