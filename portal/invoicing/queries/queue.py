"""The arrival queue: what waits for a role, oldest first within its status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import RecordLock, User
from portal.access.rules.locks import IDLE
from portal.invoicing.models import Invoice
from portal.invoicing.queries.lists import CENTRAL_ADMIN, handled_roles
from portal.invoicing.queries.scope import in_scope
from portal.invoicing.status import (
    ARRIVAL,
    INVOICE_INFORMATION,
    LEVGRUPPEN,
    PAYMENT_INFORMATION,
    REVIEWER_MISSING,
    SUPPLIER_NOT_CHOSEN,
)

ORDER = (SUPPLIER_NOT_CHOSEN, PAYMENT_INFORMATION, INVOICE_INFORMATION, REVIEWER_MISSING)
"""Groups of the queue, as they are shown."""
MOST = 200
# As it weighs on the cost: less than 0 for a credit note.
TO_PAY = case((Invoice.is_credit_note, -Invoice.payable_amount), else_=Invoice.payable_amount).label(
    "payable_amount"
)
COLUMNS = (
    Invoice.id,
    Invoice.number,
    Invoice.seller_name,
    Invoice.status,
    Invoice.arrived_at,
    TO_PAY,
    Invoice.currency,
    Invoice.reasons,
)
_RANK = case({code: rank for rank, code in enumerate(ORDER)}, value=Invoice.status)


def mine(actor: Actor) -> ColumnElement[bool]:
    """What the actor's role handles."""
    roles = handled_roles(actor)
    return and_(in_scope(actor), Invoice.status.in_(ORDER), Invoice.handler_role.in_(roles))


def at_levgruppen(actor: Actor) -> ColumnElement[bool]:
    """The organisation's invoices that levgruppen has: for reading."""
    role = Invoice.handler_role.in_((LEVGRUPPEN, CENTRAL_ADMIN))
    return and_(in_scope(actor), Invoice.status.in_((*ARRIVAL, REVIEWER_MISSING)), or_(role))


async def queue(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> Sequence[Any]:
    """Rows of COLUMNS with `holder`: the login of whoever has it open now. At most MOST."""
    holder = (
        select(User.login)
        .join(RecordLock, RecordLock.user_id == User.id)
        .where(
            RecordLock.concern_id == Invoice.concern_id,
            RecordLock.subject_type == "invoice",
            RecordLock.subject_id == Invoice.id,
            RecordLock.active_at > now - IDLE,
        )
        .scalar_subquery()
        .label("holder")
    )
    query = select(*COLUMNS, holder).where(which)
    return (await session.execute(query.order_by(_RANK, Invoice.arrived_at, Invoice.id).limit(MOST))).all()
