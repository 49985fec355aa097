"""Seal what has been written and anchor the newest link outside the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from portal.audit.chain import head, seal, write_anchor
from portal.db.context import Context
from portal.db.session import Database


def anchor_path(data_dir: Path) -> Path:
    """Where the anchors of this installation are written; copy it elsewhere, write-once if you can."""
    return data_dir / "audit" / "anchors.jsonl"


async def seal_all(database: Database, data_dir: Path, now: datetime) -> int:
    """Seal until nothing is left; the number sealed. One anchor line for each batch."""
    total = 0
    while sealed := await _seal_batch(database, data_dir, now):
        total += sealed
    return total


async def _seal_batch(database: Database, data_dir: Path, now: datetime) -> int:
    async with database.session(Context.for_system(None)) as session:
        sealed = await seal(session, now)
        seq, chain = await head(session)
    if sealed:
        write_anchor(anchor_path(data_dir), database.audit_key, seq, chain)
    return sealed
