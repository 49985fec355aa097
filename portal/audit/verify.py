"""Prove the audit chain: an edit, a deletion, an insertion, a swap or a cut tail is found, each with its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.anchors import broken, read_anchors
from portal.audit.chain import GENESIS, link
from portal.audit.log import FIELDS, event_digest, field_digests
from portal.audit.models import AuditEvent, AuditSeal
from portal.audit.sealing import CHANGED, CUT


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: the audit row and the link it concerns, and what it is."""

    event_id: int | None
    seq: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What verify found."""

    sealed: int
    unsealed: int
    findings: tuple[Finding, ...]


async def verify(session: AsyncSession, anchor: Path, key: bytes) -> Report:
    """Walk every event and every link once, then hold the chain against the anchors. Needs the system context."""
    links = (await session.execute(select(AuditSeal).order_by(AuditSeal.seq))).scalars().all()
    sealed = {seal.event_id: seal for seal in links}
    findings = list(_check_links(links))
    seen: set[int] = set()
    uids: set[UUID] = set()
    stream = await session.stream(select(AuditEvent).order_by(AuditEvent.id))
    async for event in stream.scalars():
        seen.add(event.id)
        findings += _check_event(event, sealed.get(event.id), key)
        if event.uid in uids:
            findings.append(Finding(event.id, None, "raden är en kopia av en annan"))
        uids.add(event.uid)
    findings += (
        Finding(seal.event_id, seal.seq, "raden är borttagen") for seal in links if seal.event_id not in seen
    )
    findings += _check_anchors({seal.seq: seal.chain.hex() for seal in links}, anchor, key)
    return Report(len(links), len(seen - sealed.keys()), tuple(findings))


def _check_links(links: Iterable[AuditSeal]) -> Iterator[Finding]:
    previous, expected = GENESIS, 1
    for seal in links:
        if seal.seq != expected:
            yield Finding(None, expected, f"länk {expected} till {seal.seq - 1} saknas")
        elif seal.chain != link(previous, seal.digest):
            yield Finding(seal.event_id, seal.seq, "länken hänger inte ihop med den före")
        previous, expected = seal.chain, seal.seq + 1


def _check_event(event: AuditEvent, seal: AuditSeal | None, key: bytes) -> Iterator[Finding]:
    values: dict[str, Any] = {name: getattr(event, name) for name in FIELDS}
    computed = field_digests(values)
    seq = seal.seq if seal else None
    changed = [name for name in FIELDS if event.digests.get(name) != computed[name]]
    if changed:
        yield Finding(event.id, seq, f"fält ändrade efter att raden skrevs: {', '.join(changed)}")
    elif event_digest(event.digests, key) != event.digest:
        yield Finding(event.id, seq, "raden är inte skriven av portalen")
    if seal is not None and seal.digest != event.digest:
        yield Finding(event.id, seq, "raden är inte den som förseglades")


def _check_anchors(chain: dict[int, str], path: Path, key: bytes) -> Iterator[Finding]:
    anchors = read_anchors(path, key)
    yield from (Finding(None, seq or None, what) for seq, what in broken(anchors))
    genuine = [anchor for anchor in anchors if anchor.genuine]
    newest = max((anchor.seq for anchor in genuine), default=0)
    for seq, value in sorted({(anchor.seq, anchor.chain) for anchor in genuine}):
        if chain.get(seq) != value and (seq in chain or seq == newest):
            yield Finding(None, seq, CHANGED if seq in chain else CUT)
