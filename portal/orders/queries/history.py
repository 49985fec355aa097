"""What has happened to requisitions and orders, as the audit events tell it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Happening:
    """One audit event as the history tells it."""

    at: datetime
    tag: str
    actor: str
    on_behalf_of: str | None
    why: str | None
    data: dict[str, Any]


_HISTORY = text(
    "SELECT at, tag, actor, on_behalf_of, why, data FROM audit_event"
    " WHERE concern_id = :concern AND subject_id = ANY(:subjects) ORDER BY at, id"
)


async def history(session: AsyncSession, concern_id: UUID, subjects: Collection[UUID]) -> list[Happening]:
    """What has happened to these subjects, oldest first."""
    rows = await session.execute(_HISTORY, {"concern": concern_id, "subjects": list(subjects)})
    return [Happening(*row) for row in rows]
