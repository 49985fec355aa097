"""Rows of a file → upload_row: validated, copied and compared with today's catalogue in chunks.

PostgreSQL refuses COPY into a table with row-level security, so the rows go by way of a temporary table.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.rules.cells import cell_text
from portal.catalog.rules.columns import Columns
from portal.catalog.rules.diff import CONFIRM_ABOVE, CONFIRM_BELOW
from portal.catalog.rules.rows import ArticleRow, RowError, RowReader
from portal.formats.table import Row
from portal.kernel.item_numbers import item_number

CHUNK = 4_000
VALUES = ArticleRow._fields
_COPIED = ("row_number", *VALUES, "errors", "cells")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_STAGING = """
CREATE TEMPORARY TABLE staged_row (
  row_number integer, item_no text, name text, unit text, price numeric(18, 4), vat_rate numeric(5, 2), unspsc text,
  description text, gtin text, manufacturer text, min_quantity numeric(18, 4), lead_time_days integer,
  errors jsonb, cells jsonb
) ON COMMIT DROP
"""
_COPY = f"COPY staged_row ({', '.join(_COPIED)}) FROM STDIN"

_SAME = " AND ".join(f"a.{name} IS NOT DISTINCT FROM s.{name}" for name in VALUES if name != "item_no")
CHANGE = (
    f"CASE WHEN s.errors IS NOT NULL THEN NULL WHEN a.id IS NULL THEN 'new' WHEN {_SAME} THEN 'unchanged'"
    " ELSE 'changed' END"
)
_NAMES = ", ".join(VALUES)
# One look into the catalogue's index per row, whatever the planner believes of tables that have just been filled.
_COMPARE = text(f"""
INSERT INTO upload_row (concern_id, upload_id, row_number, {_NAMES}, change, old_price, errors, cells)
SELECT :concern, :upload, s.row_number, {", ".join(f"s.{name}" for name in VALUES)}, {CHANGE},
       CASE WHEN s.errors IS NULL THEN a.price END, s.errors, s.cells
FROM staged_row s
LEFT JOIN LATERAL (
  SELECT a.id, {", ".join(f"a.{name}" for name in VALUES)} FROM article a
  WHERE a.concern_id = :concern AND a.catalogue_id = :catalogue AND a.item_no = s.item_no AND a.removed_at IS NULL
  LIMIT 1
) a ON true
""")  # noqa: S608 - names of our own columns
_EMPTY = text("TRUNCATE staged_row")

# The same comparison once more, when the catalogue has moved on since.
COMPARE_AGAIN = text(f"""
UPDATE upload_row u SET change = c.change, old_price = c.price
FROM (
  SELECT s.row_number, {CHANGE} AS change, CASE WHEN s.errors IS NULL THEN a.price END AS price
  FROM upload_row s
  LEFT JOIN article a ON a.concern_id = :concern AND a.catalogue_id = :catalogue AND a.item_no = s.item_no
    AND a.removed_at IS NULL
  WHERE s.concern_id = :concern AND s.upload_id = :upload
) c
WHERE u.concern_id = :concern AND u.upload_id = :upload AND u.row_number = c.row_number
""")  # noqa: S608 - names of our own columns

COUNT = text("""
SELECT count(*) AS rows_total, count(*) FILTER (WHERE errors IS NULL) AS rows_ok,
  count(*) FILTER (WHERE errors IS NOT NULL) AS rows_wrong, count(*) FILTER (WHERE change = 'new') AS rows_new,
  count(*) FILTER (WHERE change = 'changed') AS rows_changed,
  count(*) FILTER (WHERE change = 'unchanged') AS rows_unchanged,
  count(*) FILTER (WHERE change = 'changed' AND (price >= :above * old_price OR price <= :below * old_price))
    AS rows_to_confirm,
  (SELECT count(*) FROM (
     SELECT item_no FROM article WHERE concern_id = :concern AND catalogue_id = :catalogue AND removed_at IS NULL
     EXCEPT SELECT item_no FROM upload_row WHERE concern_id = :concern AND upload_id = :upload) gone) AS rows_removed
