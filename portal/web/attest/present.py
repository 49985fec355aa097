"""Cards as the templates show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from portal.web.attest.cards import Card
from portal.web.figures import day, kr
from portal.web.i18n import gettext, localised, ngettext
from portal.web.units import counted

KINDS = {
    "invoice": "Faktura %(number)s",
    "requisition": "Beställning %(number)s",
    "order": "Ändrad order %(number)s",
}
CREDIT = "Kreditfaktura %(number)s"
DETAILS = {"invoice": "/invoicing/invoices/", "requisition": "/orders/requisitions/", "order": "/orders/"}
DONE = {
    "invoice": "Fakturan från %(party)s är attesterad, %(amount)s kr.",
    "requisition": "Beställningen från %(party)s är attesterad, %(amount)s kr.",
    "order": "Ändringen av ordern till %(party)s är attesterad, %(amount)s kr.",
}
RETURNED = {
    "invoice": "Fakturan från %(party)s har gått tillbaka till granskaren.",
    "requisition": "Beställningen från %(party)s har gått tillbaka till beställaren.",
    "order": "Ändringen av ordern till %(party)s har gått tillbaka till beställaren.",
}
SHOWS = ("all", "own", "delegated")
MOST_LINES = 4
MOST_FLAGS = 6


@dataclass(frozen=True, slots=True)
class Item:
    """What attest_card of templates/components/attest.html takes, and what unfolds under the first card.

    `can_return`: a blocked one may still be sent back; `choose_href`: where what has changed is said yes or no to.
    """

    id: UUID
    kind: str
    party: str
    href: str
    what: str
    amount: str
    reviewer: str
    left: str | None
    due: str
    action: str
    back_href: str
    lock: str
    value: str
    behalf: str | None
    flags: tuple[tuple[str, str, str], ...]
    notes: tuple[tuple[str, str, str | None], ...]
    blocked: str | None
    checked: bool
    current: bool
    why: str
    rows: tuple[tuple[str, str], ...]
    checks: tuple[tuple[bool, str], ...]
    digest: str
    can_return: bool = True
    choose_href: str | None = None
    said: tuple[tuple[str, str], ...] = ()
    stops: tuple[str, ...] = ()
    vat: str = ""
    coding: tuple[tuple[str, str], ...] = ()
    reviewer_label: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """The list: heading sentences, segments and items; `chosen` when some are ticked."""

    lead: str
    segments: tuple[tuple[str, str, int, bool], ...]
    items: tuple[Item, ...]
    show: str
    chosen: int
    chosen_sum: str


def of_kind(cards: Sequence[Card], show: str) -> list[Card]:
    """The cards of one segment."""
    wanted = {"own": (True,), "delegated": (False,)}.get(show, (True, False))
    return [card for card in cards if (card.waiting.behalf is None) in wanted]


def view(cards: Sequence[Card], today: date, *, show: str = "all", ticked: Collection[UUID] = ()) -> View:
    """The attest list of these cards."""
    shown = of_kind(cards, show)
    first = next((card.waiting.step.id for card in shown if card.ready), None)
    items = tuple(
        item(
            card,
            today,
            show=show,
            current=card.waiting.step.id == first,
            ticked=card.waiting.step.id in ticked,
        )
        for card in shown
    )
    chosen = [card for card in shown if card.waiting.step.id in ticked]
    return View(lead(cards, today), segments(cards, show), items, show, len(chosen), kr(total(chosen)))


def total(cards: Sequence[Card]) -> Decimal:
    """The sum of what the buttons say, SEK."""
    return sum((card.amount for card in cards), Decimal(0))


def segments(cards: Sequence[Card], show: str) -> tuple[tuple[str, str, int, bool], ...]:
    """Alla, Egna, Delegerade with their counts."""
    labels = {"all": gettext("Alla"), "own": gettext("Egna"), "delegated": gettext("Delegerade")}
    return tuple((labels[code], list_path(code), len(of_kind(cards, code)), code == show) for code in SHOWS)


def list_path(show: str) -> str:
    """The list's address in the request's language."""
    return localised("/attest") + ("" if show == "all" else f"?show={show}")


def lead(cards: Sequence[Card], today: date) -> str:
    """How many wait, how many are due, how many come by delegation."""
    if not cards:
        return gettext("Inget väntar på dig.")
    sentences = [ngettext("%(num)s väntar på dig", "%(num)s väntar på dig", len(cards)) % {"num": len(cards)}]
    if due := sum(card.facts.due is not None and card.facts.due <= today for card in cards):
        sentences[0] += ", " + ngettext("%(num)s förfaller i dag", "%(num)s förfaller i dag", due) % {
            "num": due
        }
    if behalf := sum(card.waiting.behalf is not None for card in cards):
        text = ngettext(
            "%(num)s kommer till dig genom delegering", "%(num)s kommer till dig genom delegering", behalf
        )
        sentences.append(text % {"num": behalf})
    return " ".join(f"{sentence}." for sentence in sentences)


def item(card: Card, today: date, *, show: str = "all", current: bool = False, ticked: bool = False) -> Item:
    """One card."""
    step, facts = card.waiting.step, card.facts
    number = facts.number.replace("-", "\u2011")
    query = urlencode({"shown": card.digest, "show": show})
    return Item(
        id=step.id,
        kind=gettext(CREDIT if facts.credit else KINDS[card.subject_type]) % {"number": number},
        party=card.party,
        href=localised(f"{DETAILS[card.subject_type]}{step.subject_id}"),
        what=_what(card),
        amount=kr(card.amount),
        reviewer=facts.asked_by,
        left=None,  # known when budgets are; the list has its column then
        due=_due(facts.due, today),
        action=localised(f"/attest/steps/{step.id}/approval?{query}"),
        back_href=localised(f"/attest/steps/{step.id}/return"),
        lock=localised(f"/attest/steps/{step.id}/lock"),
        value=str(step.id),
        behalf=gettext("För %(name)s") % {"name": step.approver_name} if card.waiting.behalf else None,
        flags=_flags(card),
        notes=_notes(card),
        blocked=gettext(card.blocked) if card.blocked else None,
        checked=ticked and card.ready,
        current=current,
        why=_why(card),
        rows=_rows(card),
        checks=tuple((True, text) for text in card.checks),
        digest=card.digest,
        can_return=not card.blocked or bool(facts.stops),
        choose_href=localised(f"/attest/steps/{step.id}/changes") if card.must_choose else None,
        said=facts.said,
        stops=facts.stops,
        vat=gettext("inkl. moms") if card.is_whole else gettext("exkl. moms"),
        coding=tuple((one.words, kr(facts.signed(one.amount))) for one in card.coding),
        reviewer_label=gettext("Granskad av") if card.subject_type == "invoice" else gettext("Beställd av"),
    )


def _what(card: Card) -> str:
    lines = card.lines
    if not lines:
        return ""
    text = f"{lines[0].name}, {counted(lines[0].quantity, lines[0].unit)}"
    more = len(lines) - 1
    rest = ngettext("och %(num)s rad till", "och %(num)s rader till", more) % {"num": more}
    return f"{text} {rest}" if more else text


def _due(due: date | None, today: date) -> str:
    if due is None:
        return gettext("ingen faktura än")
    return gettext("i dag") if due == today else day(due)


def _flags(card: Card) -> tuple[tuple[str, str, str], ...]:
    secret = (("secret", "lock", gettext("Sekretess")),) if card.facts.secret else ()
    return (*secret, *(("warn", "triangle-alert", text) for text in card.facts.deviations[:MOST_FLAGS]))


def _notes(card: Card) -> tuple[tuple[str, str, str | None], ...]:
    notes: list[tuple[str, str, str | None]] = []
    if not card.is_whole:
        text = gettext("Ansvarets del, exklusive moms, av %(amount)s kr") % {
            "amount": kr(card.facts.signed(card.facts.net))
        }
        notes.append(("split", text, None))
    if card.facts.note:
        notes.append(("message-square-text", card.facts.note, None))
    notes += card.facts.payment
    notes += [("message-square-text", said, None) for _why, said in card.facts.said]
    if not card.facts.must_choose:
        notes += [("pen-line", change_text(*change), None) for change in card.facts.changes]
    return tuple(notes)


def change_text(name: str, what: str, then: str, now: str) -> str:
    """One thing that has become another, in a sentence."""
    words = {"name": name, "what": what.lower(), "then": then, "now": now}
    return gettext("%(name)s: %(what)s är nu %(now)s, var %(then)s.") % words


def _why(card: Card) -> str:
    step = card.waiting.step
    named = {"code": step.responsibility, "name": step.responsibility_name, "who": step.approver_name}
    if card.waiting.behalf:
        return gettext("Ansvar %(code)s %(name)s hör till %(who)s, som lämnat över till dig.") % named
    if step.escalated_from:
        return (
            gettext("Ansvar %(code)s %(name)s har gått vidare till dig: den som annars attesterar får inte.")
            % named
        )
    return gettext("Du är attestant för ansvar %(code)s %(name)s.") % named


def _rows(card: Card) -> tuple[tuple[str, str], ...]:
    lines = card.lines
    rows = [
        (f"{line.name}, {counted(line.quantity, line.unit)}", kr(card.facts.signed(line.amount)))
        for line in lines[:MOST_LINES]
    ]
    more = lines[MOST_LINES:]
    if more:
        label = ngettext("%(num)s rad till", "%(num)s rader till", len(more)) % {"num": len(more)}
        rows.append((label, kr(card.facts.signed(sum((line.amount for line in more), Decimal(0))))))
    return tuple(rows)
