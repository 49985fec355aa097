"""The rows of an upload as its pages show them: wrong cells, and the difference, in pages by key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.models import UploadRow
from portal.catalog.rules.diff import CONFIRM_ABOVE, CONFIRM_BELOW
from portal.catalog.rules.rows import ArticleRow
from portal.catalog.values import DifferenceRow, UploadFacts, WrongCell

PAGE = 50
TABS = ("changed", "new", "removed", "unchanged", "confirm")

_CONFIRM = "r.change = 'changed' AND (r.price >= :above * r.old_price OR r.price <= :below * r.old_price)"
# While the upload waits, the catalogue still has the article as it was.
_CHANGED = ", ".join(
    f"CASE WHEN a.{name} IS DISTINCT FROM r.{name} THEN '{name}' END"
    for name in ArticleRow._fields if name not in {"item_no", "price"}
)  # fmt: skip
_UPLOADED = """
SELECT r.row_number AS position, r.item_no, r.name, r.unit, r.old_price, r.price, r.vat_rate, r.unspsc,
  CASE WHEN a.id IS NULL THEN CAST('{{}}' AS text[]) ELSE array_remove(ARRAY[{changed}], NULL) END AS changed
FROM upload_row r LEFT JOIN article a ON r.change = 'changed' AND a.concern_id = :concern
  AND a.catalogue_id = :catalogue AND a.item_no = r.item_no AND a.removed_at IS NULL
WHERE r.concern_id = :concern AND r.upload_id = :upload AND {what} AND r.row_number > :after
ORDER BY r.row_number LIMIT :limit
"""
_REMOVED = text("""
SELECT row_number() OVER (ORDER BY a.item_no) + :after AS position, a.item_no, a.name, a.unit, a.price AS old_price,
  NULL AS price
FROM (
  SELECT item_no FROM article WHERE concern_id = :concern AND catalogue_id = :catalogue AND removed_at IS NULL
  EXCEPT SELECT item_no FROM upload_row WHERE concern_id = :concern AND upload_id = :upload
) gone
JOIN article a ON a.concern_id = :concern AND a.catalogue_id = :catalogue AND a.item_no = gone.item_no
WHERE a.item_no > :after_item
ORDER BY a.item_no LIMIT :limit
""")


async def wrong_cells(
    session: AsyncSession, upload: UploadFacts, *, after: int = 0, limit: int | None = PAGE
) -> Sequence[WrongCell]:
    """Wrong cells of the rows after row `after`, row by row; `limit` counts rows."""
    statement = (
        select(UploadRow.row_number, UploadRow.errors)
        .where(UploadRow.concern_id == upload.concern_id, UploadRow.upload_id == upload.id)
        .where(UploadRow.errors.is_not(None), UploadRow.row_number > after)
        .order_by(UploadRow.row_number)
        .limit(limit)
    )
    rows = await session.execute(statement)
    return [WrongCell(number, **error) for number, errors in rows for error in errors]


async def row_cells(session: AsyncSession, upload: UploadFacts, row_number: int) -> UploadRow | None:
    """One row as staged."""
    return await session.get(UploadRow, (upload.concern_id, upload.id, row_number))


async def difference_page(
    session: AsyncSession, upload: UploadFacts, tab: str, after: str, limit: int = PAGE
) -> Sequence[DifferenceRow]:
    """One page of a tab after the key `after`: a row number, or for removed articles an item number."""
    given: dict[str, Any] = {"concern": upload.concern_id, "upload": upload.id, "limit": limit}
    if tab == "removed":
        given |= {"catalogue": upload.catalogue_id, "after": 0, "after_item": after}
        rows = await session.execute(_REMOVED, given)
    else:
        what = _CONFIRM if tab == "confirm" else "r.change = :change"
        limits = {"above": CONFIRM_ABOVE, "below": CONFIRM_BELOW} if tab == "confirm" else {"change": tab}
        number = int(after) if after.isascii() and after.isdigit() else 0
        given |= limits | {"after": number, "catalogue": upload.catalogue_id}
        rows = await session.execute(text(_UPLOADED.format(what=what, changed=_CHANGED)), given)
        return [DifferenceRow(**{**row._mapping, "changed": tuple(row.changed)}) for row in rows]
    return [DifferenceRow(*row) for row in rows]


async def error_texts(
    session: AsyncSession, upload: UploadFacts
) -> AsyncIterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """(row number, its errors) of every wrong row, streamed in order."""
    statement = (
        select(UploadRow.row_number, UploadRow.errors)
        .where(UploadRow.concern_id == upload.concern_id, UploadRow.upload_id == upload.id)
        .where(UploadRow.errors.is_not(None))
        .order_by(UploadRow.row_number)
    )
    async for number, errors in await session.stream(statement):
        yield number, errors
