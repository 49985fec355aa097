"""One invoice on its way through the pipeline: what it says, what was found, where it comes to rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from portal.coding.values import CodingRow
from portal.formats.en16931 import Identifier, Invoice, Party
from portal.invoicing.actions import paying
from portal.invoicing.exchange import GLN_SCHEME, ORG_SCHEME
from portal.invoicing.flow_values import CodeCandidate, DebitCandidate, FlowFacts, OrderCandidate
from portal.invoicing.payment_values import Account, PaymentFacts, StandingFacts
from portal.invoicing.queries.debits import Debit
from portal.invoicing.queries.ordered import Order
from portal.invoicing.queries.references import Known, OrderRow, SupplierRow, Wanted
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.references import candidates, spellings
from portal.invoicing.status import INVOICE_INFORMATION
from portal.invoicing.values import (
    ArrivalFacts,
    Candidate,
    OrganisationFacts,
    SupplierCandidate,
    SupplierFacts,
    header_facts,
)
from portal.kernel.decision import Decision, Reason
from portal.kernel.identifiers import folded_number_key, invoice_number_key, org_number
from portal.kernel.plain import to_plain

MATCH = "match"


@dataclass(frozen=True, slots=True)
class Rest:
    """Where an invoice comes to rest. `move` is the machine's; handlers are a role or users, or nobody."""

    status: str
    move: str
    role: str | None = None
    users: tuple[UUID, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class CodedRow:
    """A coding row that the pipeline proposes, with where it came from in words."""

    row: CodingRow
    text: str | None
    source: str


@dataclass(slots=True)
class Case:
    """`invoice` is the neutral one with a person's corrections in it. `id` is the invoice row's.

    `held`: on hold (A5.14). `matched_before`: sha256 of the match that is stored of it.
    """

    id: UUID
    invoice: Invoice
    arrived_at: datetime
    arrival_date: date
    sha256: bytes
    is_new: bool
    fatal_rules: tuple[str, ...] = ()
    rule_edition: str | None = None
    state: str = INVOICE_INFORMATION
    chosen_organisation: UUID | None = None
    chosen_supplier: UUID | None = None
    forced: tuple[str, ...] = ()
    delivery_id: UUID | None = None
    channel: str | None = None
    has_claim: bool = False
    has_coding: bool = False
    order_id: UUID | None = None
    pay_not_before: datetime | None = None
    before: tuple[str, str | None, list[Any]] | None = None
    held: bool = False
    matched_before: bytes | None = None
    # found on the way
    organisation_id: UUID | None = None
    supplier_id: UUID | None = None
    supplier: SupplierRow | None = None
    secret: bool = False
    flow: str | None = None
    order: Order | None = None
    debits: tuple[Debit, ...] = ()
    reviewer_id: UUID | None = None
    rest: Rest | None = None
    decisions: list[Decision] = field(default_factory=list)
    coding: list[CodedRow] | None = None
    fills: tuple[Fill, ...] = ()
    payment_date: date | None = None
    account: Account | None = None
    paid_otherwise: bool = False
    payment_stop: Reason | None = None
    payment_decision: Decision | None = None

    @property
    def changed(self) -> bool:
        """New, or comes to rest elsewhere or for other reasons than it stood."""
        if self.rest is None or self.before is None:
            return self.rest is not None
        reasons = [to_plain(reason) for reason in self.rest.reasons]
        return self.before != (self.rest.status, self.rest.role, reasons)

    @property
    def has_new_facts(self) -> bool:
        """Whether the match saw or decided something else than what is stored of it, wherever the invoice rests."""
        match = next((one for one in self.decisions if one.kind == MATCH), None)
        return match is not None and sha256(match.to_bytes()).digest() != self.matched_before

    @property
    def number_key(self) -> str:
        """The number as it is compared (A4.11)."""
        return invoice_number_key(self.invoice.number)

    @property
    def folded_key(self) -> str:
        """What other spellings of the number share with it (A4.11)."""
        return folded_number_key(self.invoice.number)

    @property
    def references(self) -> tuple[str, ...]:
        """All that may be an order number in BT-13 and BT-10."""
        invoice = self.invoice
        return (*candidates(invoice.order_reference), *candidates(invoice.buyer_reference))

    @property
    def codes(self) -> tuple[str, ...]:
        """All that may be a recipient code in BT-10 and in the contact's name (BT-56)."""
        invoice = self.invoice
        return (*candidates(invoice.buyer_reference), *candidates(invoice.buyer.contact_name))

    def want(self, wanted: Wanted) -> None:
        """Add what has to be looked up for this invoice."""
        invoice = self.invoice
        wanted.numbers |= set(self.references)
        # A secret code makes the invoice secret wherever it stands, in the order's field too.
        wanted.codes |= {*self.references, *self.codes}
        facts = supplier_keys(invoice)
        if facts.legal_id:
            wanted.org_numbers |= {facts.legal_id, org_number(facts.legal_id) or facts.legal_id}
        if facts.vat_number:
            wanted.vat_numbers.add(facts.vat_number)
        if facts.endpoint:
            wanted.endpoints.add(facts.endpoint)
        if self.chosen_supplier:
            wanted.chosen.add(self.chosen_supplier)


def supplier_keys(invoice: Invoice) -> SupplierFacts:
    """Keys of the seller as written, without candidates."""
    seller = invoice.seller
    legal = seller.legal_id
    return SupplierFacts(
        seller.legal_name or seller.name or "",
        legal.value.strip() if legal and legal.scheme in (None, ORG_SCHEME) else None,
        "".join(seller.vat_number.split()).upper() if seller.vat_number else None,
        f"{seller.endpoint.scheme}:{seller.endpoint.value.strip()}" if seller.endpoint else None,
        tuple(one.value.strip() for one in _identifiers(seller) if one.scheme == GLN_SCHEME),
    )


def _identifiers(party: Party) -> list[Identifier]:
    return [*([party.endpoint] if party.endpoint else []), *party.identifiers]


def organisation_facts(case: Case, known: Known) -> OrganisationFacts:
    """Step 1: what GLNs, order and code lead to."""
    buyer, invoice = case.invoice.buyer, case.invoice
    endpoint = buyer.endpoint if buyer.endpoint and buyer.endpoint.scheme == GLN_SCHEME else None
    other = next((one for one in buyer.identifiers if one.scheme == GLN_SCHEME), None)
    return OrganisationFacts(
        _gln(endpoint, known),
        _gln(other, known),
        _order(invoice.order_reference, known),
        _code(invoice.buyer_reference, known),
        str(case.chosen_organisation) if case.chosen_organisation else None,
    )


def _gln(identifier: Identifier | None, known: Known) -> Candidate | None:
    if identifier is None:
        return None
    value = identifier.value.strip()
    return _candidate(value, known.glns.get(value), known)


def _order(reference: str | None, known: Known) -> Candidate | None:
    if not reference:
        return None
    found = next((known.orders[one] for one in spellings(reference) if one in known.orders), None)
    return _candidate(reference, found.organisation_id if found else None, known)


def _code(reference: str | None, known: Known) -> Candidate | None:
    if not reference:
        return None
    found = next((known.codes[one] for one in spellings(reference) if one in known.codes), None)
    return _candidate(reference, found.organisation_id if found else None, known)


def _candidate(value: str, found: UUID | None, known: Known) -> Candidate:
    return Candidate(value, str(found), known.names.get(found)) if found else Candidate(value)


def supplier_candidates(case: Case, known: Known) -> list[SupplierRow]:
    """Suppliers of the concern that any key of this invoice may mean."""
    keys = supplier_keys(case.invoice)
    number = org_number(keys.legal_id) or keys.legal_id if keys.legal_id else None
    return [
        row
        for row in known.suppliers
        if (number and row.org_number == number)
        or (keys.vat_number and row.vat_number == keys.vat_number)
        or (keys.endpoint and row.endpoint == keys.endpoint)
        or row.id == case.chosen_supplier
    ]


def supplier_facts(case: Case, candidates: Sequence[SupplierRow]) -> SupplierFacts:
    """Step 2."""
    keys = supplier_keys(case.invoice)
    found = tuple(
        SupplierCandidate(
            str(row.id), row.org_number, row.name, row.vat_number, row.endpoint, row.gln,
            row.internal is not None, row.status == "approved",
        )
        for row in candidates
    )  # fmt: skip
    chosen = str(case.chosen_supplier) if case.chosen_supplier else None
    return SupplierFacts(
        keys.seller_name, keys.legal_id, keys.vat_number, keys.endpoint, keys.glns, found, chosen
    )


def payment_facts(case: Case, supplier: SupplierRow | None, known: Known) -> PaymentFacts:
    """Step 3, for the supplier that step 2 finds."""
    registered = known.accounts.get(supplier.id, ()) if supplier else ()
    return paying.payment_facts(case.invoice, supplier, registered, case.forced)


def standing_facts(case: Case, known: Known) -> StandingFacts:
    """What arrival chose to pay on, beside what holds today: for an invoice past arrival."""
    chosen = paying.Chosen(case.account, case.paid_otherwise, case.forced, case.invoice.is_credit_note)
    registered = known.accounts.get(case.supplier.id, ()) if case.supplier else ()
    return paying.standing_facts(chosen, case.invoice, case.supplier, registered)


def arrival_facts(
    case: Case, known: Known, supplier: SupplierRow | None, taken: str | None, most_rounding: Decimal
) -> ArrivalFacts:
    """Steps 1–4 for a supplier that step 2 is known to find (None: none)."""
    limits = {"vat_range": supplier.vat_range} if supplier else {}
    header = header_facts(
        case.invoice, case.arrival_date, number_taken=taken, fatal_rules=case.fatal_rules,
        forced=case.forced, most_rounding=most_rounding, rule_edition=case.rule_edition, **limits,
    )  # fmt: skip
    return ArrivalFacts(
        organisation_facts(case, known),
        supplier_facts(case, supplier_candidates(case, known)),
        payment_facts(case, supplier, known),
        header,
    )


def is_secret(case: Case, known: Known) -> bool:
    """From the first moment (A4.15): any supplier, code, order or credited invoice it may mean is marked."""
    return (
        any(row.secret for row in supplier_candidates(case, known))
        or any(known.codes[one].secret for one in (*case.references, *case.codes) if one in known.codes)
        or any(row.secret for row in named_orders(case, known))
        or any(debit.secret for debit in case.debits)
    )


def named_orders(case: Case, known: Known) -> list[OrderRow]:
    """Orders whose number is on the invoice: anybody's as a whole field, as part of one only the supplier's."""
    invoice = case.invoice
    whole = {*spellings(invoice.order_reference), *spellings(invoice.buyer_reference)}
    suppliers = {row.id for row in supplier_candidates(case, known)}
    found = [known.orders[one] for one in case.references if one in known.orders]
    return [row for row in dict.fromkeys(found) if row.number in whole or row.supplier_id in suppliers]


def flow_facts(case: Case, known: Known, orders: Sequence[OrderCandidate]) -> FlowFacts:
    """Step 6 and 7. `orders` as they are now that they are locked."""
    invoice = case.invoice
    found = dict.fromkeys(known.codes[one] for one in case.codes if one in known.codes)
    codes = tuple(
        CodeCandidate(row.code, str(row.organisation_id), str(row.user_id) if row.active else "")
        for row in found
    )
    return FlowFacts(
        str(case.organisation_id), str(case.supplier_id), invoice.order_reference, invoice.buyer_reference,
        invoice.contract_reference, invoice.object_id.value if invoice.object_id else None,
        invoice.is_credit_note, tuple(earlier.number for earlier in invoice.preceding), tuple(orders), (),
        codes, invoice.buyer.contact_name, tuple(map(_debit, case.debits)),
    )  # fmt: skip


def _debit(row: Debit) -> DebitCandidate:
    organisation = str(row.organisation_id) if row.organisation_id else ""
    responsible = str(row.responsible) if row.responsible else None
    return DebitCandidate(row.number, organisation, str(row.supplier_id), row.order_number, responsible)
