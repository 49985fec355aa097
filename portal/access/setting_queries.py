"""The concern's rules as they are on a day: what was chosen last before it, else the rule's own default."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.rules.settings import RULES, value_of

_SETTING = text(
    "SELECT value FROM setting WHERE concern_id = :concern AND key = :key AND organisation_id IS NULL"
    " AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY valid_from DESC, id DESC LIMIT 1"
)


async def setting(session: AsyncSession, concern_id: UUID, key: str, day: date) -> Any:
    """The value of a rule for the whole concern that day."""
    given = {"concern": concern_id, "key": key, "day": day}
    return value_of(RULES[key], (await session.execute(_SETTING, given)).scalar())
