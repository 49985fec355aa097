"""What waits for a user who is no longer active goes to who may act, and sender and administrators are told (A2.19).

Attest goes to the nearest above who may; a review to the reviewer's delegate, else to the local administrators as
Granskare ej angiven; what waits for a buyer is shown to the administrators, who may do what the buyer may (A3.08).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.activation import deactivate_user, find_user
from portal.access.actor import system_actor
from portal.access.models import User
from portal.access.permissions import ORDER_AND_INVOICE
from portal.access.queries import holds
from portal.attest.actions.moving import MovedStep, Subject, move_steps, steps_left_behind
from portal.attest.queries.delegations import delegations_to
from portal.attest.rules.delegations import delegates_of
from portal.audit import transition
from portal.audit.log import Event, record
from portal.db.bulk import insert_rows
from portal.invoicing.models import Invoice, InvoiceParticipant
from portal.invoicing.queries import left_behind as found
from portal.invoicing.status import INVOICE, LOCAL_ADMIN, REVIEW
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date

LEFT = "user:left"
MAIL_LEFT = "invoicing.mail_user_left"
MAIL_STEP = "invoicing.mail_step_moved"
_AGAIN = "(concern_id, invoice_id, user_id) DO UPDATE SET waiting = true, since = excluded.since"
_WHY = "%(login)s är inte aktiv längre. Ange granskare."
STEP, STUCK, REVIEWER, NO_REVIEWER, DEVIATION = "step", "stuck", "reviewer", "no_reviewer", "deviation"
ORDER, BEGUN, CODE, RESPONSIBILITY = "order", "begun", "code", "responsibility"


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that had its place with somebody who left: what it is, its number or code, and who has it now.

    `to` is a login, or empty for the administrators of `organisation`.
    """

    kind: str
    number: str
    organisation: UUID
    left: str
    to: str = ""
    secret: bool = False
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """As the audit event and the letter hold it."""
        return {
            "kind": self.kind, "number": self.number, "organisation": str(self.organisation), "left": self.left,
            "to": self.to, "secret": self.secret, "why": self.why,
        }  # fmt: skip


async def leave(session: AsyncSession, login: str, *, why: str, actor: str, now: datetime) -> Sequence[Moved]:
    """Make the user inactive and hand on what waits for it, in the caller's transaction, which is in the system's
    context of its concern. What was moved, and what stays for somebody to see to."""
    user = await find_user(session, login)
    await deactivate_user(session, user, why=why, actor=actor, now=now)
    if user.concern_id is None:
        return ()
    moved = [*await hand_on(session, user.concern_id, now, user), *await _stays(session, user, now)]
    await _tell(session, user.concern_id, moved, {user.login: user}, now)
    return moved


async def hand_on_left_behind(session: AsyncSession, concern_id: UUID, now: datetime) -> None:
    """What has come to wait for users who are not active, however they became so; tells of what it moved."""
    moved = [one for one in await hand_on(session, concern_id, now) if one.kind != STUCK]
    logins = {one.left for one in moved}
    users = (await session.execute(select(User).where(User.login.in_(logins)))).scalars() if logins else ()
    await _tell(session, concern_id, moved, {user.login: user for user in users}, now)


async def hand_on(
    session: AsyncSession, concern_id: UUID, now: datetime, user: User | None = None
) -> list[Moved]:
    """Steps and invoices that wait for the user, or for anybody who is not active, go to who may act."""
    of = user.id if user else None
    steps = await steps_left_behind(session, concern_id, of)
    documents = await found.documents(session, concern_id, [step.subject_id for step in steps])
    subjects = {one.id: Subject(one.case_id, one.secret) for one in documents.values()}
    moved = [
        await _step(session, one, documents[one.step.subject_id], now)
        for one in await move_steps(session, steps, subjects, now)
    ]
    once: set[UUID] = set()  # one with several before it who have left goes on once
    for invoice in await found.invoices_left(session, concern_id, of):
        if invoice.id in once:
            await _before(session, concern_id, invoice.id, invoice.user_id, None, now)
        else:
            once.add(invoice.id)
            moved.append(await _invoice(session, concern_id, invoice, now))
    return moved


async def _step(session: AsyncSession, one: MovedStep, document: found.Document, now: datetime) -> Moved:
    """The sender is told; of an invoice the list of who has it before them follows the step."""
    step = one.step
    if one.to_id is None:
        return Moved(
            STUCK, document.number, step.organisation_id, one.left, secret=document.secret, why=one.why
        )
    if document.kind == "invoice":
        await _before(session, step.concern_id, document.id, step.approver_id, one.to_id, now)
    await enqueue(session, MAIL_STEP, concern_id=step.concern_id, step_id=step.id, left=one.left, to=one.to)
    return Moved(STEP, document.number, step.organisation_id, one.left, one.to or "", document.secret)


