"""Beslutsattest of an invoice (A5.09): step by step, then the final check and Klar; or back to the reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.locks import release_lock
from portal.attest.actions.steps import AT_ONCE, approve_step, return_steps
from portal.attest.models import ApprovalStep
from portal.attest.queries.steps import steps_of
from portal.invoicing.actions.finishing import asked_again, finish, reviewers_of
from portal.invoicing.actions.opening import (
    SUBJECT,
    Opened,
    Seen,
    comment,
    hand_over,
    move,
    open_invoice,
    reason,
    required,
    took_part,
)
from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import MISSING, events_of
from portal.jobs.queue import enqueue
from portal.kernel.errors import Conflict, NotFound

WHY_RETURNED = "Skriv till granskaren varför du returnerar fakturan."
COMPLETE_JOB = "invoicing.complete_attest"
NO_REVIEWER = "Ingen har granskat fakturan. Välj i stället Inte min faktura."


@dataclass(frozen=True, slots=True)
class Approved:
    """What an attest led to. `status` is where the invoice stands now."""

    invoice_id: UUID
    all_approved: bool
    status: str


async def approve(
    session: AsyncSession,
    actor: Actor,
    step_id: UUID,
    *,
    shown: bytes,
    note: str | None = None,
    seen: Seen | None = None,
    undo: timedelta = AT_ONCE,
    now: datetime,
) -> Approved:
    """Attestera one step as its owner or delegate; the last one leads through the final check to Klar.

    NotFound outside sight, Forbidden when the step is another's or duties are not separate, Conflict when
    somebody was first. `undo`: how long it can be undone; Klar comes when that is over (attested.complete).
    """
    invoice_id = await _invoice_of(session, actor, step_id)
    opened = await open_invoice(session, actor, invoice_id, "approve", seen=seen, now=now)
    outcome = await approve_step(
        session, actor, step_id, case_id=opened.case_id, shown=shown, note=note, now=now, undo=undo
    )
    text = (note or "").strip()
    if text:
        await comment(session, opened.invoice, actor, text, now)
    if not outcome.all_approved:
        status = await _part(session, opened, actor, now)
    else:
        status = await _close(session, opened, actor, now, undo=undo, decision_id=outcome.decision_id)
    await took_part(session, opened.invoice, actor, now)
    return Approved(invoice_id, outcome.all_approved, status)


async def _invoice_of(session: AsyncSession, actor: Actor, step_id: UUID) -> UUID:
    query = select(ApprovalStep.subject_id).where(
        ApprovalStep.concern_id == actor.concern_id,
        ApprovalStep.id == step_id,
        ApprovalStep.subject_type == "invoice",
    )
    found = (await session.execute(query)).scalar()
    if found is None:
        raise NotFound(MISSING)
    return found


async def _part(session: AsyncSession, opened: Opened, actor: Actor, now: datetime) -> str:
    """Others have their part left: the invoice waits for them alone."""
    status = await move(session, opened, "approve_part", actor, now=now)
    await hand_over(session, opened.invoice, await left_to_attest(session, opened.invoice), now)
    return status


async def left_to_attest(session: AsyncSession, invoice: Invoice) -> Sequence[UUID]:
    """Those whose part of the attest is not given."""
    steps = await steps_of(session, invoice.concern_id, "invoice", invoice.id)
    return [step.approver_id for step in steps if step.state == "waiting"]


async def _close(
    session: AsyncSession,
    opened: Opened,
    actor: Actor,
    now: datetime,
    *,
    undo: timedelta,
    decision_id: UUID,
) -> str:
    """What stops it is told at once, whether or not it could be undone."""
    closing = await asked_again(session, opened.invoice, await accepted_of(session, opened.invoice), now)
    if closing is None:
        await release_lock(session, actor, SUBJECT, opened.invoice.id)
        return opened.invoice.status
    if not undo:
        return await finish(session, opened, closing, "approve", actor, now=now)
    status = await move(session, opened, "attest", actor, now=now)
    await hand_over(session, opened.invoice, (), now)
    concern = opened.invoice.concern_id
    await enqueue(session, COMPLETE_JOB, concern_id=concern, run_in=undo, decision_id=decision_id)
    return status


async def accepted_of(session: AsyncSession, invoice: Invoice) -> tuple[str, ...]:
    """Reason codes that were accepted with the latest accepted deviation."""
    events = await events_of(session, invoice)
    found = [e.data.get("accepted", ()) for e in events if e.tag == "invoice:status:accept_deviation"]
    return tuple(found[-1]) if found else ()


async def return_to_reviewer(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Returnera till granskare (A9.02): with why; every attest given becomes void. The new status."""
    text = required(note, "note", WHY_RETURNED)
    opened = await open_invoice(session, actor, invoice_id, "return_to_reviewer", seen=seen, now=now)
    to = await reviewers_of(session, opened.invoice)
    if not to:
        raise Conflict(NO_REVIEWER)
    await return_steps(session, actor, subject_type="invoice", subject_id=invoice_id, note=text, now=now)
    why = reason("returned", "%(who)s har returnerat fakturan: %(note)s", who=actor.name, note=text)
    values = {"reviewer_id": to[0], "reasons": [why]}
    status = await move(session, opened, "return_to_reviewer", actor, now=now, why=text, values=values)
    await hand_over(session, opened.invoice, to, now)
    await took_part(session, opened.invoice, actor, now)
    await comment(session, opened.invoice, actor, text, now)
    return status
