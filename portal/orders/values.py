"""Lines of requisitions and orders as the order rules see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.coding.values import CodeString
from portal.kernel.money import to_ore
from portal.kernel.text import Message


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line of a requisition: what is wanted of which supplier on which agreement (ids as text)."""

    id: str
    supplier: str
    agreement: str | None
    quantity: Decimal
    price: Decimal
    vat_rate: Decimal
    vat_category: str = "S"


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """An order line with what has been received of it, in the line's unit."""

    id: str
    ordered: Decimal
    received: Decimal
    price: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """SEK: excluding VAT, VAT, including VAT. `taxes` holds the VAT of each rate, highest rate first."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    taxes: tuple[tuple[Decimal, Decimal], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """An article as one organisation can buy it on one day; `price` is that day's, SEK without VAT."""

    article_id: UUID
    agreement_id: UUID
    agreement_number: str
    supplier_id: UUID
    supplier_name: str
    item_no: str
    name: str
    unspsc: str
    unit: str
    price: Decimal
    vat_rate: Decimal
    min_quantity: Decimal | None = None
    removed: bool = False
    valid_from: date = date.min
    valid_to: date | None = None
    may_call_off: bool = True
    supplier_status: str = "approved"
    secret: bool = False


@dataclass(frozen=True, slots=True)
class CallOff:
    """What a requisition takes from one agreement: SEK without VAT, with its limits and what is used."""

    agreement_id: UUID
    number: str
    name: str
    amount: Decimal
    ranking_limit: Decimal | None = None
    cap: Decimal | None = None
    used: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CodingShare:
    """One coding row of a line: its share in percent and, in words, where the proposal came from."""

    id: UUID
    code: CodeString
    share: Decimal
    source: str | None = None


@dataclass(frozen=True, slots=True)
class RequestedLine:
    """A line of a requisition with its coding and the names a page needs."""

    id: UUID
    position: int
    article_id: UUID | None
    agreement_id: UUID | None
    agreement_number: str | None
    agreement_name: str | None
    supplier_id: UUID
    supplier_name: str
    item_no: str | None
    name: str
    unspsc: str | None
    unit: str
    quantity: Decimal
    price: Decimal
    vat_rate: Decimal
    vat_category: str
    coding: tuple[CodingShare, ...] = ()

    @property
    def net(self) -> Decimal:
        """SEK without VAT, rounded to the öre."""
        return to_ore(self.quantity * self.price)

    @property
    def wanted(self) -> WantedLine:
        """The line as the splitting and the sums see it."""
        agreement = str(self.agreement_id) if self.agreement_id else None
        return WantedLine(
            str(self.id), str(self.supplier_id), agreement, self.quantity, self.price, self.vat_rate,
            self.vat_category,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requested:
    """A requisition as a whole: who fills it, for whom, where to, and its lines in order."""

    concern_id: UUID
    id: UUID
    organisation_id: UUID
    number: str | None
    status: str
    user_id: UUID
    person_id: UUID
    buyer_user_id: UUID
    buyer_person_id: UUID
    buyer_name: str
    delivery_address_id: UUID | None
    goods_mark: str | None
    wanted_on: date | None
    note_to_supplier: str | None
    note_to_approver: str | None
    review_requested: bool
    secret: bool
    lines: tuple[RequestedLine, ...] = ()
    buyer_login: str = ""

    @property
    def persons(self) -> frozenset[UUID]:
        """Whoever asks for it: none of them may attest (A6.08)."""
        return frozenset((self.person_id, self.buyer_person_id))

    @property
    def net(self) -> Decimal:
        """SEK without VAT."""
        return sum((line.net for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong in which field of which line: the summary links to `field` and names `subject`."""

    field: str
    message: Message
    subject: str = ""
