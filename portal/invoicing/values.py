"""What the invoice rules see: frozen facts, readable back from the stored decision to the same value.

Gather fills them from rows and from the neutral invoice; no rule looks anything up. Ids are text (UUIDs as
written), amounts are SEK as on the invoice, quantities in the unit named beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.formats.en16931 import Invoice
from portal.formats.en16931 import InvoiceLine as NeutralLine

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference on the invoice and the organisation it leads to, if any: looked up in the whole concern."""

    value: str
    organisation: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """Step 1. None: the reference is not on the invoice. `chosen`: set by levgruppen, wins over all."""

    endpoint_gln: Candidate | None = None
    identifier_gln: Candidate | None = None
    order: Candidate | None = None
    recipient_code: Candidate | None = None
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierCandidate:
    """A supplier of the concern that some key of the invoice may mean. `joined`: approved and not blocked."""

    id: str
    org_number: str
    name: str = ""
    vat_number: str | None = None
    endpoint: str | None = None
    gln: str | None = None
    internal: bool = False
    joined: bool = True


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """Step 2: keys of the seller as written and the candidates gather found by any of them."""

    seller_name: str = ""
    legal_id: str | None = None
    vat_number: str | None = None
    endpoint: str | None = None
    glns: tuple[str, ...] = ()
    candidates: tuple[SupplierCandidate, ...] = ()
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the invoice or in the register. `scheme` is BANKGIRO, PLUSGIRO or IBAN."""

    scheme: str
    number: str
    factor_org_number: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Step 3. `confirmed`: levgruppen has checked the account with the supplier."""

    accounts: tuple[Account, ...] = ()
    registered: tuple[Account, ...] = ()
    payee: bool = False
    payee_org_number: str | None = None
    internal: bool = False
    credit_note: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """Step 4: the header, the rates, and what gather knows of the number and of the official rules.

    `number_taken`: None, "same_organisation" or "other_organisation". `forced`: reason codes an administrator
    has set to "Manuell" (only those the control allows count).
    """

    number: str
    issue_date: date
    arrival_date: date
    due_date: date | None
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    payable: Decimal
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO
    credit_note: bool = False
    rates: tuple[Decimal, ...] = ()
    vat_low: Decimal = ZERO
    vat_high: Decimal = Decimal(26)
    number_taken: str | None = None
    fatal_rules: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """All that arrival control sees."""

    organisation: OrganisationFacts
    supplier: SupplierFacts
    payment: PaymentFacts
    header: HeaderFacts


@dataclass(frozen=True, slots=True)
class OrderCandidate:
    """An order of the concern whose number the invoice names."""

    number: str
    id: str
    organisation: str
    supplier: str
    status: str


@dataclass(frozen=True, slots=True)
class SubscriptionCandidate:
    """A subscription whose number the invoice names."""

    number: str
    id: str
    organisation: str
    supplier: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class CodeCandidate:
    """A recipient code in force and the user who reviews what it brings."""

    code: str
    organisation: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """References of the invoice (BT-13, BT-10, BT-12, BT-18) and what they may mean."""

    organisation: str
    supplier: str
    order_reference: str | None = None
    buyer_reference: str | None = None
    contract_reference: str | None = None
    object_reference: str | None = None
    credit_note: bool = False
    preceding: tuple[str, ...] = ()
    orders: tuple[OrderCandidate, ...] = ()
    subscriptions: tuple[SubscriptionCandidate, ...] = ()
    codes: tuple[CodeCandidate, ...] = ()


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


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order. `agreed_charges`: freight and fees agreed on it, SEK excluding VAT."""

    number: str
    lines: tuple[OrderLineFacts, ...]
    review_requested: bool = False
    agreed_charges: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class InvoiceLineFacts:
    """One invoice line. `allowances` and `charges` are the sums of BG-27 and BG-28."""

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


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge on the document (BG-21): freight, fee."""

    amount: Decimal
    reason: str = ""
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class VatRow:
    """BG-23."""

    base: Decimal
    tax: Decimal
    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """An invoice beside its order."""

    order: OrderFacts
    lines: tuple[InvoiceLineFacts, ...]
    net: Decimal
    charges: tuple[Charge, ...] = ()
    credit_note: bool = False
    preceding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """Limits of matching.md D2, resolved for this invoice and day. Percent as 2 = 2 %, amounts SEK."""

    price_percent: Decimal = ZERO
    free_text_price_percent: Decimal = Decimal(2)
    free_text_price_amount: Decimal = Decimal(100)
    over_delivery_percent: Decimal = ZERO
    line_amount: Decimal = Decimal(10)
    total_percent: Decimal = Decimal(1)
    total_amount: Decimal = Decimal(500)
    charge_amount: Decimal = Decimal(200)
    charge_codes: tuple[str, ...] = field(default=())


def header_facts(
    invoice: Invoice,
    arrival_date: date,
    *,
    vat_range: tuple[Decimal, Decimal] = (ZERO, Decimal(26)),
    number_taken: str | None = None,
    fatal_rules: tuple[str, ...] = (),
    forced: tuple[str, ...] = (),
) -> HeaderFacts:
    """The header of the neutral invoice as step 4 sees it."""
    rates = {row.rate for row in invoice.vat_breakdown} | {line.vat_rate for line in invoice.lines}
    return HeaderFacts(
        invoice.number, invoice.issue_date, arrival_date, invoice.due_date, invoice.currency,
        invoice.net_amount, invoice.tax_amount, invoice.gross_amount, invoice.payable_amount,
        invoice.prepaid_amount, invoice.rounding_amount, invoice.is_credit_note,
        tuple(sorted(rate for rate in rates if rate is not None)),
        *vat_range, number_taken, fatal_rules, forced,
    )  # fmt: skip


def match_facts(invoice: Invoice, order: OrderFacts) -> MatchFacts:
    """The neutral invoice beside the order gather has read."""
    charges = tuple(
        Charge(entry.amount, entry.reason or "", entry.reason_code)
        for entry in invoice.allowances_charges
        if entry.is_charge
    )
    return MatchFacts(
        order,
        tuple(map(_line_facts, invoice.lines)),
        invoice.net_amount,
        charges,
        invoice.is_credit_note,
        tuple(earlier.number for earlier in invoice.preceding),
    )


def vat_rows(invoice: Invoice) -> tuple[VatRow, ...]:
    """BG-23 as the final check sees it."""
    return tuple(VatRow(r.taxable_amount, r.tax_amount, r.category, r.rate) for r in invoice.vat_breakdown)


def _line_facts(line: NeutralLine) -> InvoiceLineFacts:
    allowances = sum((e.amount for e in line.allowances_charges if not e.is_charge), ZERO)
    charges = sum((e.amount for e in line.allowances_charges if e.is_charge), ZERO)
    return InvoiceLineFacts(
        line.id, line.quantity, line.unit, line.net_price, line.line_amount, line.vat_category, line.vat_rate,
        line.base_quantity, line.base_unit, allowances, charges, line.order_line, line.seller_item_id,
        line.buyer_item_id, line.name,
    )  # fmt: skip
