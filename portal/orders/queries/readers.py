"""Who is written to about an order: its buyer and who acts for the buyer, else the administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import User
from portal.access.queries import administrators
from portal.attest.queries.delegations import delegations_to
from portal.attest.rules.delegations import delegates_of
from portal.orders.models import PurchaseOrder


async def readers_for(
    session: AsyncSession, order: PurchaseOrder, day: date, *, secret: bool
) -> Sequence[Any]:
    """The buyer and everybody who may receive for the buyer that day: id, e-mail and language, active ones only;
    where there is none of them the administrators of the order's organisation."""
    buyer = order.buyer_user_id
    delegates = delegates_of(str(buyer), "receipt", await delegations_to(session, "receipt", day), day)
    query = select(User.id, User.email, User.locale).where(
        User.id.in_([buyer, *map(UUID, delegates)]), User.active
    )
    found = (await session.execute(query.order_by(User.email))).all()
    home = (order.concern_id, order.organisation_id)
    return found or await administrators(session, *home, day, secret=secret)
