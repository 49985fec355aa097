"""Seal what has been written and anchor the newest link outside the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.anchors import Anchor, broken, read_anchors, write_anchor
from portal.audit.chain import head, link_at, seal
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.errors import PortalError

BROKEN = "Behandlingshistoriken är bruten vid länk %(seq)s: %(what)s. Inget mer förseglas. Kör portal audit verify."
CUT, CHANGED = "kedjan är kapad", "länken är inte den som förankrades"


class BrokenChain(PortalError):
    """The chain in the database is not the one that was anchored: sealing on would hide where it broke."""

    status = 500
    code = "broken_chain"


def anchor_path(data_dir: Path) -> Path:
    """Where the anchors of this installation are written; copy it elsewhere, write-once if you can."""
    return data_dir / "audit" / "anchors.jsonl"


async def seal_all(database: Database, data_dir: Path, now: datetime) -> int:
    """Seal until nothing is left; the number sealed. One anchor line for each batch. BrokenChain when the last
    anchor does not hold."""
    total = 0
    while sealed := await _seal_batch(database, anchor_path(data_dir), now):
        total += sealed
    return total


async def _seal_batch(database: Database, path: Path, now: datetime) -> int:
    async with database.session(Context.for_system(None)) as session:
        last = await check_last_anchor(session, read_anchors(path, database.audit_key))
        sealed = await seal(session, now)
        seq, chain = await head(session)
    if seq > last:
        write_anchor(path, database.audit_key, seq, chain, after=last)
    return sealed


async def check_last_anchor(session: AsyncSession, anchors: list[Anchor]) -> int:
    """The number of the last anchor (0: none yet). BrokenChain when the lines or the link it names do not hold."""
    for seq, what in broken(anchors):
        raise BrokenChain(BROKEN, seq=seq, what=what)
    if not anchors:
        return 0
    last = anchors[-1]
    value = await link_at(session, last.seq)
    if value is None or value.hex() != last.chain:
        raise BrokenChain(BROKEN, seq=last.seq, what=CUT if value is None else CHANGED)
    return last.seq
