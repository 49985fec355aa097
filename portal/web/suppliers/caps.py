"""How much of an agreement's cap (takvolym) is used: the orders' net, of the whole concern."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from portal.db.context import Context
from portal.orders.models import PurchaseOrder
from portal.orders.status import CANCELLED, REJECTED_BY_SUPPLIER
from portal.web.pages import Req

NOT_CALLED_OFF = (CANCELLED, REJECTED_BY_SUPPLIER)


async def used_of(request: Req, agreement_ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """SEK excluding VAT called off on each agreement.

    A cap is the concern's, so the sum is read with the concern's eyes: a reader who sees one organisation's
    orders would be told that far more is left. Only the sum leaves this function.
    """
    concern_id = request.scope["state"]["actor"].concern_id
    query = (
        select(PurchaseOrder.agreement_id, func.sum(PurchaseOrder.net_amount))
        .where(PurchaseOrder.concern_id == concern_id, PurchaseOrder.agreement_id.in_(agreement_ids))
        .where(PurchaseOrder.status.not_in(NOT_CALLED_OFF))
        .group_by(PurchaseOrder.agreement_id)
    )
    async with request.app.state.services.database.session(Context.for_system(concern_id)) as session:
        sums = {row[0]: row[1] for row in (await session.execute(query)).all()}
    return {agreement_id: sums.get(agreement_id, Decimal(0)) for agreement_id in agreement_ids}
