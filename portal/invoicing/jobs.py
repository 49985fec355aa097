"""Jobs of the invoice pipeline; wiring gives them their parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.attest.queries.undoable import find_attest
from portal.db.context import Context
from portal.integrations.mail import Mail, Mailer
from portal.invoicing.actions.again import rerun as run_again
from portal.invoicing.actions.attested import complete
from portal.invoicing.actions.credit_request import credit_letters
from portal.invoicing.actions.holds import credit_has_come
from portal.invoicing.actions.leaving import hand_on_left_behind
from portal.invoicing.actions.leaving_letters import left_letters, step_letters
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.actions.waiting import reminders, wait_no_longer
from portal.invoicing.queries.stored import concerns, waiting_for_order, waiting_for_supplier
from portal.jobs.context import JobContext

# session, concern, what it is about, the portal's address, now → the letters to send.
Letters = Callable[[AsyncSession, UUID, UUID, str, datetime], Awaitable[Sequence[Mail]]]


@dataclass(frozen=True, slots=True)
class LetterParts:
    """How mail goes out, and the portal's own address for links."""

    mailer: Mailer
    base_url: str


async def process_delivery(parts: IntakeParts, context: JobContext, *, delivery_ids: Sequence[str]) -> None:
    """Bring what was received to rest; an error is tried again later."""
    errors = await process_deliveries(parts, [UUID(one) for one in delivery_ids], context.clock())
    for error in errors.values():
        raise error


async def rerun(parts: IntakeParts, context: JobContext, *, invoice_ids: Sequence[str]) -> None:
    """After a person's correction: on from where each invoice stands."""
    if context.concern_id is not None:
        ids = [UUID(one) for one in invoice_ids]
        await run_again(context.database, context.concern_id, ids, context.clock(), at=parts.at)


async def receipt_made(parts: IntakeParts, context: JobContext, *, order_id: str) -> None:
    """Goods have come: match the order's invoices again at once (A5.06)."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        ids = await waiting_for_order(session, context.concern_id, UUID(order_id))
    await run_again(context.database, context.concern_id, ids, context.clock(), at=parts.at)


async def complete_attest(context: JobContext, *, decision_id: str) -> None:
    """The time to undo an attest is over: the invoice becomes Klar, once, unless it has been undone."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        one = await find_attest(session, context.concern_id, UUID(decision_id))
        if one is not None and not one.attested.void:
            await complete(session, context.concern_id, one, context.clock())


async def credit_note_came(parts: IntakeParts, context: JobContext, *, invoice_id: str) -> None:
    """A credit note has come: what waited for it alone goes on (A9.13)."""
    if context.concern_id is None:
        return
    now = context.clock()
    async with context.session() as session:
        ids = await credit_has_come(session, context.concern_id, UUID(invoice_id), now)
    await run_again(context.database, context.concern_id, ids, now, at=parts.at)


async def supplier_changed(parts: IntakeParts, context: JobContext, *, supplier_id: str) -> None:
    """An account holds, or something is agreed: what waits for the supplier is run again."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        ids = await waiting_for_supplier(session, context.concern_id, UUID(supplier_id))
    await run_again(context.database, context.concern_id, ids, context.clock(), at=parts.at)


async def waiting_days(context: JobContext) -> None:
    """As of the job's clock, in every concern: reminders, and waits that have ended."""
    async with context.database.session(Context.for_system(None)) as session:
        found = await concerns(session)
    for concern_id in found:
        async with context.database.session(Context.for_system(concern_id)) as session:
            await wait_no_longer(session, concern_id, context.clock())


async def left_behind(context: JobContext) -> None:
    """In every concern: what waits for users who are not active goes to who may act."""
    async with context.database.session(Context.for_system(None)) as session:
        found = await concerns(session)
    for concern_id in found:
        async with context.database.session(Context.for_system(concern_id)) as session:
            await hand_on_left_behind(session, concern_id, context.clock())


async def mail_step_moved(
    parts: LetterParts, context: JobContext, *, step_id: str, left: str, to: str
) -> None:
    """Tell who sent it that an attest has gone on to another."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        mails = await step_letters(
            session, context.concern_id, UUID(step_id), {"left": left, "to": to}, parts.base_url,
            context.clock(),
        )  # fmt: skip
    for mail in mails:
        await parts.mailer.send(mail)


async def mail_user_left(parts: LetterParts, context: JobContext, *, user_id: str) -> None:
    """Tell the administrators what became of what waited for somebody who is not active."""
    await _mail(parts, context, left_letters, UUID(user_id))


async def mail_credit_request(parts: LetterParts, context: JobContext, *, invoice_id: str) -> None:
    """Tell the supplier that credit is asked for."""
    await _mail(parts, context, credit_letters, UUID(invoice_id))


async def remind_receipt(parts: LetterParts, context: JobContext, *, invoice_id: str) -> None:
    """Mail the buyer and the buyer's receipt delegates."""
    await _mail(parts, context, reminders, UUID(invoice_id))


async def _mail(parts: LetterParts, context: JobContext, letters: Letters, invoice_id: UUID) -> None:
    """Send the letters about an invoice; one sent twice has the same id."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        mails = await letters(session, context.concern_id, invoice_id, parts.base_url, context.clock())
    for mail in mails:
        await parts.mailer.send(mail)
