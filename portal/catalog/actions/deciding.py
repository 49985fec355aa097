"""What persons decide of an upload: send it, confirm odd prices, publish it, let it go. Rows are mended beside this."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.audit.transition import Told, move
from portal.catalog.actions.publishing import compare_again
from portal.catalog.actions.validation import subject
from portal.catalog.queries.uploads import find_upload
from portal.catalog.status import READY, SUBMITTED, UPLOAD
from portal.catalog.values import UploadFacts
from portal.jobs.progress import request_stop
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date, stockholm_midnight
from portal.kernel.errors import Conflict, Invalid

PUBLISH = "catalog.publish"
MAIL_WAITING = "catalog.mail_waiting"
MAIL_DECIDED = "catalog.mail_decided"
_REMOVALS = "Bekräfta att de %(count)s artiklarna ska bort innan du går vidare."
_UNCONFIRMED = "Bekräfta att de %(count)s priserna stämmer innan du går vidare."
_UNCONFIRMED_ONE = "Bekräfta att priset stämmer innan du går vidare."
_REMOVALS_ONE = "Bekräfta att artikeln ska bort innan du går vidare."
_NOTHING = "Filen ändrar ingenting: alla artiklar finns redan med samma uppgifter."
_STALE = "Katalogen har ändrats sedan filen kontrollerades. Skillnaden är räknad på nytt, granska den igen."


async def submit(
    session: AsyncSession,
    upload_id: UUID,
    actor: Actor,
    *,
    confirmed: bool,
    removals: bool = False,
    now: datetime,
) -> None:
    """Send a checked upload to who approves it. Invalid when nothing would change, or odd prices or many removals are
    unconfirmed."""
    upload = await find_upload(session, upload_id, actor)
    _refuse_empty(upload)
    values = {
        "submitted_by": actor.user_id,
        "submitted_at": now,
        "confirmed_by": _confirmer(upload, actor, confirmed=confirmed, removals=removals),
    }
    await move(session, UPLOAD, subject(upload), "submit", actor, at=now, told=_told(upload), values=values)
    await enqueue(session, MAIL_WAITING, concern_id=upload.concern_id, upload_id=upload.id)


async def publish(
    session: AsyncSession,
    upload_id: UUID,
    actor: Actor,
    *,
    confirmed: bool,
    removals: bool = False,
    now: datetime,
) -> None:
    """Decide that the upload becomes the catalogue; a job carries it out, on the day the prices hold from.

    Conflict when the catalogue has moved on; Invalid as for `submit`.
    """
    upload = await find_upload(session, upload_id, actor)
    if upload.status in {READY, SUBMITTED} and upload.stale:
        await compare_again(session, upload)
        await session.commit()
        raise Conflict(_STALE)
    _refuse_empty(upload)
    values = {
        "decided_by": actor.user_id,
        "decided_at": now,
        "confirmed_by": _confirmer(upload, actor, confirmed=confirmed, removals=removals),
    }
    day = upload.valid_from if upload.valid_from and upload.valid_from > stockholm_date(now) else None
    verb = "plan" if day else "publish"
    await move(session, UPLOAD, subject(upload), verb, actor, at=now, told=_told(upload), values=values)
    await enqueue(session, PUBLISH, concern_id=upload.concern_id, lock=f"catalogue:{upload.catalogue_id}",
                  run_at=stockholm_midnight(day) if day else None, upload_id=upload.id)  # fmt: skip


async def discard(session: AsyncSession, upload_id: UUID, actor: Actor, *, now: datetime) -> None:
    """Throw away an upload that was never sent."""
    upload = await find_upload(session, upload_id, actor)
    values = {"decided_by": actor.user_id, "decided_at": now}
    await move(session, UPLOAD, subject(upload), "discard", actor, at=now, told=_told(upload), values=values)


async def drop(session: AsyncSession, upload_id: UUID, actor: Actor, *, reason: str, now: datetime) -> None:
    """Refuse an upload that was sent; the supplier reads the reason. Invalid without one."""
    reason = reason.strip()
    if not reason:
        text = "Skriv varför, så att leverantören vet vad som ska ändras."
        raise Invalid(text, fields={"reason": text})
    upload = await find_upload(session, upload_id, actor)
    values = {"decided_by": actor.user_id, "decided_at": now, "reason": reason}
    await move(session, UPLOAD, subject(upload), "drop", actor, at=now, told=Told(why=reason), values=values)
    await enqueue(session, MAIL_DECIDED, concern_id=upload.concern_id, upload_id=upload.id)


async def stop(session: AsyncSession, upload_id: UUID, actor: Actor, *, now: datetime) -> None:
    """Ask a validation that runs to stop; what was there before stays as it was."""
    upload = await find_upload(session, upload_id, actor)
    if upload.progress_id is not None:
        await request_stop(session, upload.progress_id, now=now)


def may_publish(actor: Actor) -> bool:
    """Whether the actor's the one who publishes (A2.11)."""
    return actor.has(p.SUPPLIER_ADMIN) and actor.supplier_id is None


def _confirmer(upload: UploadFacts, actor: Actor, *, confirmed: bool, removals: bool) -> UUID | None:
    """Who has vouched for prices ten times up or down: this actor now, or whoever sent the upload. Many removals are
    confirmed at every step, by whoever takes it."""
    earlier = upload.confirmed_by if upload.status == SUBMITTED else None
    unmet = []
    if upload.rows_to_confirm and not (confirmed or earlier):
        unmet.append(("confirmed", _UNCONFIRMED_ONE if upload.rows_to_confirm == 1 else _UNCONFIRMED,
                      upload.rows_to_confirm))  # fmt: skip
    if upload.many_removed and not removals:
        unmet.append(
            ("removals", _REMOVALS_ONE if upload.rows_removed == 1 else _REMOVALS, upload.rows_removed)
        )
    if unmet:
        fields = {name: message % {"count": count} for name, message, count in unmet}
        raise Invalid(unmet[0][1], count=unmet[0][2], fields=fields)
    return (actor.user_id if confirmed else earlier) if upload.rows_to_confirm else None


def _refuse_empty(upload: UploadFacts) -> None:
    if (
        upload.status in {READY, SUBMITTED}
        and not upload.rows_new + upload.rows_changed + upload.rows_removed
    ):
        raise Invalid(_NOTHING)


def _told(upload: UploadFacts) -> Told:
    names = ("rows_total", "rows_wrong", "rows_new", "rows_changed", "rows_removed", "rows_to_confirm")
    counts = {name: getattr(upload, name) for name in names}
    return Told(data={"agreement": upload.agreement_number, "filename": upload.filename, **counts})
