"""Requisitions and orders found by the header's search: numbers, and words of one's own lines (P06)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.orders.models import OrderLine, PurchaseOrder, Requisition, RequisitionLine
from portal.orders.queries.order_scope import own_orders
from portal.orders.queries.requisitions import visible
from portal.orders.status import DRAFT

MOST = 20
LEAST_WORD = 3


async def find_requisitions(
    session: AsyncSession, actor: Actor, words: str, users: Collection[UUID], approvers: Collection[UUID]
) -> Sequence[Any]:
    """Requisitions whose number begins with the words, and the actor's own with the words in title or lines."""
    lines = exists().where(
        RequisitionLine.concern_id == Requisition.concern_id,
        RequisitionLine.requisition_id == Requisition.id,
        *_all_words(words, RequisitionLine.name, RequisitionLine.item_no),
    )
    own = or_(Requisition.user_id == actor.user_id, Requisition.buyer_user_id == actor.user_id)
    said = or_(Requisition.title.icontains(words, autoescape=True), lines)
    query = (
        select(Requisition.id, Requisition.number, Requisition.status, Requisition.title, User.name)
        .join(User, User.id == Requisition.buyer_user_id)
        .where(
            Requisition.concern_id == actor.concern_id,
            visible(actor, users, approvers),
            Requisition.number.is_not(None),
            or_(Requisition.status != DRAFT, Requisition.user_id == actor.user_id),
            or_(Requisition.number.istartswith(words, autoescape=True), and_(own, said)),
        )
        .order_by(Requisition.updated_at.desc(), Requisition.id)
        .limit(MOST)
    )
    return (await session.execute(query)).all()


def with_words(actor: Actor, users: Collection[UUID], words: str) -> ColumnElement[bool]:
    """Condition: the actor's own orders with a line that holds all the words."""
    lines = exists().where(
        OrderLine.concern_id == PurchaseOrder.concern_id,
        OrderLine.order_id == PurchaseOrder.id,
        *_all_words(words, OrderLine.name, OrderLine.item_no),
    )
    return and_(own_orders(actor, users), lines)


def of_requisition(words: str) -> ColumnElement[bool]:
    """Condition: orders of the requisition with this number."""
    return exists().where(
        Requisition.concern_id == PurchaseOrder.concern_id,
        Requisition.id == PurchaseOrder.requisition_id,
        Requisition.number == words.strip().upper(),
    )


def _all_words(words: str, name: Any, item_no: Any) -> list[ColumnElement[bool]]:
    """Every word in the name, or the number as it is; only of words long enough to mean something."""
    said = [word for word in words.split() if len(word) >= LEAST_WORD] or [words]
    return [
        or_(
            and_(*(name.icontains(word, autoescape=True) for word in said)),
            item_no.istartswith(words, autoescape=True),
        )
    ]
