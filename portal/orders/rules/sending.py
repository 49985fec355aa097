"""What must be in order before a requisition is sent (A6.01), each fault at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.catalog.rules.buyable import Buyer
from portal.coding.rules.check import check_code, comment_needed
from portal.coding.values import CodingRegister, CodingRow
from portal.kernel.money import format_number_sv
from portal.kernel.text import Message
from portal.orders.rules.call_offs import MOTIVE_LENGTH, Demand
from portal.orders.rules.changes import changes_of
from portal.orders.rules.purchase import check_quantity, why_not
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
COMMENT_NEEDED = (
    "Konto %(accounts)s kräver syfte och deltagare. Skriv vilka som deltar och varför, eller bifoga en fil."
)
_NOT_MARKED = "Köp från %(supplier)s omfattas av sekretess. Kryssa i Sekretess."
_GONE = "Artikeln går inte längre att köpa. Ta bort raden."


def check_requested(
    requested: Requested,
    register: CodingRegister,
    offers: Mapping[UUID, Offer],
    day: date,
    *,
    buyer: Buyer,
    demanded: Sequence[Demand] = (),
) -> tuple[FieldError, ...]:
    """Every fault of the whole requisition, in the order of the page."""
    errors = [] if requested.lines else [FieldError("basket", Message(_EMPTY))]
    for line in requested.lines:
        errors += check_line(line, register)
        errors += _offer(line, offers, day, buyer)
    errors += _motives(requested, demanded)
    errors += _secrecy(requested, offers)
    return (*errors, *check_delivery(requested, day))


def _motives(requested: Requested, demanded: Sequence[Demand]) -> list[FieldError]:
    """What must be noted of the ranking and is not."""
    errors = []
    for demand in demanded:
        text = requested.motives.get(demand.key, "").strip()
        if not text:
            errors.append(FieldError(demand.key, demand.message, demand.subject))
        errors += _too_long(demand.key, text, MOTIVE_LENGTH, _NOTE)
    return errors


def _secrecy(requested: Requested, offers: Mapping[UUID, Offer]) -> tuple[FieldError, ...]:
    """A purchase of a sekretessleverantör is secret (A4.15)."""
    secret = next((offer for offer in offers.values() if offer.secret), None)
    if secret is None or requested.secret:
        return ()
    return (FieldError("secret", Message(_NOT_MARKED, supplier=secret.supplier_name)),)


def check_line(line: RequestedLine, register: CodingRegister) -> tuple[FieldError, ...]:
    """Coding of one line, and what its accounts ask for (A6.20)."""
    errors = []
    if not line.coding:
        errors.append(FieldError(f"line-{line.id}", Message(_NO_CODING), line.name))
    for row in line.coding:
        errors += _code(row, line, register)
    return (*errors, *_shares(line), *_comment(line, register))


def _comment(line: RequestedLine, register: CodingRegister) -> tuple[FieldError, ...]:
    rows = [CodingRow(row.code, Decimal(0), line.comment) for row in line.coding]
    field = f"comment-{line.id}"
    if accounts := comment_needed(rows, register, has_file=line.files > 0):
        return (FieldError(field, Message(COMMENT_NEEDED, accounts=", ".join(accounts)), line.name),)
    return tuple(_too_long(field, line.comment, NOTE_LENGTH, _NOTE))


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
    line: RequestedLine, offers: Mapping[UUID, Offer], day: date, buyer: Buyer
) -> tuple[FieldError, ...]:
    """The line against today's offer: the quantity, whether it may be bought, and what has become another."""
    field = f"quantity-{line.id}"
    offer = offers.get(line.article_id) if line.article_id else None
    if offer is None:
        gone = check_quantity(line.quantity, line.name) or Message(_GONE)
        return (FieldError(field, gone, line.name),)
    wrong = why_not(offer, buyer, day)
    changes = [] if wrong else [one.message for one in changes_of(line, offer) if one.stops]
    quantity = wrong or check_quantity(line.quantity, line.name, offer.unit, offer.min_quantity)
    found = [quantity] if quantity else []
    return tuple(FieldError(field, message, line.name) for message in (*changes, *found))


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
