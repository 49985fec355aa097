"""What the invoice rules see: frozen facts, readable back from the stored decision to the same value.

Gather fills them from rows and from the neutral invoice; no rule looks anything up. Ids are text (UUIDs as
written), amounts are SEK as on the invoice, quantities in the unit named beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.access.rules.settings import RULES
from portal.formats.en16931 import Invoice
from portal.invoicing.payment_values import PaymentFacts

ZERO = Decimal(0)
MOST_ROUNDING: Decimal = RULES["arrival.most_rounding"].default


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
class HeaderFacts:
    """Step 4: the header, the rates, and what gather knows of the number and of the official rules.

    `number_taken`: None, where the number is used ("same_organisation", "other_organisation"), or where one is that
    folds to the same and has the amount or the order in common ("alike_here", "alike_elsewhere"). `forced`: reason
    codes an administrator has set to "Manuell" (only those the control allows count).
    `most_rounding`: how far BT-114 may go, either way.
    `rule_edition`: which edition of the official rules judged it, kept so that the decision names it.
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
    most_rounding: Decimal = MOST_ROUNDING
    rule_edition: str | None = None


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """All that arrival control sees."""

    organisation: OrganisationFacts
    supplier: SupplierFacts
    payment: PaymentFacts
    header: HeaderFacts


def header_facts(
    invoice: Invoice,
    arrival_date: date,
    *,
    vat_range: tuple[Decimal, Decimal] = (ZERO, Decimal(26)),
    number_taken: str | None = None,
    fatal_rules: tuple[str, ...] = (),
    forced: tuple[str, ...] = (),
    most_rounding: Decimal = MOST_ROUNDING,
    rule_edition: str | None = None,
) -> HeaderFacts:
    """The header of the neutral invoice as step 4 sees it."""
    rates = {row.rate for row in invoice.vat_breakdown} | {line.vat_rate for line in invoice.lines}
    return HeaderFacts(
        invoice.number, invoice.issue_date, arrival_date, invoice.due_date, invoice.currency,
        invoice.net_amount, invoice.tax_amount, invoice.gross_amount, invoice.payable_amount,
        invoice.prepaid_amount, invoice.rounding_amount, invoice.is_credit_note,
        tuple(sorted(rate for rate in rates if rate is not None)),
        *vat_range, number_taken, fatal_rules, forced, most_rounding, rule_edition,
    )  # fmt: skip
