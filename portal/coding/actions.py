"""Files that answer comment accounts (A6.20): kept by their hash, told in the history of what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.coding.models import CodingFile
from portal.coding.queries import files_of
from portal.coding.rules.files import check_file
from portal.coding.values import KeptFile
from portal.integrations.object_store import ObjectStore
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7
from portal.kernel.text import Message


@dataclass(frozen=True, slots=True)
class Owner:
    """What a file belongs to: a line of a requisition, or an invoice. `subject_type` and `subject_id` are whose
    history tells of it. Whoever makes one has asked that the actor may change it."""

    concern_id: UUID
    organisation_id: UUID
    subject_type: str
    subject_id: UUID
    requisition_line_id: UUID | None = None
    invoice_id: UUID | None = None


async def keep_file(
    session: AsyncSession,
    store: ObjectStore,
    actor: Actor,
    owner: Owner,
    *,
    name: str,
    data: bytes,
    now: datetime,
) -> UUID:
    """Keep it; its id. Invalid (field file) for a kind, size or number the gate does not let through."""
    already = await files_of(
        session, owner.concern_id, line_id=owner.requisition_line_id, invoice_id=owner.invoice_id
    )
    passed = check_file(name, data, len(already))
    if isinstance(passed, Message):
        raise Invalid(passed.msgid, fields={"file": passed}, **passed.params)
    digest, made = await store.put(data), uuid7()
    row = {
        "concern_id": owner.concern_id, "id": made, "requisition_line_id": owner.requisition_line_id,
        "invoice_id": owner.invoice_id, "sha256": bytes.fromhex(digest), "name": passed.name,
        "media_type": passed.media_type, "size": len(data), "user_id": actor.user_id, "created_at": now,
    }  # fmt: skip
    await session.execute(insert(CodingFile).values(**row))
    await record(session, [_event(actor, owner, "add", passed.name, digest, now)])
    return made


async def remove_file(
    session: AsyncSession, actor: Actor, owner: Owner, file: KeptFile, now: datetime
) -> None:
    """It no longer belongs to anything; what it was stands in the history."""
    mine = (CodingFile.concern_id == owner.concern_id) & (CodingFile.id == file.id)
    await session.execute(delete(CodingFile).where(mine))
    await record(session, [_event(actor, owner, "remove", file.name, file.digest, now)])


def _event(actor: Actor, owner: Owner, verb: str, name: str, digest: str, now: datetime) -> Event:
    return Event(
        f"{owner.subject_type}:file:{verb}", owner.subject_type, owner.subject_id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=owner.concern_id, organisation_id=owner.organisation_id,
        data={"name": name, "sha256": digest},
    )  # fmt: skip
