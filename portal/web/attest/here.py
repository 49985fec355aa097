"""The act of attest on the document's own page: what waits for the reader there, and what can be undone just now."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from portal.access.permissions import ORDER_AND_INVOICE
from portal.attest.queries.waiting import waiting_for
from portal.kernel.dates import stockholm_date
from portal.web.attest.present import Item, item
from portal.web.attest.sources import SOURCES
from portal.web.attest.undoing import UndoView, undo_view
from portal.web.pages import Req


@dataclass(frozen=True, slots=True)
class Here:
    """One card for each of the reader's steps of the document, and the attests of it that can be undone."""

    items: tuple[Item, ...] = ()
    undo: UndoView | None = None


async def here(request: Req, subject_id: UUID) -> Here:
    """What the reader may attest, send back or undo of the document."""
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    if not actor.has(ORDER_AND_INVOICE) or actor.concern_id is None:
        return Here()
    day = stockholm_date(now)
    mine = [one for one in await waiting_for(session, actor, day) if one.step.subject_id == subject_id]
    cards = await SOURCES.cards(session, actor, mine, day)
    return Here(tuple(item(card, day) for card in cards), await undo_view(session, actor, now, subject_id))
