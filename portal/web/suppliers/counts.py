"""Suppliers that wait to be approved, accounts and terms that wait for their next step, beside the menu."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.suppliers.queries.accounts import waiting_count
from portal.suppliers.queries.relations import pending_count


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Key `suppliers`, for those who approve."""
    if not actor.has(p.SUPPLIER_ADMIN, p.LEVGRUPPEN):
        return {}
    pending = await pending_count(session, actor)
    return {"suppliers": pending + (await waiting_count(session, actor) if actor.has(p.LEVGRUPPEN) else 0)}
