"""The concern's suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import Organisation, User
from portal.access.queries import holds
from portal.kernel.errors import NotFound
from portal.suppliers.models import (
    Agreement,
    AgreementSupplier,
    Supplier,
    SupplierAccount,
    SupplierFactor,
    SupplierRelation,
)
from portal.suppliers.queries.accounts import has_waiting
from portal.suppliers.status import PENDING
from portal.suppliers.values import Account, AgreementLink, Choice, Relation, SupplierRow

PAGE = 50
WAITING = "waiting"
"""In place of a status: suppliers with an account or a term that waits for its next step."""
SORT_KEY = func.sv_key(Supplier.name)
_FACTS = (
    Supplier.name, Supplier.org_number, Supplier.vat_number, Supplier.endpoint, Supplier.f_tax,
    Supplier.contact_name, Supplier.email, Supplier.phone, Supplier.street, Supplier.postcode, Supplier.city,
    SupplierRelation.concern_id, SupplierRelation.supplier_id, SupplierRelation.status, SupplierRelation.secret,
    SupplierRelation.internal_organisation_id.is_not(None).label("internal"),
    SupplierRelation.payment_days,
    SupplierRelation.vat_min, SupplierRelation.vat_max, SupplierRelation.created_at,
    SupplierRelation.registered_by, SupplierRelation.decided_at, SupplierRelation.note,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `after` is the key of the next, None on the last."""

    rows: tuple[SupplierRow, ...]
    after: str | None


def visible(actor: Actor) -> Select[Any]:
    """The relations of the actor's concern."""
    joined = select(SupplierRelation).join(Supplier, Supplier.id == SupplierRelation.supplier_id)
    return joined.where(SupplierRelation.concern_id == actor.concern_id)


async def list_suppliers(
    session: AsyncSession,
    actor: Actor,
    *,
    words: str = "",
    status: str | None = None,
    after: str | None = None,
) -> Page:
    """Suppliers by name in Swedish order, `PAGE` at a time; `words` in name, number or place."""
    query = visible(actor).with_only_columns(
        Supplier.id, Supplier.name, Supplier.org_number, Supplier.city, SupplierRelation.status,
        func.coalesce(SupplierRelation.decided_at, SupplierRelation.created_at).label("since"),
        _agreement_count(), SORT_KEY.label("key"), maintain_column_froms=True,
    )  # fmt: skip
    if status == WAITING:
        query = query.where(has_waiting())
    elif status:
        query = query.where(SupplierRelation.status == status)
    for word in words.split():
        query = query.where(_holds(word))
    if after:
        key, _, supplier_id = after.rpartition("|")
        query = query.where(tuple_(SORT_KEY, Supplier.id) > tuple_(key, UUID(supplier_id)))
    rows = (await session.execute(query.order_by(SORT_KEY, Supplier.id).limit(PAGE + 1))).all()
    shown = rows[:PAGE]
    following = f"{shown[-1].key}|{shown[-1].id}" if len(rows) > PAGE else None
    return Page(
        tuple(
            SupplierRow(r.id, r.name, r.org_number, r.status, r.city, r.since, r.agreements) for r in shown
        ),
        following,
    )


async def status_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many suppliers stand in each status."""
    query = visible(actor).with_only_columns(
        SupplierRelation.status, func.count(), maintain_column_froms=True
    )
    rows = (await session.execute(query.group_by(SupplierRelation.status))).all()
    return {row.status: row[1] for row in rows}


async def pending_count(session: AsyncSession, actor: Actor) -> int:
    """How many wait to be approved."""
    return (await status_counts(session, actor)).get(PENDING, 0)


async def find_relation(session: AsyncSession, actor: Actor, supplier_id: UUID) -> Relation:
    """One supplier with accounts and agreements. NotFound outside the actor's concern."""
    facts = visible(actor).with_only_columns(*_FACTS, maintain_column_froms=True)
    row = (await session.execute(facts.where(SupplierRelation.supplier_id == supplier_id))).one_or_none()
    if row is None:
        raise NotFound("Leverantören finns inte.")
    accounts = await accounts_of(session, row.concern_id, supplier_id)
    links = await agreement_links(session, row.concern_id, supplier_id)
    return Relation(**row._mapping, accounts=accounts, agreements=links)


async def accounts_of(session: AsyncSession, concern_id: UUID, supplier_id: UUID) -> tuple[Account, ...]:
    """Active accounts first, then proposals, then closed ones."""
    order = case(
        {"active": 0, "approved": 1, "called_back": 1, "proposed": 1}, value=SupplierAccount.status, else_=2
    )
    query = (
        select(SupplierAccount.kind, SupplierAccount.number, SupplierAccount.status, SupplierAccount.valid_from,
               SupplierFactor.name, SupplierAccount.id)
        .outerjoin(SupplierFactor, (SupplierFactor.concern_id == SupplierAccount.concern_id)
                   & (SupplierFactor.id == SupplierAccount.factor_id))
        .where(SupplierAccount.concern_id == concern_id, SupplierAccount.supplier_id == supplier_id)
        .order_by(order, SupplierAccount.valid_from.desc(), SupplierAccount.number)
    )  # fmt: skip
    return tuple(Account(*row) for row in (await session.execute(query)).all())


async def agreement_links(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID
) -> tuple[AgreementLink, ...]:
    """The agreements the supplier is on."""
    query = (
        select(Agreement.id, Agreement.number, Agreement.name, AgreementSupplier.rank, Agreement.valid_from,
               Agreement.valid_to)
        .join(AgreementSupplier, (AgreementSupplier.concern_id == Agreement.concern_id)
              & (AgreementSupplier.agreement_id == Agreement.id))
        .where(Agreement.concern_id == concern_id, AgreementSupplier.supplier_id == supplier_id)
        .order_by(Agreement.number)
    )  # fmt: skip
    return tuple(AgreementLink(*row) for row in (await session.execute(query)).all())


async def approved_suppliers(session: AsyncSession, actor: Actor) -> tuple[Choice, ...]:
    """Suppliers that can be put on an agreement."""
    query = visible(actor).with_only_columns(Supplier.id, Supplier.name, maintain_column_froms=True)
    query = query.where(SupplierRelation.status == "approved").order_by(SORT_KEY)
    return tuple(Choice(*row) for row in (await session.execute(query)).all())


async def central_supplier_admins(
    session: AsyncSession, concern_id: UUID, day: date
) -> tuple[tuple[UUID, str, str], ...]:
    """(id, e-mail, language) of the central organisation's leverantörsadministratörer. System context."""
    query = (
        select(User.id, User.email, User.locale)
        .join(
            Organisation,
            (Organisation.concern_id == User.concern_id) & (Organisation.id == User.organisation_id),
        )
        .where(User.concern_id == concern_id, User.active, Organisation.is_central)
        .where(holds(p.SUPPLIER_ADMIN, day))
        .order_by(User.email)
    )
    return tuple((row.id, row.email, row.locale) for row in (await session.execute(query)).all())


def _agreement_count() -> Any:
    counted = select(func.count()).where(
        AgreementSupplier.concern_id == SupplierRelation.concern_id,
        AgreementSupplier.supplier_id == SupplierRelation.supplier_id,
    )
    return counted.scalar_subquery().label("agreements")


def _holds(word: str) -> Any:
    digits = "".join(char for char in word if char.isdigit())
    name = func.sv_key(Supplier.name).contains(func.sv_key(word))
    place = func.sv_key(func.coalesce(Supplier.city, "")).contains(func.sv_key(word))
    return or_(name, place, Supplier.org_number.startswith(digits)) if digits else or_(name, place)
