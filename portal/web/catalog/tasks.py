"""What waits on Min dag: catalogues to approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.catalog.queries.uploads import list_uploads
from portal.catalog.status import SUBMITTED
from portal.web.i18n import gettext
from portal.web.start.values import Task

MOST = 50


async def tasks(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Task]:
    """Uploads sent for approval, for whoever publishes them (A2.11)."""
    if not actor.has(p.SUPPLIER_ADMIN) or actor.supplier_id is not None:
        return ()
    waiting = await list_uploads(session, actor, (SUBMITTED,), limit=MOST)
    first = waiting[-1] if waiting else None
    text = (
        gettext("Leverantörer har skickat nya sortiment och priser.") if waiting else gettext("Inget väntar.")
    )
    return [
        Task(
            gettext("Kataloger att godkänna"), text, "/catalog/uploads", len(waiting), haste=1,
            first_path=f"/catalog/uploads/{first.id}" if first else None,
            first_title=gettext("Godkänn katalogen för %(agreement)s") % {"agreement": first.agreement_name}
            if first else None,
            first_text=f"{first.supplier_name}, {first.filename}" if first else None,
            first_action=gettext("Öppna katalogen") if first else None,
        )
    ]  # fmt: skip
