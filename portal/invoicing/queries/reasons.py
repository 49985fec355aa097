"""Why an invoice was stopped, each time: the reasons of all its stored decisions."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.models import Invoice, RuleDecision


async def reasons_of(session: AsyncSession, invoice: Invoice) -> list[dict[str, Any]]:
    """Every reason any decision gave, oldest first, and those the invoice has now: msgid and params each.

    The history keeps the words that were shown; in another language they are filled anew from these.
    """
    query = (
        select(RuleDecision.stored)
        .where(RuleDecision.concern_id == invoice.concern_id, RuleDecision.invoice_id == invoice.id)
        .order_by(RuleDecision.decided_at, RuleDecision.id)
    )
    stored = [json.loads(one) for one in (await session.execute(query)).scalars()]
    return [*(reason for decision in stored for reason in decision["reasons"]), *invoice.reasons]
