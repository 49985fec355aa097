"""Which invoices exist for an actor, and whose invoices the actor may act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.queries.delegations import acting_for
from portal.invoicing.models import Invoice, InvoiceParticipant
from portal.invoicing.status import APPROVAL
from portal.orders.models import PurchaseOrder

SEES_ALL = (
    p.SEE_ALL_INVOICES,
    p.LOCAL_SYSTEM_ADMIN,
    p.INVOICE_ADMIN,
    p.LEVGRUPPEN,
    p.CENTRAL_SYSTEM_ADMIN,
    p.AUDITOR,
)
"""B26 and every kind of administrator (A2.08, A3.07): the organisation's invoices, or the concern's if central."""
REVIEWS, APPROVES = "review_invoice", "approve_invoice"
Whose = tuple[tuple[UUID, ...], tuple[UUID, ...]]
"""Rights without the chains: whose invoices in review, whose in attest."""
Chains = Mapping[UUID, tuple[UUID, ...]]
"""User acted for → delegation ids, first link first; one's own id has none."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose invoices the actor may handle in review and in attest: the own ones and those of delegators (A7)."""

    review: Chains = field(default_factory=dict)
    approve: Chains = field(default_factory=dict)

    @property
    def users(self) -> frozenset[UUID]:
        """Everybody the actor acts for, the actor too."""
        return frozenset((*self.review, *self.approve))

    @property
    def whose(self) -> Whose:
        """Whom the actor acts for: all that a question about rows needs of the rights."""
        return tuple(self.review), tuple(self.approve)

    @classmethod
    def of_whose(cls, whose: Whose) -> Rights:
        """The rights to see what `whose` have before them."""
        review, approve = whose
        return cls(dict.fromkeys(review, ()), dict.fromkeys(approve, ()))

    def of(self, status: str) -> Chains:
        """The chains that count in a status: attest and the rest are delegated apart (A7.01)."""
        return self.approve if status == APPROVAL else self.review


async def rights_of(session: AsyncSession, actor: Actor, day: date) -> Rights:
    """The actor's rights on a Stockholm day; none for a supplier or the system."""
    if actor.user_id is None or actor.concern_id is None:
        return Rights()
    own: Chains = {actor.user_id: ()}
    if not actor.has(p.ORDER_AND_INVOICE):
        return Rights(own, own)
    review = await acting_for(session, actor.user_id, REVIEWS, day)
    return Rights(review, await acting_for(session, actor.user_id, APPROVES, day))


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The concern, the organisation unless central, and nothing secret without B45 (A2.13)."""
    if actor.concern_id is None or actor.supplier_id is not None:
        return false()
    conditions: list[ColumnElement[bool]] = [Invoice.concern_id == actor.concern_id]
    if not (actor.central or actor.is_system):
        conditions.append(Invoice.organisation_id == actor.organisation_id)
    if not (actor.sees_secret or actor.is_system):
        conditions.append(Invoice.secret.is_(False))
    return and_(*conditions)


def visible(actor: Actor, users: Collection[UUID]) -> ColumnElement[bool]:
    """The rows that exist for the actor.

    A normal user's are those that `users` have or had before them, and those of orders they bought (A2.24).
    """
    if actor.is_system or actor.has(*SEES_ALL):
        return in_scope(actor)
    order = aliased(PurchaseOrder)  # the query around it may join the order too
    bought = exists().where(
        order.concern_id == Invoice.concern_id, order.id == Invoice.order_id, order.buyer_user_id.in_(users)
    )
    return and_(in_scope(actor), or_(taken_part(users), bought))


def taken_part(users: Collection[UUID], *, waiting: bool | None = None) -> ColumnElement[bool]:
    """Invoices that are or were before one of `users`; `waiting` narrows to those that still are or no longer."""
    mine = exists().where(
        InvoiceParticipant.concern_id == Invoice.concern_id,
        InvoiceParticipant.invoice_id == Invoice.id,
        InvoiceParticipant.user_id.in_(users),
        true() if waiting is None else InvoiceParticipant.waiting.is_(waiting),
    )
    return mine
