"""What pages and actions see of suppliers and agreements: frozen, read from rows once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AgreedCharge:
    """A charge the concern has agreed to pay a supplier: its UNCL 7161 code, or its words when it has none.

    `most`: kronor excluding VAT on one invoice.
    """

    code: str | None
    words: str
    most: Decimal


@dataclass(frozen=True, slots=True)
class RelationTerms:
    """What two persons have agreed of one supplier, beyond the law and the standard.

    `payment_means`: UNCL 4461 codes besides credit transfers, paid otherwise than by us. `prepaid`: an invoice
    already paid in full is taken in. `units`: the supplier's own word → Rec 20 code. `payment_days`: paid no
    earlier than this after the invoice date.
    """

    payment_means: frozenset[str] = frozenset()
    prepaid: bool = False
    charges: tuple[AgreedCharge, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    payment_days: int = 30


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier in the concern's list."""

    id: UUID
    name: str
    org_number: str
    status: str
    city: str | None
    since: datetime
    agreements: int


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the register; `status` of its Machine."""

    kind: str
    number: str
    status: str
    valid_from: date
    factor: str | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AgreementLink:
    """An agreement a supplier is on, with its rank there."""

    id: UUID
    number: str
    name: str
    rank: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A supplier with all the concern holds of it. `note` is the reason of a refusal or block."""

    concern_id: UUID
    supplier_id: UUID
    name: str
    org_number: str
    vat_number: str | None
    endpoint: str | None
    f_tax: bool
    contact_name: str | None
    email: str
    phone: str | None
    street: str | None
    postcode: str | None
    city: str | None
    status: str
    secret: bool
    internal: bool
    payment_days: int
    vat_min: Decimal
    vat_max: Decimal
    created_at: datetime
    registered_by: UUID | None
    decided_at: datetime | None
    note: str | None
    accounts: tuple[Account, ...] = ()
    agreements: tuple[AgreementLink, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement in the list. `owner` is the organisation of a local one, None of a central one."""

    id: UUID
    number: str
    name: str
    kind: str
    owner_id: UUID | None
    owner: str | None
    valid_from: date
    valid_to: date | None
    cap_amount: Decimal | None
    suppliers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementSupplierLink:
    """A supplier on an agreement; `status` of its relation."""

    id: UUID
    name: str
    rank: int
    status: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: an organisation or a supplier."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class AgreementDetail:
    """An agreement whole. Amounts SEK excluding VAT."""

    id: UUID
    number: str
    name: str
    kind: str
    owner_id: UUID | None
    owner: str | None
    valid_from: date
    valid_to: date | None
    cap_amount: Decimal | None
    ranking_limit: Decimal | None
    price_terms: str
    suppliers: tuple[AgreementSupplierLink, ...]
    callers: tuple[Choice, ...]
