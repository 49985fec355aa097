"""What the rules of match and final check see: an invoice beside its order, in the terms of `values`.

An invoice line is known by its position, 1 and up: what a supplier has written as its id (BT-126) may occur twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.access.rules.settings import MOST_ROUNDING, RULES
from portal.invoicing.values import ZERO
from portal.suppliers.values import AgreedCharge


@dataclass(frozen=True, slots=True)
class OrderLineFacts:
    """One order line. `invoiced` is what other invoices have taken; `from_catalogue` False is free text."""

    number: str
    name: str
    unit: str
    price: Decimal
    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    vat_category: str
    vat_rate: Decimal
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    from_catalogue: bool = True
    unspsc: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order. `done`: nothing more will come of it, it is invoiced in full or was ended by a person.

    `received_on`: the day of its latest receipt. `cancelled`: done, and nothing will ever have come.
    """

    number: str
    lines: tuple[OrderLineFacts, ...]
    review_requested: bool = False
    done: bool = False
    received_on: date | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """Freight or a fee, on the document (BG-21) or on a line (BG-28). SEK excluding VAT."""

    amount: Decimal
    reason: str = ""
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLineFacts:
    """One invoice line. `allowances` and `charges` are the sums of BG-27 and BG-28, `named_charges` each of the latter.

    `vat_day`: the day whose VAT holds, by what the invoice or the receipt says of the delivery.
    """

    id: str
    quantity: Decimal
    unit: str
    net_price: Decimal
    line_amount: Decimal
    vat_category: str | None
    vat_rate: Decimal | None
    base_quantity: Decimal | None = None
    base_unit: str | None = None
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    order_line: str | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    name: str = ""
    named_charges: tuple[Charge, ...] = ()
    order_reference: str | None = None
    unspsc: str | None = None
    vat_day: date | None = None


@dataclass(frozen=True, slots=True)
class VatRow:
    """BG-23."""

    base: Decimal
    tax: Decimal
    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class VatRateRow:
    """A rate in force for a kind of goods (C20), both days included."""

    kind: str
    valid_from: date
    valid_to: date | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """An invoice beside its order. `orders`: order numbers of the header (BT-13, BT-14).

    `payable`: what is to be paid and has been paid already, less VAT: net and rounding (BT-114). None in what was
    stored before it was compared.
    """

    order: OrderFacts
    lines: tuple[InvoiceLineFacts, ...]
    net: Decimal
    charges: tuple[Charge, ...] = ()
    credit_note: bool = False
    preceding: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    rounding: Decimal = ZERO
    payable: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """Limits of matching.md D2, resolved for this invoice and day. Percent as 2 = 2 %, amounts SEK.

    `charges` and `units` (the supplier's word, Rec 20 code) are what is agreed with the supplier; `rounding` what
    may be rounded in all; `vat_rates` those in force for the kinds of goods that are controlled.
    """

    price_percent: Decimal = RULES["match.price_percent"].default
    free_text_price_percent: Decimal = Decimal(2)
    free_text_price_amount: Decimal = Decimal(100)
    over_delivery_percent: Decimal = RULES["match.over_delivery_percent"].default
    line_amount: Decimal = RULES["match.line_amount"].default
    total_percent: Decimal = RULES["match.total_percent"].default
    total_amount: Decimal = RULES["match.total_amount"].default
    charge_amount: Decimal = RULES["match.charge_amount"].default
    charge_codes: tuple[str, ...] = field(default=())
    charges: tuple[AgreedCharge, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    rounding: Decimal = RULES[MOST_ROUNDING].default
    vat_rates: tuple[VatRateRow, ...] = ()
