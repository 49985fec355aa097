"""What a person says of a file or of one row: answers to its questions, a row to hop over, a row to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.audit.transition import Told, move
from portal.catalog.actions.staging import Target, count_rows
from portal.catalog.actions.uploading import KIND
from portal.catalog.actions.validation import subject
from portal.catalog.models import CatalogueUpload, UploadRow
from portal.catalog.queries.rows import row_cells
from portal.catalog.queries.uploads import find_upload
from portal.catalog.rules.columns import HEADINGS
from portal.catalog.rules.questions import question
from portal.catalog.rules.reading import Answers
from portal.catalog.status import ASKING, MENDABLE, SUBMITTED, UPLOAD
from portal.catalog.values import UploadFacts
from portal.jobs.progress import begin
from portal.jobs.queue import enqueue
from portal.kernel.errors import Conflict, Invalid, NotFound

UNANSWERED = "Svara på alla frågor om filen."
_TWO = "Två kolumner kan inte vara samma sak: %(field)s."
REFUSED = "Kunden tar inte med raden: %(reason)s"


async def read_again(
    session: AsyncSession, upload_id: UUID, actor: Actor, said: Answers, *, now: datetime
) -> None:
    """Keep what the supplier has said and read the file anew with it; what was said before and not now stays.

    Invalid when a question is left open or two columns are said to be the same.
    """
    upload = await find_upload(session, upload_id, actor)
    before = Answers.of(upload.answers)
    merged = replace(
        said,
        columns={**before.columns, **said.columns}, fixed={**before.fixed, **said.fixed},
        kinds={**before.kinds, **said.kinds}, sheet=said.sheet or before.sheet,
        hidden=said.hidden or before.hidden,
    )  # fmt: skip
    _refuse_same(merged.columns)
    if upload.status == ASKING and said.kinds:
        _refuse_open(upload, merged.kinds)
    progress = await begin(session, KIND, now=now, concern_id=upload.concern_id, supplier_id=upload.supplier_id,
                           created_by=actor.user_id)  # fmt: skip
    values = {"answers": merged.plain(), "progress_id": progress, "problems": None}
    told = Told(data={"filename": upload.filename, "answers": merged.plain()})
    await move(session, UPLOAD, subject(upload), "again", actor, at=now, told=told, values=values)
    await enqueue(session, KIND, concern_id=upload.concern_id, upload_id=upload.id)


def _refuse_same(columns: Mapping[str, str]) -> None:
    fields = [name for name in columns.values() if name]
    twice = next((name for name in fields if fields.count(name) > 1), None)
    if twice is not None:
        raise Invalid(_TWO, field=HEADINGS[twice][0] if twice in HEADINGS else twice)


def _refuse_open(upload: UploadFacts, kinds: Mapping[str, str]) -> None:
    for asked in upload.reading.get("questions", ()):
        codes = {code for code, _ in question(asked["kind"])[1]}
        if kinds.get(asked["kind"]) not in codes:
            raise Invalid(UNANSWERED, fields={asked["kind"]: UNANSWERED})


async def hop_over(
    session: AsyncSession, upload_id: UUID, row_number: int, actor: Actor, *, now: datetime
) -> None:
    """Leave a wrong row out for good: it is no article. Conflict once the upload is sent."""
    upload = await find_upload(session, upload_id, actor)
    if upload.status not in MENDABLE:
        raise Conflict("Filen är redan skickad. Ladda upp en ny fil om något ska ändras.")
    row = await row_cells(session, upload, row_number)
    if row is None or row.errors is None:
        raise NotFound("Raden finns inte.")
    await session.execute(delete(UploadRow).where(*_mine(upload, row_number)))
    await _count(session, upload)
    await record(session, [_of_row("upload:row:skip", upload, row_number, actor, now, None)])


async def refuse_row(
    session: AsyncSession, upload_id: UUID, row_number: int, actor: Actor, *, reason: str, now: datetime
) -> None:
    """Take one row out of what was sent; the article stays as it is and the supplier reads the reason.

    Invalid without a reason, Conflict when the upload does not wait for approval.
    """
    reason = " ".join(reason.split())
    if not reason:
        text = "Skriv varför, så att leverantören vet vad som ska ändras."
        raise Invalid(text, fields={"reason": text})
    upload = await find_upload(session, upload_id, actor)
    if upload.status != SUBMITTED:
        raise Conflict("Filen väntar inte på godkännande.")
    row = await row_cells(session, upload, row_number)
    if row is None or row.change is None:
        raise NotFound("Raden finns inte.")
    error = {"column": "", "value": row.item_no or "", "message": REFUSED, "message_params": {"reason": reason},
             "mend": "Ändra raden och ladda upp filen igen.", "mend_params": {}}  # fmt: skip
    values = {"errors": [error], "change": None, "old_price": None}
    await session.execute(update(UploadRow).where(*_mine(upload, row_number)).values(values))
    await _count(session, upload)
    await record(session, [_of_row("upload:row:refuse", upload, row_number, actor, now, reason)])


def _mine(upload: UploadFacts, row_number: int) -> tuple[ColumnElement[bool], ...]:
    return (UploadRow.concern_id == upload.concern_id, UploadRow.upload_id == upload.id,
            UploadRow.row_number == row_number)  # fmt: skip


async def _count(session: AsyncSession, upload: UploadFacts) -> None:
    counts = await count_rows(session, Target(upload.concern_id, upload.id, upload.catalogue_id))
    mine = (CatalogueUpload.concern_id == upload.concern_id) & (CatalogueUpload.id == upload.id)
    await session.execute(update(CatalogueUpload).where(mine).values(counts))


def _of_row(
    tag: str, upload: UploadFacts, row_number: int, actor: Actor, now: datetime, why: str | None
) -> Event:
    return Event(
        tag, "upload", upload.id, now, actor=actor.login, actor_id=actor.user_id, concern_id=upload.concern_id,
        supplier_id=upload.supplier_id, organisation_id=upload.agreement_organisation_id, why=why,
        data={"row": row_number},
    )  # fmt: skip
