"""What the choice of an invoice's way sees (step 6 and 7): its references, and what each of them may mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderCandidate:
    """An order of the concern whose number the invoice names."""

    number: str
    id: str
    organisation: str
    supplier: str
    status: str
    buyer: str | None = None


@dataclass(frozen=True, slots=True)
class DebitCandidate:
    """An invoice that a credit note names (BT-25). `responsible`: who ordered what it bills, else its reviewer."""

    number: str
    organisation: str
    supplier: str
    order: str | None = None
    responsible: str | None = None


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
    """A recipient code in force and the user who reviews what it brings; empty when that one is not active."""

    code: str
    organisation: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """References of the invoice (BT-13, BT-10, BT-12, BT-18, BT-56) and what they may mean."""

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
    contact_name: str | None = None
    debits: tuple[DebitCandidate, ...] = ()
