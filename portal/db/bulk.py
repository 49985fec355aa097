"""Many rows in one statement: sent as one JSON value, which PostgreSQL turns into the table's own types.

COPY is refused under row-level security, and one statement per row costs a round trip or a plan each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.db.base import Base
from portal.kernel.plain import as_plain

Row = Mapping[str, Any]


def as_json(rows: Sequence[Row]) -> str:
    """The rows as json_populate_recordset reads them: bytes as \\x…, everything else by its text."""
    return _ENCODER.encode([_without_bytes(row) for row in rows]).decode()


def _without_bytes(row: Row) -> Row:
    """PostgreSQL reads bytes in hex; the encoder would write base64."""
    return {name: f"\\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}


_ENCODER = json.Encoder(enc_hook=as_plain)


async def insert_rows(
    session: AsyncSession, model: type[Base], rows: Sequence[Row], *, on_conflict: str = ""
) -> None:
    """Insert rows that all have the same columns; `on_conflict` is the clause after ON CONFLICT, if any."""
    if not rows:
        return
    table, columns = model.__tablename__, ", ".join(rows[0])
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    statement = (
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - names of our own tables and columns
        f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json)){conflict}"
    )
    await session.execute(text(statement), {"rows": as_json(rows)})
