"""The chain over the audit rows: a sealer links committed rows in order.

Rows are written without a lock; each seal links a row's digest to the link before it. The newest link is also
written, signed with the installation's key, to an anchor file outside the database: a cut tail is found by it.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

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


def anchor_mac(key: bytes, seq: int, chain: str) -> str:
    """The signature of one anchor line."""
    return hmac.digest(key, f"{seq}:{chain}".encode(), "sha256").hex()


def write_anchor(path: Path, key: bytes, seq: int, chain: bytes) -> None:
    """Append the newest link to the anchor file, signed. The file belongs outside the database's reach."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"seq": seq, "chain": chain.hex(), "mac": anchor_mac(key, seq, chain.hex())}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read_anchors(path: Path, key: bytes) -> tuple[dict[int, str], list[int]]:
    """Anchors as seq → chain (hex), and the line numbers whose signature does not hold."""
    anchors, forged = {}, []
    if not path.exists():
        return {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            value = json.loads(line)
            seq, chain, mac = int(value["seq"]), str(value["chain"]), str(value["mac"])
        except (ValueError, KeyError, TypeError):
            forged.append(number)
            continue
        if hmac.compare_digest(mac, anchor_mac(key, seq, chain)):
            anchors[seq] = chain
        else:
            forged.append(number)
    return anchors, forged
