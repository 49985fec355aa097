"""Write behandlingshistorik: one row per event, in the transaction of what it tells of (A10.13)."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.models import AuditEvent
from portal.db.bulk import insert_rows
from portal.kernel.identifiers import uuid7


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `tag` is subject:part:verb; `data` holds figures and names the sentence needs."""

    tag: str
    subject_type: str
    subject_id: UUID | None
    at: datetime
    actor: str
    actor_id: UUID | None = None
    concern_id: UUID | None = None
    organisation_id: UUID | None = None
    supplier_id: UUID | None = None
    on_behalf_of: str | None = None
    from_status: str | None = None
    to_status: str | None = None
    why: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


FIELDS = [
    "uid",
    "concern_id",
    "organisation_id",
    "supplier_id",
    "at",
    "tag",
    "subject_type",
    "subject_id",
    "actor_id",
    "actor",
    "on_behalf_of",
    "from_status",
    "to_status",
    "why",
    "data",
]


_WAITING = "audit_events"
_EMPTY = {name: sha256(f"{name}=".encode()).hexdigest() for name in FIELDS}
"""Half the fields of most events hold nothing."""


def row(event: Event, key: bytes) -> dict[str, Any]:
    """The event as a row with its digests, signed with the installation's key."""
    values = {name: getattr(event, name) for name in FIELDS if name != "uid"} | {"uid": uuid7()}
    values["data"] = dict(event.data)
    digests = field_digests(values)
    return values | {"digests": digests, "digest": event_digest(digests, key)}


def field_digests(values: Mapping[str, Any]) -> dict[str, str]:
    """sha256 per field, so that one field can be weeded and the others still prove themselves."""
    return {
        name: _EMPTY[name] if values[name] is None else _digest(name, _plain(values[name])) for name in FIELDS
    }


def _digest(name: str, plain: str) -> str:
    return sha256(f"{name}={plain}".encode()).hexdigest()


def event_digest(digests: Mapping[str, str], key: bytes) -> bytes:
    """What the chain links: a keyed digest over all field digests, so that no row can be forged in the database."""
    return hmac.digest(key, "".join(digests[name] for name in FIELDS).encode(), "sha256")


async def record(session: AsyncSession, events: Sequence[Event]) -> None:
    """Append events in the caller's transaction, in one statement; in a block told together, at the block's end."""
    waiting: list[Event] | None = session.info.get(_WAITING)
    if waiting is not None:
        waiting.extend(events)
    elif events:
        key: bytes = session.info["audit_key"]
        await insert_rows(session, AuditEvent, [row(event, key) for event in events])


@asynccontextmanager
async def told_together(session: AsyncSession) -> AsyncIterator[None]:
    """For the steps of one act: what they record is written in one statement, in their order, when all are done.

    A block that fails writes nothing: its transaction is to be rolled back anyway.
    """
    events: list[Event] = []
    around, session.info[_WAITING] = session.info.get(_WAITING), events
    try:
        yield
    finally:
        session.info[_WAITING] = around
    await record(session, events)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return str(int(value.timestamp() * 1_000_000))
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return str(value)
