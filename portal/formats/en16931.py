"""The neutral invoice: EN 16931's business terms as frozen values, filled by any format, read by everyone.

Amounts and quantities are Decimal exactly as written; None is "not on the invoice". Term numbers beside
the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

APPROVED_FOR_F_TAX = "Godkänd för F-skatt"
"""BT-32 of a Swedish seller, in these words and no other (SE-R-005)."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value with its scheme, e.g. ("7350099900013", "0088"); `version` of the list where it is a class (BT-158-2)."""

    value: str
    scheme: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """BG-5, BG-8, BG-12, BG-15."""

    street: str | None = None
    additional: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    line: str | None = None  # the third line: BT-162, BT-163, BT-164, BT-165
    subdivision: str | None = None  # BT-39, BT-54, BT-68, BT-79


@dataclass(frozen=True, slots=True)
class Party:
    """Seller BG-4, buyer BG-7, payee BG-10 or the seller's tax representative BG-11."""

    name: str | None = None
    legal_name: str | None = None
    endpoint: Identifier | None = None  # BT-34, BT-49
    identifiers: tuple[Identifier, ...] = ()  # BT-29, BT-46, BT-60
    legal_id: Identifier | None = None  # BT-30, BT-47, BT-61
    vat_number: str | None = None  # BT-31, BT-48
    tax_registration: str | None = None  # BT-32, APPROVED_FOR_F_TAX
    address: Address = Address()
    contact_name: str | None = None  # BT-41, BT-56
    contact_email: str | None = None
    contact_phone: str | None = None
    legal_form: str | None = None  # BT-33, "Aktiebolag med säte i Exempelstad"


@dataclass(frozen=True, slots=True)
class PaymentAccount:
    """BG-17. `scheme` is BANKGIRO, PLUSGIRO or IBAN, read from BT-86 and the shape of BT-84.

    `branch` is BT-86 where it is something else than that: a BIC, a clearing number.
    """

    number: str
    scheme: str
    means_code: str | None = None  # BT-81
    reference: str | None = None  # BT-83
    means_text: str | None = None  # BT-82
    name: str | None = None  # BT-85
    branch: str | None = None  # BT-86


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """BG-16 without an account of the payee's: a card BG-18, a mandate BG-19, or a code alone."""

    code: str  # BT-81
    card: str | None = None  # BT-87, no more than its last four digits
    card_holder: str | None = None  # BT-88
    mandate: str | None = None  # BT-89
    debited: str | None = None  # BT-91
    text: str | None = None  # BT-82
    reference: str | None = None  # BT-83


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20, BG-21 on the document, BG-27, BG-28 on a line. `amount` is positive, `is_charge` its way."""

    is_charge: bool
    amount: Decimal
    reason: str | None = None
    reason_code: str | None = None
    base_amount: Decimal | None = None
    percent: Decimal | None = None
    vat_category: str | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """BG-23: base, category, rate and tax."""

    taxable_amount: Decimal  # BT-116
    tax_amount: Decimal  # BT-117
    category: str  # BT-118
    rate: Decimal | None  # BT-119
    exemption_reason: str | None = None
    exemption_code: str | None = None


@dataclass(frozen=True, slots=True)
class ItemAttribute:
    """BG-32."""

    name: str  # BT-160
    value: str  # BT-161


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """BG-25. `net_price` per `base_quantity` of `base_unit`."""

    id: str  # BT-126
    quantity: Decimal  # BT-129
    unit: str  # BT-130
    line_amount: Decimal  # BT-131
    name: str  # BT-153
    net_price: Decimal  # BT-146
    base_quantity: Decimal | None = None  # BT-149
    base_unit: str | None = None  # BT-150
    gross_price: Decimal | None = None  # BT-148
    price_discount: Decimal | None = None  # BT-147
    description: str | None = None  # BT-154
    note: str | None = None  # BT-127
    order_line: str | None = None  # BT-132
    object_id: Identifier | None = None  # BT-128
    accounting_cost: str | None = None  # BT-133
    seller_item_id: str | None = None  # BT-155
    buyer_item_id: str | None = None  # BT-156
    standard_item_id: Identifier | None = None  # BT-157
    classifications: tuple[Identifier, ...] = ()  # BT-158
    vat_category: str | None = None  # BT-151
    vat_rate: Decimal | None = None  # BT-152
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    period_start: date | None = None  # BT-134
    period_end: date | None = None  # BT-135
    order_reference: str | None = None  # the line's own order, where BIS knows only the header's BT-13
    origin_country: str | None = None  # BT-159
    attributes: tuple[ItemAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class PrecedingInvoice:
    """BG-3."""

    number: str  # BT-25
    issue_date: date | None = None  # BT-26


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24 with embedded bytes described, never carried: `size` is the decoded length."""

    id: str
    description: str | None = None
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note. A credit note's amounts are as written (`is_credit_note` turns them)."""

    is_credit_note: bool
    number: str  # BT-1
    issue_date: date  # BT-2
    type_code: str  # BT-3
    currency: str  # BT-5
    seller: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    sum_of_lines: Decimal  # BT-106
    net_amount: Decimal  # BT-109
    tax_amount: Decimal  # BT-110
    gross_amount: Decimal  # BT-112
    payable_amount: Decimal  # BT-115
    prepaid_amount: Decimal = Decimal(0)  # BT-113
    rounding_amount: Decimal = Decimal(0)  # BT-114
    allowance_total: Decimal = Decimal(0)  # BT-107
    charge_total: Decimal = Decimal(0)  # BT-108
    due_date: date | None = None  # BT-9
    tax_point_date: date | None = None  # BT-7
    tax_point_code: str | None = None  # BT-8
    delivery_date: date | None = None  # BT-72
    delivery_name: str | None = None  # BT-70
    delivery_location: Identifier | None = None  # BT-71
    delivery_address: Address = Address()
    tax_currency: str | None = None  # BT-6
    tax_currency_amount: Decimal | None = None  # BT-111
    buyer_reference: str | None = None  # BT-10
    order_reference: str | None = None  # BT-13
    sales_order_reference: str | None = None  # BT-14
    contract_reference: str | None = None  # BT-12
    project_reference: str | None = None  # BT-11
    object_id: Identifier | None = None  # BT-18
    despatch_reference: str | None = None  # BT-16
    receiving_reference: str | None = None  # BT-15
    tender_reference: str | None = None  # BT-17
    accounting_cost: str | None = None  # BT-19
    payee: Party | None = None  # BG-10
    tax_representative: Party | None = None  # BG-11
    accounts: tuple[PaymentAccount, ...] = ()
    payment_means_code: str | None = None  # BT-81 of the first
    payment_means_text: str | None = None  # BT-82 of the first
    means: tuple[PaymentMeans, ...] = ()  # what the first code and the accounts do not say
    payment_reference: str | None = None  # BT-83
    payment_terms: str | None = None  # BT-20
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    preceding: tuple[PrecedingInvoice, ...] = ()
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    customization_id: str | None = None  # BT-24
    profile_id: str | None = None  # BT-23
    uuid: str | None = None
    period_start: date | None = None  # BT-73
    period_end: date | None = None  # BT-74

    @property
    def means_codes(self) -> tuple[str, ...]:
        """Every BT-81 of the invoice, each once."""
        codes = (
            self.payment_means_code,
            *(account.means_code for account in self.accounts),
            *(means.code for means in self.means),
        )
        return tuple(dict.fromkeys(code for code in codes if code))