FROM upload_row WHERE concern_id = :concern AND upload_id = :upload
""")


@dataclass(frozen=True, slots=True)
class Target:
    """Which upload of which catalogue rows are staged for."""

    concern_id: UUID
    upload_id: UUID
    catalogue_id: UUID

    def params(self) -> dict[str, Any]:
        """The statements' parameters."""
        return {"concern": self.concern_id, "upload": self.upload_id, "catalogue": self.catalogue_id}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows have been judged so far."""

    good: int
    wrong: int


async def stage(
    session: AsyncSession,
    target: Target,
    rows: Iterator[Row],
    columns: Columns,
    reader: RowReader | None = None,
) -> AsyncIterator[Tally]:
    """Validate, copy and compare the rows, telling how far it has come after each chunk.

    One chunk is validated in a thread while the database is busy with the one before it. Raises what reading
    the file raises; the caller's transaction decides whether anything stays.
    """
    await session.execute(text(_STAGING))
    raw = await (await session.connection()).get_raw_connection()
    connection = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
    reader, good, wrong = reader or RowReader(columns), 0, 0
    pending = asyncio.create_task(asyncio.to_thread(_chunk, rows, reader, columns))
    while True:
        lines, bad, count = await pending
        if not count:
            break
        pending = asyncio.create_task(asyncio.to_thread(_chunk, rows, reader, columns))
        async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            await copy.write(lines)
        await session.execute(_COMPARE, target.params())
        await session.execute(_EMPTY)
        good, wrong = good + count - bad, wrong + bad
        yield Tally(good, wrong)


async def count_rows(session: AsyncSession, target: Target) -> dict[str, int]:
    """The upload's counters, by column name of catalogue_upload."""
    given = target.params() | {"above": CONFIRM_ABOVE, "below": CONFIRM_BELOW}
    return dict((await session.execute(COUNT, given)).one()._mapping)


def _chunk(rows: Iterator[Row], reader: RowReader, columns: Columns) -> tuple[str, int, int]:
    """The next rows as COPY text, how many of them are wrong, and how many there were."""
    lines, bad, count = [], 0, 0
    for row in islice(rows, CHUNK):
        count += 1
        found = reader.read(row.cells, row.number, row.marks)
        if found is None:
            continue
        if isinstance(found, ArticleRow):
            lines.append(_good_line(row.number, found))
        else:
            bad += 1
            lines.append(_bad_line(row, found, columns))
    return "".join(lines), bad, count


def _good_line(number: int, row: ArticleRow) -> str:
    cells = ["\\N" if value is None else _escaped(value) for value in row]
    return f"{number}\t" + "\t".join(cells) + "\t\\N\t\\N\n"


def _escaped(value: object) -> str:
    written = str(value)
    return written if written.isprintable() and "\\" not in written else written.translate(_ESCAPED)


def _bad_line(row: Row, errors: Sequence[RowError], columns: Columns) -> str:
    """A wrong row keeps its cells as written, and its number: the article it means is not taken for removed."""
    cells = {field: cell_text(row.cells[index]) for field, (index, _) in columns.places.items()}
    plain = json.dumps([plain_error(error) for error in errors], ensure_ascii=False)
    written = json.dumps(cells, ensure_ascii=False).replace("\\u0000", "")
    item_no = item_number(_shown(row, columns) or cells.get("item_no", "")).replace("\0", "")
    values = [_escaped(item_no) if item_no else "\\N", *["\\N"] * (len(VALUES) - 1)]
    parts = [str(row.number), *values, _escaped(plain.replace("\\u0000", "")), _escaped(written)]
    return "\t".join(parts) + "\n"


def _shown(row: Row, columns: Columns) -> str | None:
    """The article number as its number format shows it."""
    kind, text = (
        (row.marks or {}).get(columns.places["item_no"][0], ("", ""))
        if "item_no" in columns.places
        else ("", "")
    )
    return text if kind == "shown" else None


def plain_error(error: RowError) -> dict[str, Any]:
    """A row error as kept in upload_row.errors: msgids with params, so that it is told in the reader's language."""
    return {
        "column": error.column,
        "value": error.value,
        "message": error.message.msgid,
        "message_params": dict(error.message.params),
        "mend": error.mend.msgid,
        "mend_params": dict(error.mend.params),
    }
