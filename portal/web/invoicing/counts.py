"""The menu's counters of invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.invoicing.queries.rules_in_force import waiting_for
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.queries.tasks import counted
from portal.kernel.dates import stockholm_date


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """`invoices`, `arrivals` and `settings`, of what waits for the actor; none for a supplier."""
    if actor.concern_id is None or actor.supplier_id is not None:
        return {}
    found = dict(await counted(session, actor, await rights_of(session, actor, stockholm_date(now))))
    if actor.has(p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN):
        found["settings"] = await waiting_for(session, actor)
    return found
