"""The chain over the audit rows: a sealer links committed rows in order.

Rows are written without a lock; each seal links a row's digest to the link before it. The newest link is also
written outside the database (portal.audit.anchors): a cut tail is found by it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.models import AuditEvent, AuditSeal

GENESIS = sha256(b"portal audit chain").digest()
# Only one sealer at a time; the number only has to be ours.
SEALER_LOCK = 73_500_998
BATCH = 5_000


def link(previous: bytes, digest: bytes) -> bytes:
    """The chain's value after one more digest."""
    return sha256(previous + digest).digest()


async def head(session: AsyncSession) -> tuple[int, bytes]:
    """The newest link: its number and value; (0, GENESIS) for an empty chain."""
    newest = select(AuditSeal.seq, AuditSeal.chain).order_by(AuditSeal.seq.desc()).limit(1)
    found = (await session.execute(newest)).first()
    return (found.seq, found.chain) if found else (0, GENESIS)


async def link_at(session: AsyncSession, seq: int) -> bytes | None:
    """The value of one link; GENESIS before the first, None when there is none of that number."""
    if seq == 0:
        return GENESIS
    return (await session.execute(select(AuditSeal.chain).where(AuditSeal.seq == seq))).scalar()


async def seal(session: AsyncSession, now: datetime) -> int:
    """Chain committed rows that are not sealed yet, at most BATCH; the number sealed. Needs the system context."""
    if not (await session.execute(text(f"SELECT pg_try_advisory_xact_lock({SEALER_LOCK})"))).scalar():
        return 0
    seq, chain = await head(session)
    sealed = select(AuditSeal.event_id).where(AuditSeal.event_id == AuditEvent.id).exists()
    waiting = select(AuditEvent.id, AuditEvent.digest).where(~sealed).order_by(AuditEvent.id).limit(BATCH)
    links = []
    for event_id, digest in (await session.execute(waiting)).all():
        seq, chain = seq + 1, link(chain, digest)
        links.append({"seq": seq, "event_id": event_id, "digest": digest, "chain": chain, "sealed_at": now})
    if links:
        await session.execute(insert(AuditSeal), links)
    return len(links)
