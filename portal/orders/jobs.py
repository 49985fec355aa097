"""Jobs of orders: what an attest leads to, send one out, tell the supplier of a change, tell the buyer of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import Concern
from portal.attest.queries.undoable import find_attest
from portal.audit.log import Event, record
from portal.integrations.mail import Mail, Mailer, MailNotSent, MailRefused
from portal.integrations.object_store import ObjectStore
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.orders.actions.attested import complete
from portal.orders.actions.change_approval import complete_change
from portal.orders.actions.letters import answer_letters, change_letter, contact_of, order_letter
from portal.orders.exchange import OrderToSend, order_document
from portal.orders.models import PurchaseOrder, Transmission
from portal.orders.queries.order_detail import order_lines
from portal.orders.tables import table_of
from portal.suppliers.models import Agreement, Supplier


@dataclass(frozen=True, slots=True)
class SendingParts:
    """Where documents are kept, how mail goes out, and the portal's own address for links."""

    store: ObjectStore
    mailer: Mailer
    base_url: str


async def send_order(parts: SendingParts, context: JobContext, *, order_id: str) -> None:
    """Write the order's Peppol document once, keep it, and mail the supplier a link; safe to run again.

    A mail that fails is tried again by the queue; the transmission tells each attempt.
    """
    async with context.session() as session:
        given = await _load(session, context.concern_id, UUID(order_id), stockholm_date(context.clock()))
        if given.order.document_sha256 is None:
            digest = await parts.store.put(order_document(given))
            await _keep(session, given.order, digest, context.clock())
        waiting = await _waiting_mail(session, context.concern_id, UUID(order_id))
    if waiting is not None:
        await _mail(parts, context, given, waiting)


async def complete_attest(context: JobContext, *, decision_id: str) -> None:
    """The time to undo an attest is over: what it leads to is done, once, unless it has been undone."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        one = await find_attest(session, context.concern_id, UUID(decision_id))
        if one is None or one.attested.void:
            return
        done = complete_change if one.subject_type == "order" else complete
        await done(session, context.concern_id, one, context.clock())


async def _load(session: AsyncSession, concern_id: UUID | None, order_id: UUID, day: date) -> OrderToSend:
    query = (
        select(PurchaseOrder, Supplier, Concern, Agreement.number)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(Concern, Concern.id == PurchaseOrder.concern_id)
        .outerjoin(
            Agreement, and_(Agreement.concern_id == concern_id, Agreement.id == PurchaseOrder.agreement_id)
        )
        .where(PurchaseOrder.concern_id == concern_id, PurchaseOrder.id == order_id)
    )
    order, supplier, concern, agreement = (await session.execute(query)).one()
    lines = tuple(await order_lines(session, order.concern_id, order_id))
    contact = await contact_of(session, order_id, day)
    return OrderToSend(order, lines, supplier, concern, agreement, contact)


async def _keep(session: AsyncSession, order: PurchaseOrder, digest: str, now: datetime) -> None:
    table = table_of(PurchaseOrder)
    mine = (table.c.concern_id == order.concern_id) & (table.c.id == order.id)
    await session.execute(update(table).where(mine).values(document_sha256=bytes.fromhex(digest)))
    await record(session, [Event(
        "order:document:written", "order", order.id, now, actor="system", concern_id=order.concern_id,
        organisation_id=order.organisation_id, supplier_id=order.supplier_id, data={"sha256": digest},
    )])  # fmt: skip


async def _waiting_mail(
    session: AsyncSession, concern_id: UUID | None, order_id: UUID
) -> Transmission | None:
    query = select(Transmission).where(
        Transmission.concern_id == concern_id,
        Transmission.order_id == order_id,
        Transmission.channel == "mail",
        Transmission.state == "waiting",
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _mail(parts: SendingParts, context: JobContext, given: OrderToSend, waiting: Transmission) -> None:
    now = context.clock()
    try:
        await parts.mailer.send(_message(parts, given, waiting, now))
    except MailRefused as error:
        await _tell(context, given, waiting, "failed", error=str(error), now=now)
    except MailNotSent as error:
        await _tell(context, given, waiting, "waiting", error=str(error), now=now)
        raise
    else:
        await _tell(context, given, waiting, "sent", error=None, now=now)


def _message(parts: SendingParts, given: OrderToSend, waiting: Transmission, now: datetime) -> Mail:
    written = order_letter(given.order, given.lines, given.contact, parts.base_url)
    return Mail(id=waiting.id, to=waiting.recipient, subject=written.subject, text=written.text, at=now)


async def _tell(
    context: JobContext,
    given: OrderToSend,
    waiting: Transmission,
    state: str,
    *,
    error: str | None,
    now: datetime,
) -> None:
    """One more attempt, in a transaction of its own: it is kept also when the job is tried again."""
    order = given.order
    table = table_of(Transmission)
    mine = (table.c.concern_id == order.concern_id) & (table.c.id == waiting.id)
    values = {"state": state, "attempts": table.c.attempts + 1, "error": error}
    sent = {"sent_at": now} if state == "sent" else {}
    async with context.session() as session:
        await session.execute(update(table).where(mine, table.c.state == "waiting").values(**values, **sent))
        if state != "waiting":
            await record(session, [Event(
                f"order:mail:{state}", "order", order.id, now, actor="system", concern_id=order.concern_id,
                organisation_id=order.organisation_id, supplier_id=order.supplier_id, why=error,
            )])  # fmt: skip


async def tell_supplier(parts: SendingParts, context: JobContext, *, change_id: str) -> None:
    """Mail the supplier what the buyer decided of a sent order; sent twice it has the same id."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        mail = await change_letter(
            session, context.concern_id, UUID(change_id), parts.base_url, context.clock()
        )
    await parts.mailer.send(mail)


async def mail_answer(parts: SendingParts, context: JobContext, *, order_id: str) -> None:
    """Mail the buyer, and who acts for the buyer, that the supplier has changed the order or turned it down."""
    if context.concern_id is None:
        return
    async with context.session() as session:
        mails = await answer_letters(
            session, context.concern_id, UUID(order_id), parts.base_url, context.clock()
        )
    for mail in mails:
        await parts.mailer.send(mail)
