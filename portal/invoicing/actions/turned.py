"""An invoice of an order when it is about to become Klar: what differs by now must be what somebody accepted (A6.05).

A receipt taken back, an order changed, or another invoice of the same goods that was Klar first, after the deviation
was accepted and before the attest: the buyer is asked again, and what was attested no longer counts.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.attest.actions.routes import void_steps
from portal.invoicing.actions.opening import hand_over
from portal.invoicing.actions.system_moves import moved
from portal.invoicing.actions.todays_match import Todays, keep, todays_match
from portal.invoicing.models import Invoice, RuleDecision
from portal.invoicing.queries.detail import events_of
from portal.invoicing.queries.ordered import lock_orders
from portal.invoicing.rules import matching
from portal.invoicing.rules.deviations import Part, beyond, parts_of
from portal.invoicing.status import APPROVAL, ATTESTED
from portal.kernel.plain import to_plain

ACCEPTED = "invoice:status:accept_deviation"


async def turned(session: AsyncSession, invoice: Invoice, now: datetime) -> Todays | None:
    """Today's match when it differs in more than was accepted; None when it does not, or there is no order.

    The order is locked first: of two invoices for the same goods the later sees what the earlier has taken.
    """
    if invoice.order_id is None:
        return None
    await lock_orders(session, invoice.concern_id, [invoice.order_id])
    today = await todays_match(session, invoice, now)
    if today is None or not beyond(today.parts, await _accepted(session, invoice)):
        return None
    return today


async def _accepted(session: AsyncSession, invoice: Invoice) -> tuple[Part, ...]:
    """The deviations that were accepted when it was sent to attest: those of the match stored with that."""
    to_attest = [one for one in await events_of(session, invoice) if one.to_status == APPROVAL]
    sent = [one.tag for one in to_attest if one.from_status not in (APPROVAL, ATTESTED)]
    if not sent or sent[-1] != ACCEPTED:
        return ()
    query = (
        select(RuleDecision.stored)
        .where(
            RuleDecision.concern_id == invoice.concern_id,
            RuleDecision.invoice_id == invoice.id,
            RuleDecision.kind == matching.KIND,
        )
        .order_by(RuleDecision.decided_at.desc(), RuleDecision.id.desc())
        .limit(1)
    )
    stored = (await session.execute(query)).scalar()
    return () if stored is None else parts_of(json.loads(stored))


async def ask_again(session: AsyncSession, invoice: Invoice, today: Todays, now: datetime) -> str:
    """Back to Ordermatchning krävs at the order's buyer, with what differs by now; the new status."""
    await keep(session, invoice, today, now)
    values = {
        "reasons": [to_plain(one) for one in today.rest.reasons], "handler_role": None, "only_payment_left": False,
    }  # fmt: skip
    why = " ".join(one.text for one in today.rest.reasons)
    status = await moved(session, invoice, "match_changed", values, now, why)
    await void_steps(
        session, concern_id=invoice.concern_id, subject_type="invoice", subject_id=invoice.id, now=now
    )
    await hand_over(session, invoice, today.rest.users, now)
    return status
