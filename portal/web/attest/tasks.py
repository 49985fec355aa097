"""Min dag: invoices and orders to attest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.permissions import ORDER_AND_INVOICE
from portal.attest.queries.tree import is_attestant
from portal.attest.queries.waiting import waiting_for
from portal.kernel.dates import days_between, stockholm_date
from portal.web.attest.cards import Card
from portal.web.attest.present import item, total
from portal.web.attest.sources import SOURCES
from portal.web.figures import kr
from portal.web.i18n import gettext, ngettext
from portal.web.start.values import Task

TITLES = {
    "invoice": "Fakturor att attestera",
    "requisition": "Beställningar att attestera",
    "order": "Ändrade order att attestera",
}
EMPTY = "Inget väntar. Nya visas här samma minut som de kommer in."
FIRST = {
    "invoice": "Attestera faktura från %(party)s",
    "requisition": "Attestera beställning från %(party)s",
    "order": "Attestera ändrad order till %(party)s",
}
# Seldom anything: shown only when there is.
SELDOM = ("order",)
PATH = "/attest"
DUE, STOPS_OTHERS = 0, 1


async def tasks(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Task]:
    """One task for each kind; empty ones are shown to attestants of the tree only."""
    if not actor.has(ORDER_AND_INVOICE):
        return []
    today = stockholm_date(now)
    cards = await SOURCES.cards(session, actor, await waiting_for(session, actor, today), today)
    named = bool(cards) or await is_attestant(session, actor, today)
    if not named:
        return []
    by_type = {kind: [card for card in cards if card.subject_type == kind] for kind in TITLES}
    return [_task(kind, own, today) for kind, own in by_type.items() if own or kind not in SELDOM]


def _task(subject_type: str, cards: list[Card], today: date) -> Task:
    title = gettext(TITLES[subject_type])
    if not cards:
        return Task(title, gettext(EMPTY), PATH, 0)
    due = sum(card.facts.due is not None and card.facts.due <= today for card in cards)
    first = next((card for card in cards if not card.blocked), cards[0])
    shown = item(first, today)
    return Task(
        title, _text(cards, today), PATH, len(cards), haste=DUE if due else STOPS_OTHERS, flag=_flag(due),
        first_path=PATH, first_title=gettext(FIRST[subject_type]) % {"party": first.party},
        first_text=". ".join(filter(None, (shown.what, shown.behalf))) + ".",
        first_action=gettext("Öppna attestlistan"), amount=first.amount,
    )  # fmt: skip


def _text(cards: list[Card], today: date) -> str:
    oldest = min(stockholm_date(card.waiting.step.created_at) for card in cards)
    days = days_between(oldest, today)
    text = gettext("Totalt %(amount)s kr.") % {"amount": kr(total(cards))}
    waited = ngettext("Den äldsta har väntat %(num)s dag.", "Den äldsta har väntat %(num)s dagar.", days) % {
        "num": days
    }
    return f"{text} {waited}" if days else text


def _flag(due: int) -> tuple[str, str, str] | None:
    if not due:
        return None
    text = ngettext("%(num)s förfaller i dag", "%(num)s förfaller i dag", due) % {"num": due}
    return ("stop", "clock", text)