async def _before(
    session: AsyncSession, concern_id: UUID, invoice_id: UUID, left: UUID, to: UUID | None, now: datetime
) -> None:
    """The invoice is no longer before the one who left, and before `to` instead."""
    gone = update(InvoiceParticipant).where(
        InvoiceParticipant.concern_id == concern_id,
        InvoiceParticipant.invoice_id == invoice_id,
        InvoiceParticipant.user_id == left,
    )
    await session.execute(gone.values(waiting=False, since=now))
    if to is not None:
        row = {
            "concern_id": concern_id,
            "invoice_id": invoice_id,
            "user_id": to,
            "waiting": True,
            "since": now,
        }
        await insert_rows(session, InvoiceParticipant, [row], on_conflict=_AGAIN)


async def _invoice(session: AsyncSession, concern_id: UUID, row: Any, now: datetime) -> Moved:
    """A review goes to the delegate or becomes Granskare ej angiven; anything else to delegate or administrators."""
    delegate = await _delegate(session, row, now)
    await _before(session, concern_id, row.id, row.user_id, delegate.id if delegate else None, now)
    kind = (REVIEWER if row.status == REVIEW else DEVIATION) if delegate else (
        NO_REVIEWER if row.status == REVIEW else DEVIATION
    )  # fmt: skip
    told = transition.Told(data={"before": [row.login], "after": [delegate.login if delegate else ""]})
    if kind == NO_REVIEWER:
        subject = transition.Subject(
            Invoice, concern_id, row.id, row.status, row.organisation_id, row.supplier_id
        )
        reason = {"code": "reviewer_unknown", "message": _WHY, "params": {"login": row.login}, "line": None,
                  "rule": "A2.19/1"}  # fmt: skip
        values = {
            "status_since": now, "reviewer_id": None, "handler_role": LOCAL_ADMIN, "reasons": [reason],
        }  # fmt: skip
        system = system_actor(concern_id)
        await transition.move(
            session, INVOICE, subject, "reviewer_left", system, at=now, told=told, values=values
        )
    else:
        await _handled(session, concern_id, row, delegate, told, now)
    return Moved(
        kind, row.number, row.organisation_id, row.login, delegate.login if delegate else "", row.secret
    )


async def _handled(
    session: AsyncSession, concern_id: UUID, row: Any, delegate: Any, told: transition.Told, now: datetime
) -> None:
    """It stays in its status, before the delegate or, with none, the local administrators."""
    if delegate is None:
        values: dict[str, Any] = {"handler_role": LOCAL_ADMIN}
    else:
        values = {"reviewer_id": delegate.id} if row.status == REVIEW else {}
    if values:
        mine = update(Invoice).where(Invoice.concern_id == concern_id, Invoice.id == row.id)
        await session.execute(mine.values(**values))
    await record(session, [Event(
        "invoice:handler:move", "invoice", row.id, now, actor="system", concern_id=concern_id,
        organisation_id=row.organisation_id, supplier_id=row.supplier_id, data=told.data,
    )])  # fmt: skip


async def _delegate(session: AsyncSession, row: Any, now: datetime) -> Any:
    """The nearest active delegate of the one who left, in the function the invoice waits for; None without one."""
    day = stockholm_date(now)
    links = await delegations_to(session, "review_invoice", day)
    for user in delegates_of(str(row.user_id), "review_invoice", links, day):
        query = select(User.id, User.login).where(
            User.id == UUID(user), User.active, holds(ORDER_AND_INVOICE, day)
        )
        if (one := (await session.execute(query)).first()) is not None:
            return one
    return None


async def _stays(session: AsyncSession, user: User, now: datetime) -> Iterable[Moved]:
    """What is not moved but is from now on the administrators' to see to, or names the user in a register."""
    assert user.concern_id is not None
    day, concern = stockholm_date(now), user.concern_id
    rows = [(ORDER, row.number, row) for row in await found.orders_left(session, concern, user.id)]
    rows += [(BEGUN, row.number, row) for row in await found.begun_left(session, concern, user.id)]
    rows += [(CODE, row.code, row) for row in await found.codes_left(session, concern, user.id, day)]
    named = await found.responsibilities_left(session, concern, user.id, day)
    return [
        *(
            Moved(kind, number, row.organisation_id, user.login, secret=row.secret)
            for kind, number, row in rows
        ),
        *(Moved(RESPONSIBILITY, row.code, row.organisation_id, user.login) for row in named),
    ]


async def _tell(
    session: AsyncSession, concern_id: UUID, moved: Sequence[Moved], users: dict[str, User], now: datetime
) -> None:
    """One event per user with what became of everything; its administrators get a mail of it."""
    for login, user in users.items():
        own = [one for one in moved if one.left == login]
        if not own:
            continue
        await record(session, [Event(
            LEFT, "user", user.id, now, actor="system", concern_id=concern_id,
            organisation_id=user.organisation_id, data={"login": login, "moved": [one.plain() for one in own]},
        )])  # fmt: skip
        await enqueue(session, MAIL_LEFT, concern_id=concern_id, user_id=user.id)
