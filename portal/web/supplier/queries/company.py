"""The supplier's own company, its customers, accounts, agreements and catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import Concern
from portal.catalog.models import Catalogue
from portal.kernel.errors import NotFound
from portal.suppliers.models import Agreement, Supplier, SupplierRelation
from portal.suppliers.queries.relations import accounts_of, agreement_links
from portal.suppliers.values import Account, AgreementLink


@dataclass(frozen=True, slots=True)
class Company:
    """What the supplier has said of itself."""

    id: UUID
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


@dataclass(frozen=True, slots=True)
class Customer:
    """A concern the supplier has a relation with. `note`: why it said no."""

    concern_id: UUID
    name: str
    status: str
    payment_days: int
    note: str | None
    internal: bool
    accounts: tuple[Account, ...]
    agreements: tuple[AgreementLink, ...]


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A catalogue in short, with the name of its agreement."""

    id: UUID
    name: str
    agreement: str
    version: int
    published_at: datetime | None


async def find_company(session: AsyncSession, actor: Actor) -> Company:
    """The supplier itself. NotFound for whoever is none."""
    columns = [getattr(Supplier, name) for name in Company.__dataclass_fields__]
    row = (await session.execute(select(*columns).where(Supplier.id == actor.supplier_id))).one_or_none()
    if row is None:
        raise NotFound("Leverantören finns inte.")
    return Company(**row._mapping)


async def customers(session: AsyncSession, actor: Actor) -> tuple[Customer, ...]:
    """The supplier's customers with accounts and agreements; a supplier has few."""
    query = (
        select(
            SupplierRelation.concern_id, Concern.name, SupplierRelation.status,
            SupplierRelation.payment_days,
            SupplierRelation.note, SupplierRelation.internal_organisation_id,
        )
        .join(Concern, Concern.id == SupplierRelation.concern_id)
        .where(SupplierRelation.supplier_id == actor.supplier_id)
        .order_by(Concern.name)
    )  # fmt: skip
    return tuple([await _customer(session, actor, row) for row in (await session.execute(query)).all()])


async def _customer(session: AsyncSession, actor: Actor, row: Any) -> Customer:
    concern_id, name, status, days, note, internal = row
    assert actor.supplier_id is not None  # the row was found by it
    accounts = await accounts_of(session, concern_id, actor.supplier_id)
    links = await agreement_links(session, concern_id, actor.supplier_id)
    return Customer(concern_id, name, status, days, note, internal is not None, accounts, links)


async def catalogues(session: AsyncSession, actor: Actor) -> tuple[CatalogueRow, ...]:
    """The supplier's catalogues."""
    same = and_(Agreement.concern_id == Catalogue.concern_id, Agreement.id == Catalogue.agreement_id)
    query = (
        select(Catalogue.id, Catalogue.name, Agreement.name, Catalogue.version, Catalogue.published_at)
        .join(Agreement, same)
        .where(Catalogue.supplier_id == actor.supplier_id)
        .order_by(Catalogue.name)
    )
    return tuple(CatalogueRow(*row) for row in (await session.execute(query)).all())
