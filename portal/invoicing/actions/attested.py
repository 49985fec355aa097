"""What an attest of an invoice leads to: undone in time it waits again, else it becomes Klar (A5.09).

Everything is asked again at that moment. A hold put on meanwhile, or the rules, stop it: then the attest is void, with
why. Whoever comes first, the undoing or the job, has the row; the other finds it moved.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor, system_actor
from portal.attest.actions import hold_case, own_attest, take_back, undo_attest
from portal.attest.queries.steps import step_of_decision
from portal.attest.queries.undoable import OneAttest
from portal.invoicing.actions.approval import accepted_of, left_to_attest
from portal.invoicing.actions.finishing import complete as become_klar
from portal.invoicing.actions.opening import hand_over, move, open_for
from portal.invoicing.actions.system_moves import moved
from portal.invoicing.models import Invoice
from portal.invoicing.rules.standing import may_undo
from portal.invoicing.status import ATTESTED

HELD = "Fakturan sattes under utredning innan tiden att ångra var ute."


async def undo(session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
    """Undo the actor's own attest, of all or of a part; the invoice, which waits again. Conflict when too late."""
    one = await own_attest(session, actor, decision_id)
    opened = await open_for(session, actor, one.subject_id, may_undo, seen=None, now=now)
    code = "undo_attest" if opened.invoice.status == ATTESTED else "undo_attest_part"
    await undo_attest(session, actor, decision_id, now)
    await move(session, opened, code, actor, now=now)
    await hand_over(session, opened.invoice, await left_to_attest(session, opened.invoice), now)
    return opened.invoice.id


async def complete(session: AsyncSession, concern_id: UUID, one: OneAttest, now: datetime) -> None:
    """Klar, of an attest that nobody has undone; nothing when somebody has, or when it was done before."""
    system = system_actor(concern_id)
    query = select(Invoice).where(Invoice.concern_id == concern_id, Invoice.id == one.subject_id)
    fresh = query.with_for_update().execution_options(populate_existing=True)
    invoice = (await session.execute(fresh)).scalar_one()
    await hold_case(session, system, one.case_id)
    if invoice.status != ATTESTED or await step_of_decision(session, system, one.id) is None:
        return
    if invoice.under_investigation:
        await _stop(session, system, invoice, one, now)
    else:
        await become_klar(session, invoice, await accepted_of(session, invoice), now)


async def _stop(
    session: AsyncSession, system: Actor, invoice: Invoice, one: OneAttest, now: datetime
) -> None:
    """It waits for attest again, on hold."""
    await take_back(session, one, system, now, tag="stop", why=HELD)
    await moved(session, invoice, "stop_attest", {}, now, HELD)
    await hand_over(session, invoice, await left_to_attest(session, invoice), now)
