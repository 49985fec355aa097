"""Ångra: what was attested a moment ago, how long it can be undone, and the undoing of one or of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.queries.undoable import UndoableStep, find_attest, undoable
from portal.attest.queries.waiting import WaitingStep
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.errors import NotFound
from portal.web.attest.cards import Card
from portal.web.attest.present import item
from portal.web.attest.sources import SOURCES
from portal.web.i18n import gettext, ngettext

MISSING = "Attesten finns inte."
UNDONE = {
    "invoice": "Attesten är ångrad. Fakturan väntar på attest igen.",
    "requisition": "Attesten är ångrad. Beställningen väntar på attest igen, och inget är skickat till leverantören.",
    "order": "Attesten är ångrad. Ändringen väntar på attest igen.",
}


@dataclass(frozen=True, slots=True)
class UndoItem:
    """One attest that can be undone: what of, for how much, until when, and how many seconds that is."""

    decision: UUID
    text: str
    href: str
    until: str
    seconds: float


@dataclass(frozen=True, slots=True)
class UndoView:
    """The attests of a moment ago, the newest first."""

    items: tuple[UndoItem, ...]
    title: str


async def undo_view(
    session: AsyncSession, actor: Actor, now: datetime, subject_id: UUID | None = None
) -> UndoView | None:
    """What the actor can undo just now, or of one document; None when there is nothing."""
    found = [one for one in await undoable(session, actor, now) if subject_id in (None, one.step.subject_id)]
    if not found:
        return None
    day = stockholm_date(now)
    waiting = [WaitingStep(one.step, (), None) for one in found]
    cards = {card.waiting.step.id: card for card in await SOURCES.cards(session, actor, waiting, day)}
    items = tuple(_item(one, cards[one.step.id], now) for one in found if one.step.id in cards)
    if not items:
        return None
    several = ngettext("%(num)s attesterad nyss", "%(num)s attesterade nyss", len(items)) % {
        "num": len(items)
    }
    title = gettext("Attesterat: %(what)s") % {"what": items[0].text} if len(items) == 1 else several
    return UndoView(items, title)


def _item(one: UndoableStep, card: Card, now: datetime) -> UndoItem:
    shown = item(card, stockholm_date(now))
    text = gettext("%(kind)s, %(party)s, %(amount)s kr") % {
        "kind": shown.kind, "party": shown.party, "amount": shown.amount,
    }  # fmt: skip
    return UndoItem(
        one.decision_id,
        text,
        shown.href,
        format_clock(one.until, seconds=True),
        (one.until - now).total_seconds(),
    )


async def undo_one(session: AsyncSession, actor: Actor, decision_id: UUID, now: datetime) -> str:
    """Undo it; what to tell. NotFound outside sight, Conflict with what has happened when it is too late."""
    found = await find_attest(session, actor.concern_id, decision_id)
    if found is None:
        raise NotFound(MISSING)
    await SOURCES.by_type[found.subject_type].undo(session, actor, decision_id, now=now)
    return gettext(UNDONE[found.subject_type])


def newest_first(decisions: Sequence[UUID]) -> list[UUID]:
    """In the order they are undone: an attest that another followed waits for that to be undone (ids tell time)."""
    return sorted(decisions, reverse=True)
