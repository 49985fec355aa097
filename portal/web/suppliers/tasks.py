"""Suppliers that wait to be approved, and accounts and terms that wait for a step, on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.suppliers.queries.accounts import waiting_count
from portal.suppliers.queries.relations import WAITING, pending_count
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
        *(await _next_steps(session, actor)),
        Task(
            gettext("Leverantörer att godkänna"),
            text if count else empty,
            "/suppliers?status=pending",
            count,
            1,
        ),
    )


async def _next_steps(session: AsyncSession, actor: Actor) -> Sequence[Task]:
    """Accounts and terms of suppliers that wait for levgruppen; nothing when none does."""
    count = await waiting_count(session, actor) if actor.has(p.LEVGRUPPEN) else 0
    if not count:
        return ()
    text = ngettext(
        "En leverantör har ett konto eller villkor som väntar.",
        "%(num)s leverantörer har konton eller villkor som väntar.",
        count,
    ) % {"num": count}
    title = gettext("Konton och villkor att ta ställning till")
    return (Task(title, text, f"/suppliers?status={WAITING}", count, 1),)
