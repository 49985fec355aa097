"""Klar, or stopped before payment: the one place where what people have decided becomes Klar.

An invoice that stops here is decided in all but the payment. When the payment holds it becomes Klar by itself, after
one more final check; nobody is asked to attest it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor, system_actor
from portal.access.locks import release_lock
from portal.attest.actions.routes import void_steps
from portal.attest.models import Decision
from portal.invoicing.actions.closing import Closing, done_values, final_control, take_from_order
from portal.invoicing.actions.opening import SUBJECT, Opened, hand_over, move
from portal.invoicing.actions.paying import payment_today
from portal.invoicing.actions.system_moves import moved
from portal.invoicing.actions.turned import ask_again, turned
from portal.invoicing.models import Invoice
from portal.invoicing.status import LEVGRUPPEN
from portal.kernel.decision import Reason
from portal.kernel.plain import to_plain


async def finish(
    session: AsyncSession,
    opened: Opened,
    closing: Closing,
    verb: str,
    actor: Actor,
    *,
    why: str | None = None,
    now: datetime,
) -> str:
    """Make `verb`'s move to Klar, or stop at Betalningsinformation; the new status. The final check has passed."""
    if closing.payment.reason is not None:
        status = await _hold(session, opened, closing.payment.reason, now)
        await release_lock(session, actor, SUBJECT, opened.invoice.id)
        return status
    values = done_values(closing, now)
    status = await move(session, opened, verb, actor, now=now, why=why, values=values)
    await hand_over(session, opened.invoice, (), now)
    await take_from_order(session, closing, now)
    return status


async def _hold(session: AsyncSession, opened: Opened, reason: Reason, now: datetime) -> str:
    """Not paid because it was stored: levgruppen looks at it, and all that was decided stays decided."""
    values = _held_values(reason)
    system = system_actor(opened.invoice.concern_id)
    status = await move(
        session, opened, "hold_payment", system, now=now, why=reason.text, values=values,
        data={"codes": [reason.code]},
    )  # fmt: skip
    await hand_over(session, opened.invoice, (), now)
    return status


def _held_values(reason: Reason) -> dict[str, Any]:
    return {"reasons": [to_plain(reason)], "handler_role": LEVGRUPPEN, "only_payment_left": True}


async def release(session: AsyncSession, concern_id: UUID, invoice_id: UUID, now: datetime) -> None:
    """Klar at last, when the payment holds; told anew why not, when the reason is another. The system's context."""
    query = select(Invoice).where(Invoice.concern_id == concern_id, Invoice.id == invoice_id)
    invoice = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    if invoice.under_investigation:
        return  # whoever ends the investigation has it run again
    reason = (await payment_today(session, invoice, now)).choice.reason
    if reason is not None:
        if [to_plain(reason)] != invoice.reasons:
            invoice.reasons = [to_plain(reason)]
            await session.flush()
        return
    # What was accepted of the VAT was accepted before it stopped; the coding must be valid still.
    closing = await asked_again(session, invoice, ("vat",), now)
    if closing is not None:
        await _klar(session, invoice, closing, "release_payment", now)


async def complete(session: AsyncSession, invoice: Invoice, accepted: Sequence[str], now: datetime) -> None:
    """Klar when the time to undo the attest is over, or what is to be looked at before that. The system's context."""
    closing = await asked_again(session, invoice, accepted, now)
    if closing is None:
        return
    if closing.payment.reason is not None:
        await hand_over(session, invoice, (), now)
        await moved(session, invoice, "hold_payment", _held_values(closing.payment.reason), now,
                    closing.payment.reason.text, {"codes": [closing.payment.reason.code]})  # fmt: skip
        return
    await _klar(session, invoice, closing, "complete_attest", now)


async def asked_again(
    session: AsyncSession, invoice: Invoice, accepted: Sequence[str], now: datetime
) -> Closing | None:
    """The final check of today, passed; None when it did not, and the invoice has gone back to whom it concerns."""
    if (today := await turned(session, invoice, now)) is not None:
        await ask_again(session, invoice, today, now)
        return None
    closing = await final_control(session, invoice, accepted=accepted, now=now)
    if closing.result.reasons:
        await back_to_reviewer(session, invoice, closing, now)
        return None
    return closing


async def _klar(session: AsyncSession, invoice: Invoice, closing: Closing, code: str, now: datetime) -> None:
    await moved(session, invoice, code, done_values(closing, now), now)
    await take_from_order(session, closing, now)


async def back_to_reviewer(session: AsyncSession, invoice: Invoice, closing: Closing, now: datetime) -> str:
    """Back to whoever reviewed, by the final check; what was attested no longer counts. The new status."""
    to = await reviewers_of(session, invoice)
    values = {
        "reasons": [to_plain(one) for one in closing.result.reasons], "reviewer_id": to[0] if to else None,
        "handler_role": None, "only_payment_left": False,
    }  # fmt: skip
    why = " ".join(one.text for one in closing.result.reasons)
    status = await moved(session, invoice, "fail_final_check", values, now, why)
    await void_steps(
        session, concern_id=invoice.concern_id, subject_type="invoice", subject_id=invoice.id, now=now
    )
    await hand_over(session, invoice, to, now)
    return status


async def reviewers_of(session: AsyncSession, invoice: Invoice) -> list[UUID]:
    """Who reviewed last, else who was to review: an order's buyer who accepted the deviation counts."""
    query = (
        select(Decision.user_id)
        .where(
            Decision.concern_id == invoice.concern_id,
            Decision.subject_type == "invoice",
            Decision.subject_id == invoice.id,
            Decision.act.in_(("review", "accept_deviation")),
        )
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(1)
    )
    found = (await session.execute(query)).scalar()
    return [user for user in (found or invoice.reviewer_id,) if user is not None]
