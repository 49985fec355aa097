"""Mend one row of an upload in the page: only that row is judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.catalog.actions.staging import CHANGE, VALUES, Target, count_rows, plain_error
from portal.catalog.models import CatalogueUpload, UploadRow
from portal.catalog.queries.rows import row_cells
from portal.catalog.rules.columns import HEADINGS, OPTIONAL, REQUIRED, Columns
from portal.catalog.rules.reading import Answers
from portal.catalog.rules.rows import ArticleRow, RowError, RowReader
from portal.catalog.status import MENDABLE
from portal.catalog.values import UploadFacts
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.text import Message

_REPEATED = text("""
SELECT row_number FROM upload_row WHERE concern_id = :concern AND upload_id = :upload AND row_number <> :row
  AND upper(item_no) = upper(:item_no) ORDER BY row_number LIMIT 1
""")
_COMPARED = text(f"""
UPDATE upload_row u SET change = {CHANGE}, old_price = a.price
FROM upload_row s LEFT JOIN article a ON a.concern_id = :concern AND a.catalogue_id = :catalogue
  AND a.item_no = s.item_no AND a.removed_at IS NULL
WHERE s.concern_id = :concern AND s.upload_id = :upload AND s.row_number = :row
  AND u.concern_id = s.concern_id AND u.upload_id = s.upload_id AND u.row_number = s.row_number
""")  # noqa: S608 - our own constants


def editable_fields(upload: UploadFacts) -> Sequence[tuple[str, str]]:
    """(field, heading as written in the file) of the columns the file has, in the template's order."""
    return [(field, upload.columns[field][1]) for field in (*REQUIRED, *OPTIONAL) if field in upload.columns]


async def mend(
    session: AsyncSession,
    upload: UploadFacts,
    row_number: int,
    texts: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> Sequence[RowError]:
    """Judge the row with these texts (field → as written); what is still wrong, or nothing. The texts are kept.

    Conflict when the upload can no longer be changed, NotFound when it has no such row.
    """
    if upload.status not in MENDABLE:
        raise Conflict("Filen är redan skickad. Ladda upp en ny fil om något ska ändras.")
    row = await row_cells(session, upload, row_number)
    if row is None:
        raise NotFound("Raden finns inte.")
    fields = [
        *(field for field, _ in editable_fields(upload)),
        *(name for name in upload.columns if name not in HEADINGS),
    ]
    cells = {field: texts.get(field, (row.cells or {}).get(field, "")).strip() for field in fields}
    found = await _judge(session, upload, row_number, fields, cells, stockholm_date(now))
    await _keep(session, upload, row_number, found, cells)
    await _count(session, upload)
    errors = [] if isinstance(found, ArticleRow) else list(found)
    await record(session, [_mended(upload, row_number, actor, now, errors)])
    return errors


async def _judge(
    session: AsyncSession,
    upload: UploadFacts,
    row_number: int,
    fields: Sequence[str],
    cells: Mapping[str, str],
    today: date,
) -> ArticleRow | Sequence[RowError]:
    answers = Answers.of(upload.answers)
    columns = Columns(
        {field: (place, upload.columns[field][1]) for place, field in enumerate(fields)}, fixed=answers.fixed,
        per=upload.reading.get("per"),
    )  # fmt: skip
    found = RowReader(columns, answers.kinds, today).read([cells[field] for field in fields], row_number)
    errors = [] if isinstance(found, ArticleRow) else list(found or ())
    given = {
        "concern": upload.concern_id,
        "upload": upload.id,
        "row": row_number,
        "item_no": cells["item_no"],
    }
    earlier = (await session.execute(_REPEATED, given)).scalar()
    if earlier is not None and cells["item_no"]:
        message = Message("%(item_no)s finns redan på rad %(row)s.", item_no=cells["item_no"], row=earlier)
        errors.append(
            RowError(
                row_number,
                columns.heading("item_no"),
                cells["item_no"],
                message,
                Message("Ta bort en av raderna."),
            )
        )
    return errors if errors or not isinstance(found, ArticleRow) else found


async def _keep(
    session: AsyncSession,
    upload: UploadFacts,
    row_number: int,
    found: ArticleRow | Sequence[RowError],
    cells: Mapping[str, str],
) -> None:
    mine = (
        (UploadRow.concern_id == upload.concern_id)
        & (UploadRow.upload_id == upload.id)
        & (UploadRow.row_number == row_number)
    )
    if isinstance(found, ArticleRow):
        values = {**found._asdict(), "errors": None, "cells": None}
        await session.execute(update(UploadRow).where(mine).values(values))
        target = Target(upload.concern_id, upload.id, upload.catalogue_id)
        await session.execute(_COMPARED, target.params() | {"row": row_number})
        return
    blank = dict.fromkeys(VALUES) | {"item_no": cells["item_no"] or None, "change": None, "old_price": None}
    errors = [plain_error(error) for error in found]
    await session.execute(update(UploadRow).where(mine).values(**blank, errors=errors, cells=dict(cells)))


async def _count(session: AsyncSession, upload: UploadFacts) -> None:
    counts = await count_rows(session, Target(upload.concern_id, upload.id, upload.catalogue_id))
    mine = (CatalogueUpload.concern_id == upload.concern_id) & (CatalogueUpload.id == upload.id)
    await session.execute(update(CatalogueUpload).where(mine).values(counts))


def _mended(
    upload: UploadFacts, row_number: int, actor: Actor, now: datetime, errors: Sequence[RowError]
) -> Event:
    return Event(
        "upload:row:mend", "upload", upload.id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=upload.concern_id, supplier_id=upload.supplier_id,
        organisation_id=upload.agreement_organisation_id, data={"row": row_number, "errors": len(errors)},
    )  # fmt: skip
