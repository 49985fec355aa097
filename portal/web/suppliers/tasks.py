"""Suppliers that wait to be approved, on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.suppliers.queries.relations import pending_count
from portal.web.i18n import gettext, ngettext
from portal.web.start.values import Task


async def tasks(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Task]:
    """Approve new suppliers."""
    if not actor.has(p.SUPPLIER_ADMIN, p.LEVGRUPPEN):
        return ()
    count = await pending_count(session, actor)
    text = ngettext("En leverantör väntar på svar.", "%(num)s leverantörer väntar på svar.", count) % {
        "num": count
    }
    empty = gettext("Inget väntar. Nya anmälningar visas här samma minut som de kommer in.")
    return (
        Task(
            gettext("Leverantörer att godkänna"),
            text if count else empty,
            "/suppliers?status=pending",
            count,
            1,
        ),
    )
