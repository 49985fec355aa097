"""What a batch's references, keys and accounts lead to: one query per kind of fact, in the system's context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.suppliers.queries.terms import terms_of
from portal.suppliers.values import RelationTerms

_ORGANISATIONS = text("SELECT id, code, name, gln FROM organisation WHERE concern_id = :concern")
_ORDERS = text(
    "SELECT id, number, organisation_id, supplier_id, status, secret FROM purchase_order"
    " WHERE concern_id = :concern AND number = ANY(:numbers)"
)
_CODES = text(
    "SELECT r.code, r.organisation_id, r.user_id, r.secret, u.active, r.valid_from, r.valid_to FROM"
    " recipient_code r JOIN app_user u ON u.id = r.user_id WHERE r.concern_id = :concern AND r.code = ANY(:codes)"
)
_SUPPLIERS = text(
    "SELECT s.id, s.name, s.org_number, s.vat_number, s.endpoint, s.gln, r.status, r.secret, r.vat_min,"
    " r.vat_max, r.internal_organisation_id FROM supplier s"
    " JOIN supplier_relation r ON r.supplier_id = s.id AND r.concern_id = :concern"
    " WHERE s.org_number = ANY(:org_numbers) OR s.vat_number = ANY(:vat_numbers)"
    " OR s.endpoint = ANY(:endpoints) OR s.id = ANY(CAST(:chosen AS uuid[])) ORDER BY s.id"
)
_ACCOUNTS = text(
    "SELECT a.supplier_id, a.kind, a.number, a.status, a.valid_from, a.valid_to, f.org_number AS factor"
    " FROM supplier_account a"
    " LEFT JOIN supplier_factor f ON f.concern_id = a.concern_id AND f.id = a.factor_id"
    " WHERE a.concern_id = :concern AND a.supplier_id = ANY(CAST(:suppliers AS uuid[]))"
    " ORDER BY a.supplier_id, a.valid_from, a.id"
)


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier as the concern holds it. `internal`: the organisation that sells, of an internal unit."""

    id: UUID
    name: str
    org_number: str
    vat_number: str | None
    endpoint: str | None
    gln: str | None
    status: str
    secret: bool
    vat_range: tuple[Decimal, Decimal]
    internal: UUID | None
    terms: RelationTerms = field(default_factory=RelationTerms)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A recipient code in force."""

    code: str
    organisation_id: UUID
    user_id: UUID
    secret: bool
    active: bool = True


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order whose number is on some invoice."""

    id: UUID
    number: str
    organisation_id: UUID
    supplier_id: UUID
    status: str
    secret: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account registered for a supplier."""

    kind: str
    number: str
    active: bool
    factor: str | None
    since: date = date.min


@dataclass(slots=True)
class Wanted:
    """Every reference and key of the batch, to be looked up at once."""

    numbers: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    org_numbers: set[str] = field(default_factory=set)
    vat_numbers: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    chosen: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Known:
    """What was found. Keys: GLN, organisation id, order number, code, supplier id."""

    glns: Mapping[str, UUID]
    names: Mapping[UUID, str]
    orders: Mapping[str, OrderRow]
    codes: Mapping[str, CodeRow]
    suppliers: Sequence[SupplierRow]
    accounts: Mapping[UUID, Sequence[AccountRow]]


async def look_up(session: AsyncSession, concern_id: UUID, wanted: Wanted, today: date) -> Known:
    """Six queries, however many invoices."""
    concern = {"concern": concern_id}
    organisations = (await session.execute(_ORGANISATIONS, concern)).all()
    orders = await _rows(session, _ORDERS, concern, numbers=wanted.numbers)
    codes = await _rows(session, _CODES, concern, codes=wanted.codes)
    suppliers = await _suppliers(session, concern, wanted)
    return Known(
        {row.gln: row.id for row in organisations if row.gln},
        {row.id: row.name for row in organisations},
        {row.number: OrderRow(*row) for row in orders},
        {row.code: CodeRow(*row[:5]) for row in codes if _in_force(row, today)},
        suppliers,
        await _accounts(session, concern, [supplier.id for supplier in suppliers], today),
    )


async def supplier_today(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID | None, today: date
) -> tuple[SupplierRow | None, Sequence[AccountRow]]:
    """One supplier as the concern holds it that day, with every account that is or was registered."""
    if supplier_id is None:
        return None, ()
    concern = {"concern": concern_id}
    found = await _suppliers(session, concern, Wanted(chosen={supplier_id}))
    accounts = await _accounts(session, concern, [supplier_id], today)
    return (found[0] if found else None), accounts.get(supplier_id, ())


async def _rows(
    session: AsyncSession, query: Any, concern: Mapping[str, Any], **values: Iterable[Any]
) -> Any:
    lists = {name: sorted(value) for name, value in values.items()}
    return (await session.execute(query, {**concern, **lists})).all() if any(lists.values()) else []


async def _suppliers(session: AsyncSession, concern: Mapping[str, Any], wanted: Wanted) -> list[SupplierRow]:
    rows = await _rows(
        session, _SUPPLIERS, concern, org_numbers=wanted.org_numbers, vat_numbers=wanted.vat_numbers,
        endpoints=wanted.endpoints, chosen=wanted.chosen,
    )  # fmt: skip
    terms = await terms_of(session, concern["concern"], [row.id for row in rows])
    return [
        SupplierRow(
            r.id, r.name, r.org_number, r.vat_number, r.endpoint, r.gln, r.status, r.secret,
            (r.vat_min, r.vat_max), r.internal_organisation_id, terms[r.id],
        )
        for r in rows
    ]  # fmt: skip


async def _accounts(
    session: AsyncSession, concern: Mapping[str, Any], suppliers: Sequence[UUID], today: date
) -> dict[UUID, list[AccountRow]]:
    found: dict[UUID, list[AccountRow]] = {}
    for row in await _rows(session, _ACCOUNTS, concern, suppliers=suppliers):
        active = row.status == "active" and _in_force(row, today)
        found.setdefault(row.supplier_id, []).append(
            AccountRow(row.kind, row.number, active, row.factor, row.valid_from)
        )
    return found


def _in_force(row: Any, day: date) -> bool:
    return bool(row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))
