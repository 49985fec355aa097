"""How every action on an invoice begins and ends: found, unmoved, allowed, locked; then moved and handed over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.locks import release_lock, take_lock
from portal.audit import transition
from portal.audit.log import Event, record
from portal.audit.transition import Subject, Told
from portal.invoicing.models import Invoice, InvoiceComment, InvoiceParticipant
from portal.invoicing.queries.detail import events_of, head_of, owners_of, place_of, who_is
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.rules.standing import (
    TOO_LATE,
    TOO_LATE_KLAR,
    Place,
    Who,
    may_begin,
    refusal,
    stand,
)
from portal.invoicing.status import INVOICE, ON_HOLD
from portal.jobs.queue import enqueue
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid

SUBJECT = "invoice"
RERUN = "invoicing.rerun"
CHANGED = "Fakturan har ändrats sedan du öppnade den: %(what)s. Nu är den %(status)s. Ingenting har sparats."
HELD = "%(holder)s handlägger fakturan sedan %(since)s. Låset släpps senast %(until)s."
MEANWHILE = frozenset({ON_HOLD.refused, TOO_LATE, TOO_LATE_KLAR})
NOT_YOUR_TURN = "Fakturan ligger hos någon annan. Du kan läsa den men inte ändra."
MOST_TEXT = 2000
Refusal = Callable[[Place, Who], str | None]
"""Why the actor may not act on the invoice where it stands, or None."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the form was made from: the status, and since when (as written in the form)."""

    status: str
    since: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An invoice held by this transaction for its actor. `behalf` and `chain` when acting for its owner."""

    invoice: Invoice
    place: Place
    who: Who
    behalf: UUID | None
    behalf_login: str | None
    chain: tuple[UUID, ...]
    case_id: UUID


async def open_invoice(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    verb: str,
    *,
    seen: Seen | None,
    now: datetime,
) -> Opened:
    """The invoice, held for `verb` until the transaction ends.

    NotFound outside sight; Conflict when it moved since it was shown or somebody has it open; Forbidden with
    the rule's reason when the actor may not.
    """
    return await open_for(
        session,
        actor,
        invoice_id,
        lambda place, who: refusal(INVOICE.move(verb), place, who),
        seen=seen,
        now=now,
    )


async def open_for(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    refused: Refusal,
    *,
    seen: Seen | None,
    now: datetime,
) -> Opened:
    """`open_invoice` for an act that is no move of the machine: `refused` says who may not.

    Conflict when it is the hold that is in the way, which can be ended, or what has happened since.
    """
    rights = await rights_of(session, actor, stockholm_date(now))
    head = await head_of(session, actor, rights, invoice_id, lock=True)
    await _unmoved(session, head.invoice, seen)
    owners = await owners_of(session, head.invoice)
    place = place_of(head.invoice, (owner.id for owner in owners), internal=head.internal)
    who = who_is(actor, rights)
    if why := refused(place, who):
        raise Conflict(why) if why in MEANWHILE else Forbidden(why)
    await _lock(session, actor, invoice_id, now)
    standing = stand(place, who)
    behalf = UUID(standing.behalf) if standing.behalf else None
    login = next((owner.login for owner in owners if owner.id == behalf), None)
    chain = tuple(map(UUID, standing.chain))
    return Opened(head.invoice, place, who, behalf, login, chain, head.case_id)


async def begin(session: AsyncSession, actor: Actor, invoice_id: UUID, *, now: datetime) -> None:
    """Handlägg: take the lock of an invoice whose next step is the actor's, before anything is decided (A6.22).

    NotFound outside sight, Forbidden when it is somebody else's turn, Conflict when somebody else handles it.
    """
    rights = await rights_of(session, actor, stockholm_date(now))
    head = await head_of(session, actor, rights, invoice_id)
    owners = await owners_of(session, head.invoice)
    place = place_of(head.invoice, (owner.id for owner in owners), internal=head.internal)
    if not may_begin(place, who_is(actor, rights)):
        raise Forbidden(NOT_YOUR_TURN)
    await _lock(session, actor, invoice_id, now)


async def require_sight(session: AsyncSession, actor: Actor, invoice_id: UUID, *, now: datetime) -> None:
    """NotFound when the invoice does not exist for the actor."""
    await head_of(session, actor, await rights_of(session, actor, stockholm_date(now)), invoice_id)


async def _unmoved(session: AsyncSession, invoice: Invoice, seen: Seen | None) -> None:
    if seen is None or (invoice.status, invoice.status_since.isoformat()) == (seen.status, seen.since):
        return
    events = await events_of(session, invoice)
    last = next((event for event in reversed(events) if event.to_status), None)
    label = INVOICE.state(invoice.status).label
    what = f"{last.actor} {format_clock(last.at)}" if last else "någon annan"
    raise Conflict(CHANGED, what=what, status=label)


async def _lock(session: AsyncSession, actor: Actor, invoice_id: UUID, now: datetime) -> None:
    held = await take_lock(session, actor, SUBJECT, invoice_id, now)
    if not held.mine:
        since, until = format_clock(held.opened_at), format_clock(held.until)
        raise Conflict(HELD, holder=held.holder, since=since, until=until)


async def move(
    session: AsyncSession,
    opened: Opened,
    code: str,
    actor: Actor,
    *,
    now: datetime,
    why: str | None = None,
    values: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Make the move, with its audit row; the new status. The actor's lock is let go when it leaves.

    A hold stays through every move, and what was asked of the supplier with it.
    """
    invoice = opened.invoice
    subject = Subject(
        Invoice, invoice.concern_id, invoice.id, invoice.status, invoice.organisation_id, invoice.supplier_id
    )
    told = Told(why, opened.behalf_login, data or {})
    changed = {"status_since": now, **(values or {})}
    target = await transition.move(session, INVOICE, subject, code, actor, at=now, told=told, values=changed)
    await release_lock(session, actor, SUBJECT, invoice.id)
    await session.refresh(invoice)
    return target


