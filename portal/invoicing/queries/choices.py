"""What a person may choose from when an invoice is put right: reviewers, suppliers, organisations, doubles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import Organisation, User
from portal.access.queries import holds
from portal.invoicing.models import Invoice
from portal.invoicing.queries.scope import in_scope
from portal.invoicing.status import CANCELLED
from portal.suppliers.models import Supplier, SupplierAccount, SupplierRelation


async def reviewers(session: AsyncSession, invoice: Invoice, day: date) -> Sequence[Any]:
    """Users of the organisation who may review (A14), hence no fakturasynare (A6.16); B45 for a secret one."""
    query = select(User.id, User.login, User.name).where(
        User.concern_id == invoice.concern_id,
        User.organisation_id == invoice.organisation_id,
        User.active,
        holds(p.ORDER_AND_INVOICE, day),
    )
    if invoice.secret:
        query = query.where(holds(p.SEE_SECRET, day))
    return (await session.execute(query.order_by(User.login))).all()


async def suppliers(session: AsyncSession, concern_id: UUID, status: str = "approved") -> Sequence[Any]:
    """Suppliers that have joined and are not blocked; those that ask to, by the status "pending"."""
    query = (
        select(Supplier.id, Supplier.name, Supplier.org_number)
        .join(SupplierRelation, SupplierRelation.supplier_id == Supplier.id)
        .where(SupplierRelation.concern_id == concern_id, SupplierRelation.status == status)
    )
    return (await session.execute(query.order_by(Supplier.name))).all()


async def organisations(session: AsyncSession, concern_id: UUID) -> Sequence[Any]:
    """Organisations that take invoices: those with an address of their own."""
    query = select(Organisation.id, Organisation.code, Organisation.name).where(
        Organisation.concern_id == concern_id, Organisation.gln.is_not(None)
    )
    return (await session.execute(query.order_by(Organisation.code))).all()


async def registered_accounts(
    session: AsyncSession, invoice: Invoice, day: date
) -> Sequence[SupplierAccount]:
    """The supplier's active accounts: what an account on the invoice is compared with."""
    if invoice.supplier_id is None:
        return ()
    query = select(SupplierAccount).where(
        SupplierAccount.concern_id == invoice.concern_id,
        SupplierAccount.supplier_id == invoice.supplier_id,
        SupplierAccount.status == "active",
        SupplierAccount.valid_from <= day,
    )
    return (await session.execute(query.order_by(SupplierAccount.kind))).scalars().all()


async def same_number(session: AsyncSession, actor: Actor, invoice: Invoice) -> Sequence[Any]:
    """Other invoices of the supplier with the same number that the actor may see: to compare with (A4.11)."""
    query = select(Invoice.id, Invoice.number, Invoice.payable_amount, Invoice.arrival_date).where(
        in_scope(actor),
        and_(Invoice.supplier_id == invoice.supplier_id, Invoice.number_key == invoice.number_key),
        Invoice.id != invoice.id,
        Invoice.status != CANCELLED,
    )
    return (await session.execute(query.order_by(Invoice.arrived_at).limit(3))).all()
