"""Find invoices and suppliers by number or name, only what the person may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice
from portal.invoicing.queries.lists import COLUMNS, number_begins
from portal.invoicing.queries.scope import Rights, visible
from portal.kernel.identifiers import number_as_typed
from portal.orders.models import PurchaseOrder
from portal.orders.queries.order_scope import deciding_for, standing_in
from portal.orders.queries.order_scope import visible as order_visible
from portal.orders.queries.search import of_requisition, with_words
from portal.suppliers.models import Supplier, SupplierRelation

MOST = 20


async def find_invoices(session: AsyncSession, actor: Actor, rights: Rights, words: str) -> Sequence[Any]:
    """Invoices whose number or order reference begins with the words, or whose seller's name holds them."""
    typed = number_as_typed(words)
    by_number = number_begins(typed) if typed else Invoice.seller_name == ""
    query = (
        select(*COLUMNS)
        .where(
            visible(actor, rights.users),
            or_(
                by_number,
                Invoice.order_reference.istartswith(words, autoescape=True),
                Invoice.seller_name.icontains(words, autoescape=True),
            ),
        )
        .order_by(Invoice.arrived_at.desc(), Invoice.id)
        .limit(MOST)
    )
    return (await session.execute(query)).all()


async def find_suppliers(session: AsyncSession, actor: Actor, words: str) -> Sequence[Any]:
    """Suppliers by name or organisation number; a secret one only with B45."""
    digits = "".join(filter(str.isdigit, words))
    conditions = [Supplier.name.icontains(words, autoescape=True)]
    if len(digits) >= 6:  # noqa: PLR2004 - the shortest part of an organisation number worth looking for
        conditions.append(Supplier.org_number.startswith(digits))
    query = (
        select(Supplier.id, Supplier.name, Supplier.org_number)
        .join(SupplierRelation, SupplierRelation.supplier_id == Supplier.id)
        .where(SupplierRelation.concern_id == actor.concern_id, or_(*conditions))
    )
    if not actor.sees_secret:
        query = query.where(SupplierRelation.secret.is_(False))
    return (await session.execute(query.order_by(Supplier.name).limit(MOST))).all()


async def find_orders(session: AsyncSession, actor: Actor, words: str, day: date) -> Sequence[Any]:
    """Orders whose number or requisition the words are, or whose supplier's name holds them; one's own also by what
    was ordered."""
    users, deciders = await standing_in(session, actor, day), await deciding_for(session, actor, day)
    query = (
        select(
            PurchaseOrder.id, PurchaseOrder.number, PurchaseOrder.status, PurchaseOrder.gross_amount,
            Supplier.name.label("supplier"),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(
            PurchaseOrder.concern_id == actor.concern_id,
            order_visible(actor, users, deciders),
            or_(
                PurchaseOrder.number.istartswith(words, autoescape=True),
                Supplier.name.icontains(words, autoescape=True),
                of_requisition(words),
                with_words(actor, users, words),
            ),
        )
        .order_by(PurchaseOrder.created_at.desc(), PurchaseOrder.id)
        .limit(MOST)
    )  # fmt: skip
    return (await session.execute(query)).all()
