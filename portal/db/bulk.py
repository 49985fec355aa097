"""Many rows in one statement: sent as one JSON value, which PostgreSQL turns into the table's own types.

COPY is refused under row-level security, and one statement per row costs a round trip or a plan each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import json
from sqlalchemy import LargeBinary, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.db.base import Base
from portal.kernel.plain import as_plain

Row = Mapping[str, Any]


def as_json(rows: Sequence[Row], model: type[Base] | None = None) -> str:
    """The rows as json_populate_recordset reads them. `model`: whose columns tell which values are bytes."""
    for name in _bytes_of(model) if model else ():
        rows = [_in_hex(row, name) for row in rows]
    return _ENCODER.encode(rows).decode()


_ENCODER = json.Encoder(enc_hook=as_plain)


@cache
def _bytes_of(model: type[Base]) -> tuple[str, ...]:
    return tuple(c.name for c in model.__table__.columns if isinstance(c.type, LargeBinary))


def _in_hex(row: Row, name: str) -> Row:
    """PostgreSQL reads bytes in hex; the encoder would write base64."""
    value: bytes | None = row.get(name)
    return row if value is None else {**row, name: f"\\x{value.hex()}"}


async def insert_rows(
    session: AsyncSession, model: type[Base], rows: Sequence[Row], *, on_conflict: str = ""
) -> None:
    """Insert rows that all have the same columns; `on_conflict` is the clause after ON CONFLICT, if any."""
    if not rows:
        return
    statement = _insert(model.__tablename__, ", ".join(rows[0]), on_conflict)
    await session.execute(statement, {"rows": as_json(rows, model)})


@cache
def _insert(table: str, columns: str, on_conflict: str) -> TextClause:
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    return text(
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - names of our own tables and columns
        f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json)){conflict}"
    )
