"""Whom the company is reached by, and has been: for whoever calls back, and for the letters about its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import Concern, User
from portal.kernel.dates import stockholm_date
from portal.suppliers.models import Supplier, SupplierAccount
from portal.suppliers.rules.accounts import Phone, phones_of


@dataclass(frozen=True, slots=True)
class Told:
    """What the company is told of an account."""

    supplier_id: UUID
    supplier: str
    customer: str
    kind: str
    number: str
    status: str
    active_from: datetime | None
    end_reason: str | None


async def account_to_tell(session: AsyncSession, concern_id: UUID, account_id: UUID) -> Told:
    """An account as its letter tells of it. System context."""
    query = (
        select(
            SupplierAccount.supplier_id, Supplier.name, Concern.name, SupplierAccount.kind, SupplierAccount.number,
            SupplierAccount.status, SupplierAccount.active_from, SupplierAccount.end_reason,
        )
        .join(Supplier, Supplier.id == SupplierAccount.supplier_id)
        .join(Concern, Concern.id == SupplierAccount.concern_id)
        .where(SupplierAccount.concern_id == concern_id, SupplierAccount.id == account_id)
    )  # fmt: skip
    return Told(*(await session.execute(query)).one())


async def phones(session: AsyncSession, supplier_id: UUID) -> tuple[Phone, ...]:
    """Numbers of the company as it has had them on file, newest first."""
    query = select(Supplier.phone, Supplier.registered_at, Supplier.former_contacts)
    row = (await session.execute(query.where(Supplier.id == supplier_id))).one()
    return phones_of(row.phone, stockholm_date(row.registered_at), row.former_contacts, _day)


def _day(instant: str) -> date:
    return stockholm_date(datetime.fromisoformat(instant))


async def contacts(session: AsyncSession, supplier_id: UUID) -> tuple[str, ...]:
    """Every address of the company, the former ones too, and of all who sign in for it. System context."""
    query = select(Supplier.email, Supplier.former_contacts).where(Supplier.id == supplier_id)
    row = (await session.execute(query)).one()
    users = select(User.email).where(User.supplier_id == supplier_id, User.active).order_by(User.email)
    former = [one["email"] for one in row.former_contacts if one.get("email")]
    return tuple(dict.fromkeys([row.email, *former, *(await session.execute(users)).scalars()]))