async def hand_over(session: AsyncSession, invoice: Invoice, users: Collection[UUID], now: datetime) -> None:
    """Now `users` have it before them; for all others it is among the handled (A2.24)."""
    key = (InvoiceParticipant.concern_id == invoice.concern_id, InvoiceParticipant.invoice_id == invoice.id)
    done = update(InvoiceParticipant).where(*key, InvoiceParticipant.waiting)
    await session.execute(
        done.where(InvoiceParticipant.user_id.not_in(users)).values(waiting=False, since=now)
    )
    if users:
        await _participants(session, invoice, users, waiting=True, now=now)


async def took_part(session: AsyncSession, invoice: Invoice, actor: Actor, now: datetime) -> None:
    """The actor finds the invoice among the handled afterwards."""
    if actor.user_id is not None:
        await _participants(session, invoice, [actor.user_id], waiting=False, now=now)


async def _participants(
    session: AsyncSession, invoice: Invoice, users: Collection[UUID], *, waiting: bool, now: datetime
) -> None:
    rows = [
        {
            "concern_id": invoice.concern_id, "invoice_id": invoice.id, "user_id": user,
            "waiting": waiting, "since": now,
        }
        for user in dict.fromkeys(users)
    ]  # fmt: skip
    statement = insert(InvoiceParticipant).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["concern_id", "invoice_id", "user_id"], set_={"waiting": waiting, "since": now}
        )
        if waiting
        else statement.on_conflict_do_nothing()
    )


async def rerun_later(session: AsyncSession, invoice: Invoice) -> None:
    """The pipeline goes on when this has been committed, even if this process dies right after."""
    await enqueue(session, RERUN, concern_id=invoice.concern_id, invoice_ids=[invoice.id])


async def comment(session: AsyncSession, invoice: Invoice, actor: Actor, text: str, now: datetime) -> None:
    """Keep what a person wrote on the invoice."""
    row = InvoiceComment(
        concern_id=invoice.concern_id, invoice_id=invoice.id, user_id=actor.user_id, text=text, created_at=now
    )
    session.add(row)
    await session.flush()


async def tell(
    session: AsyncSession,
    opened: Opened,
    tag: str,
    actor: Actor,
    *,
    now: datetime,
    why: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """An event of the invoice that is no move."""
    invoice = opened.invoice
    event = Event(
        tag, SUBJECT, invoice.id, now, actor=actor.login, actor_id=actor.user_id, concern_id=invoice.concern_id,
        organisation_id=invoice.organisation_id, supplier_id=invoice.supplier_id,
        on_behalf_of=opened.behalf_login, why=why, data=data or {},
    )  # fmt: skip
    await record(session, [event])


def required(text: str | None, field: str, message: str) -> str:
    """The text, without blanks around it. Invalid at its field when there is none."""
    found = (text or "").strip()[:MOST_TEXT]
    if not found:
        raise Invalid(message, fields={field: message})
    return found


def reason(code: str, message: str, **params: str) -> dict[str, Any]:
    """A reason in the row's shape: why the invoice stands where a person put it."""
    return {"code": code, "message": message, "params": params, "line": None, "rule": "A9.02"}
