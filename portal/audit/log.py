"""Write behandlingshistorik: one row per event, in the transaction of what it tells of (A10.13)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.audit.models import AuditEvent
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


def row(event: Event, key: bytes) -> dict[str, Any]:
    """The event as a row with its digests, signed with the installation's key."""
    values = {name: getattr(event, name) for name in FIELDS if name != "uid"} | {"uid": uuid7()}
    values["data"] = dict(event.data)
    digests = field_digests(values)
    return values | {"digests": digests, "digest": event_digest(digests, key)}


def field_digests(values: Mapping[str, Any]) -> dict[str, str]:
    """sha256 per field, so that one field can be weeded and the others still prove themselves."""
    return {name: sha256(f"{name}={_plain(values[name])}".encode()).hexdigest() for name in FIELDS}


def event_digest(digests: Mapping[str, str], key: bytes) -> bytes:
    """What the chain links: a keyed digest over all field digests, so that no row can be forged in the database."""
    return hmac.digest(key, "".join(digests[name] for name in FIELDS).encode(), "sha256")


async def record(session: AsyncSession, events: Sequence[Event]) -> None:
    """Append events in the caller's transaction, in one statement."""
    if events:
        key: bytes = session.info["audit_key"]
        # Without RETURNING: who writes an event may not read it (RLS), at sign-in for one.
        await session.execute(insert(AuditEvent).inline(), [row(event, key) for event in events])


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return str(int(value.timestamp() * 1_000_000))
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return "" if value is None else str(value)
