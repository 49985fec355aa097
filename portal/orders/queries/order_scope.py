"""Which orders exist for an actor, and whose orders the actor may act on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.models import ApprovalStep
from portal.attest.queries.delegations import acting_for
from portal.orders.models import PurchaseOrder, Requisition

READS_ALL = (
    p.RECEIVE_ALL,
    p.LOCAL_SYSTEM_ADMIN,
    p.INVOICE_ADMIN,
    p.AUDITOR,
    p.CENTRAL_SYSTEM_ADMIN,
    p.SEE_ALL_INVOICES,
)


def visible(
    actor: Actor, users: Collection[UUID] = (), approvers: Collection[UUID] = ()
) -> ColumnElement[bool]:
    """Which orders exist for the actor: those it is beställare of or made for another, those of `users` whose
    receipts it stands in for, those that had a step at one of `approvers`; B10, administrators and auditors
    see the organisation's. A supplier sees what was sent to it. Secret ones only with B45."""
    if actor.supplier_id is not None:
        return PurchaseOrder.supplier_id == actor.supplier_id
    seen = true() if actor.sees_secret or actor.is_system else PurchaseOrder.secret.is_(False)
    if actor.is_system or actor.has(*READS_ALL):
        return seen
    return and_(seen, PurchaseOrder.id.in_(_own(actor, users, approvers)))


def own_orders(actor: Actor, users: Collection[UUID] = ()) -> ColumnElement[bool]:
    """Condition: the actor's own orders and those it stands in for, whatever else it may see."""
    return PurchaseOrder.id.in_(_own(actor, users, ()))


def _own(actor: Actor, users: Collection[UUID], approvers: Collection[UUID]) -> Any:
    """Ids of the person's orders, each way by its own index."""
    mine = [user for user in (actor.user_id, *users) if user]
    deciders = [user for user in (actor.user_id, *approvers) if user]
    concern = PurchaseOrder.concern_id == actor.concern_id
    bought = select(PurchaseOrder.id).where(concern, PurchaseOrder.buyer_user_id.in_(mine))
    of_requisition = and_(
        Requisition.concern_id == actor.concern_id, Requisition.id == PurchaseOrder.requisition_id
    )
    made = (
        select(PurchaseOrder.id)
        .join(Requisition, of_requisition)
        .where(
            concern, Requisition.user_id == actor.user_id, Requisition.buyer_user_id != Requisition.user_id
        )
    )
    decided = (
        select(PurchaseOrder.id)
        .join(
            ApprovalStep,
            and_(
                ApprovalStep.concern_id == actor.concern_id,
                ApprovalStep.subject_type == "requisition",
                ApprovalStep.subject_id == PurchaseOrder.requisition_id,
            ),
        )
        .where(concern, ApprovalStep.approver_id.in_(deciders), ApprovalStep.state != "void")
    )
    changed = select(ApprovalStep.subject_id).where(
        ApprovalStep.concern_id == actor.concern_id,
        ApprovalStep.subject_type == "order",
        ApprovalStep.approver_id.in_(deciders),
        ApprovalStep.state != "void",
    )
    return union_all(bought, made, decided, changed)


async def standing_in(session: AsyncSession, actor: Actor, day: date) -> tuple[UUID, ...]:
    """Users whose receipts the actor may make by delegation that day (A7.01), itself included."""
    if actor.user_id is None or actor.supplier_id is not None:
        return ()
    return tuple(await acting_for(session, actor.user_id, "receipt", day))


async def deciding_for(session: AsyncSession, actor: Actor, day: date) -> tuple[UUID, ...]:
    """Users whose attest of orders the actor may make by delegation that day, itself included."""
    if actor.user_id is None or actor.supplier_id is not None:
        return ()
    return tuple(await acting_for(session, actor.user_id, "approve_order", day))
