"""A hold in the pipeline: a match is made and stored as always, and what fits rests at the buyer until it is ended."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.actions.case import Case, Rest
from portal.invoicing.actions.match import Given, match_case
from portal.invoicing.queries.ordered import Order
from portal.invoicing.status import ARRIVAL, DONE, MATCHING_REQUIRED
from portal.jobs.queue import enqueue
from portal.kernel.decision import Reason
from portal.kernel.failpoints import At

CREDIT_JOB = "invoicing.credit_note_came"
ON_HOLD = "Fakturan stämmer med order %(order)s, men den är under utredning."


def match_unless_held(case: Case, order: Order, given: Given, at: At) -> None:
    """Match; a held invoice takes nothing from its order and does not become Klar (A5.14)."""
    if not case.held:
        match_case(case, order, given, at)
        return
    match_case(case, deepcopy(order), given, at)
    if case.rest is not None and case.rest.status == DONE:
        reason = Reason("on_hold", ON_HOLD, {"order": order.number}, "A5.14/1")
        case.rest = Rest(MATCHING_REQUIRED, "stop_match", users=(order.buyer_id,), reasons=(reason,))
        case.payment_date, case.coding = None, None


async def tell_of_credits(session: AsyncSession, concern_id: UUID, cases: Sequence[Case]) -> None:
    """Each credit note that has passed arrival control: whoever waited for it is taken up when this is committed."""
    for case in cases:
        passed = case.state in ARRIVAL and case.rest is not None and case.rest.status not in ARRIVAL
        if passed and case.invoice.is_credit_note and case.invoice.preceding:
            await enqueue(session, CREDIT_JOB, concern_id=concern_id, invoice_id=case.id)
