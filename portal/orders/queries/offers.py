"""What can be bought today, and what is left of the agreements."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.models import Article, ArticlePrice
from portal.db.context import Context
from portal.db.session import enter
from portal.orders.models import PurchaseOrder
from portal.orders.status import CANCELLED, REJECTED_BY_SUPPLIER
from portal.orders.values import CallOff, Offer, RequestedLine
from portal.suppliers.models import Agreement, AgreementOrganisation, Supplier, SupplierRelation

_NOT_USED = (CANCELLED, REJECTED_BY_SUPPLIER)


async def load_offers(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, article_ids: Collection[UUID], day: date
) -> Mapping[UUID, Offer]:
    """Articles by id as the organisation can buy them that day; those it cannot see are left out."""
    if not article_ids:
        return {}
    price = (
        select(ArticlePrice.price)
        .where(
            ArticlePrice.concern_id == concern_id,
            ArticlePrice.article_id == Article.id,
            ArticlePrice.valid_from <= day,
        )
        .order_by(ArticlePrice.valid_from.desc())
        .limit(1)
        .correlate(Article)
        .scalar_subquery()
    )
    caller = and_(
        AgreementOrganisation.concern_id == concern_id,
        AgreementOrganisation.agreement_id == Article.agreement_id,
        AgreementOrganisation.organisation_id == organisation_id,
    )
    relation = and_(
        SupplierRelation.concern_id == concern_id, SupplierRelation.supplier_id == Article.supplier_id
    )
    query = (
        select(
            Article.id, Article.item_no, Article.name, Article.unspsc, Article.unit, Article.vat_rate,
            Article.min_quantity, Article.removed_at, Article.supplier_id, Article.agreement_id,
            func.coalesce(price, Article.price).label("price"), Agreement.number, Agreement.valid_from,
            Agreement.valid_to, Supplier.name.label("supplier"), AgreementOrganisation.organisation_id,
            SupplierRelation.status, SupplierRelation.secret,
        )
        .join(Agreement, and_(Agreement.concern_id == concern_id, Agreement.id == Article.agreement_id))
        .join(Supplier, Supplier.id == Article.supplier_id)
        .join(SupplierRelation, relation)
        .outerjoin(AgreementOrganisation, caller)
        .where(Article.concern_id == concern_id, Article.id.in_(article_ids))
    )  # fmt: skip
    return {row.id: _offer(row) for row in await session.execute(query)}


def _offer(row: Any) -> Offer:
    return Offer(
        article_id=row.id, agreement_id=row.agreement_id, agreement_number=row.number,
        supplier_id=row.supplier_id, supplier_name=row.supplier, item_no=row.item_no, name=row.name,
        unspsc=row.unspsc, unit=row.unit, price=row.price, vat_rate=row.vat_rate,
        min_quantity=row.min_quantity, removed=row.removed_at is not None, valid_from=row.valid_from,
        valid_to=row.valid_to, may_call_off=row.organisation_id is not None, supplier_status=row.status,
        secret=row.secret,
    )  # fmt: skip


@asynccontextmanager
async def whole_concern(session: AsyncSession, concern_id: UUID) -> AsyncIterator[None]:
    """For the block the installation itself looks: a cap is the whole concern's, not what one person sees."""
    own: Context = session.info["context"]
    await enter(session, Context.for_system(concern_id))
    try:
        yield
    finally:
        await enter(session, own)


async def call_offs(
    session: AsyncSession, concern_id: UUID, lines: Sequence[RequestedLine]
) -> tuple[CallOff, ...]:
    """What the lines take from each agreement that has a limit, beside what is ordered on it already."""
    amounts: dict[UUID, Decimal] = {}
    for line in lines:
        if line.agreement_id is not None:
            amounts[line.agreement_id] = amounts.get(line.agreement_id, Decimal(0)) + line.net
    if not amounts:
        return ()
    used = (
        select(func.coalesce(func.sum(PurchaseOrder.net_amount), 0))
        .where(
            PurchaseOrder.concern_id == concern_id,
            PurchaseOrder.agreement_id == Agreement.id,
            PurchaseOrder.status.not_in(_NOT_USED),
        )
        .correlate(Agreement)
        .scalar_subquery()
    )
    query = select(
        Agreement.id, Agreement.number, Agreement.name, Agreement.ranking_limit, Agreement.cap_amount, used
    ).where(Agreement.concern_id == concern_id, Agreement.id.in_(amounts))
    async with whole_concern(session, concern_id):
        rows = (await session.execute(query.order_by(Agreement.number))).all()
    return tuple(
        CallOff(number, name, amounts[agreement], limit, cap, taken)
        for agreement, number, name, limit, cap, taken in rows
    )
