"""The menu's counter beside Kataloger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.catalog.queries.uploads import count_submitted


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """How many uploads wait for this leverantörsadministratör."""
    if not actor.has(p.SUPPLIER_ADMIN) or actor.supplier_id is not None:
        return {}
    return {"catalogues": await count_submitted(session, actor)}
