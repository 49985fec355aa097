"""Coding rows of a requisition line, as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import DIMENSIONS, CodeString
from portal.kernel.identifiers import uuid7
from portal.orders.models import RequisitionCoding
from portal.orders.tables import table_of
from portal.orders.values import CodingShare


def coding_row(
    concern_id: UUID, line_id: UUID, code: CodeString, share: Decimal, source: str | None
) -> dict[str, Any]:
    """A coding row of a line. Konto and ansvar may still be unknown: empty until the person has chosen."""
    codes = {name: code.get(name) for name in DIMENSIONS}
    known = {"account": codes["account"] or "", "responsibility": codes["responsibility"] or ""}
    return {
        "concern_id": concern_id, "id": uuid7(), "line_id": line_id, **codes, **known, "share": share,
        "source": source,
    }  # fmt: skip


async def change_coding(session: AsyncSession, concern_id: UUID, old: CodingShare, row: CodingShare) -> None:
    """Write a coding row anew: its codes, share and source."""
    await update_codings(session, concern_id, [coding_values(old, row)])


def coding_values(old: CodingShare, row: CodingShare) -> dict[str, Any]:
    """What update_codings writes; the source stays as long as the konto does."""
    codes = {f"new_{name}": row.code.get(name) for name in DIMENSIONS}
    known = {f"new_{name}": row.code.get(name) or "" for name in ("account", "responsibility")}
    source = old.source if old.code.account == row.code.account else None
    return {**codes, **known, "new_share": row.share, "new_source": source, "row": row.id}


async def update_codings(session: AsyncSession, concern_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """All rows in one round trip."""
    if not rows:
        return
    table = table_of(RequisitionCoding)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*DIMENSIONS, "share", "source")}
    mine = (table.c.concern_id == concern_id) & (table.c.id == bindparam("row"))
    connection = await session.connection()
    await connection.execute(update(table).where(mine).values(**values), list(rows))
