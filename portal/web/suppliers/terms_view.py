"""What is agreed of a supplier relation as the page shows it: each term in a sentence, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.access.actor import Actor
from portal.catalog.rules.units import UNITS, unit_name
from portal.kernel.money import format_kr
from portal.suppliers.queries.terms import TermCase
from portal.suppliers.rules.terms import CHARGE, DAYS, KINDS, MEANS, PAYMENT_MEANS, PREPAID, UNIT, Term
from portal.suppliers.status import ACTIVE, PROPOSED, TERM
from portal.suppliers.values import Relation
from portal.web.figures import moment
from portal.web.i18n import gettext, ngettext
from portal.web.suppliers.words import relation_state, term_state

OWN = "Du har själv föreslagit villkoret. Någon annan i levgruppen behöver godkänna det."


@dataclass(frozen=True, slots=True)
class TermItem:
    """One term: what it says, and who did what and why."""

    id: UUID
    kind: str
    text: str
    state: tuple[str, str, str]
    status: str
    steps: tuple[tuple[str, str], ...]
    moves: frozenset[str]
    blocked: str | None


@dataclass(frozen=True, slots=True)
class TermsView:
    """The page. `means` and `units`: (code, name) to choose from."""

    id: UUID
    name: str
    state: tuple[str, str, str]
    days: int
    waiting: tuple[TermItem, ...]
    holding: tuple[TermItem, ...]
    ended: tuple[TermItem, ...]
    may_propose: bool
    means: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]


def terms_page(relation: Relation, cases: Sequence[TermCase], actor: Actor) -> TermsView:
    """The supplier's terms, for this actor."""
    items = [(case.status, _item(case, actor)) for case in cases]
    return TermsView(
        relation.supplier_id, relation.name, relation_state(relation.status), relation.payment_days,
        tuple(item for status, item in items if status == PROPOSED),
        tuple(item for status, item in items if status == ACTIVE),
        tuple(item for status, item in items if TERM.state(status).terminal),
        actor.has("levgruppen") and relation.status == "approved",
        tuple((code, f"{gettext(name)} ({code})") for code, name in PAYMENT_MEANS.items()),
        tuple((code, f"{gettext(name)} ({code})") for code, (name, _words) in UNITS.items()),
    )  # fmt: skip


def _item(case: TermCase, actor: Actor) -> TermItem:
    moves = frozenset(m.code for m in TERM.moves_from(case.status) if actor.has(*m.permissions))
    own = case.proposed_person == actor.person_id
    return TermItem(
        case.id, gettext(KINDS[case.term.kind]), term_text(case.term), term_state(case.status), case.status,
        tuple(_steps(case)), moves, gettext(OWN) if own else None,
    )  # fmt: skip


def term_text(term: Term) -> str:
    """A term in a sentence."""
    if term.kind == MEANS:
        name = gettext(PAYMENT_MEANS.get(term.code or "", term.code or ""))
        return gettext("%(name)s (kod %(code)s) godtas. Fakturan betalas då inte av oss.") % {
            "name": name, "code": term.code,
        }  # fmt: skip
    if term.kind == PREPAID:
        return gettext("Fakturor som redan är betalda i sin helhet tas emot.")
    if term.kind == CHARGE:
        name = " ".join(part for part in (term.code, f"”{term.words}”" if term.words else None) if part)
        most = format_kr(term.amount) if term.amount is not None else ""
        return gettext("%(name)s får kosta högst %(most)s per faktura, utan moms.") % {
            "name": name,
            "most": most,
        }
    if term.kind == UNIT:
        unit = {"word": term.words, "unit": gettext(unit_name(term.code or "")), "code": term.code}
        return gettext("”%(word)s” betyder %(unit)s (%(code)s).") % unit
    assert term.kind == DAYS
    days = term.days or 0
    text = ngettext(
        "Betalas tidigast %(num)s dag efter fakturadatum.",
        "Betalas tidigast %(num)s dagar efter fakturadatum.",
        days,
    )
    return text % {"num": days}


def _steps(case: TermCase) -> list[tuple[str, str]]:
    steps = [(gettext("Föreslaget"), f"{moment(case.proposed_at)} {case.proposed_by} ”{case.why}”")]
    if case.approved_at:
        steps.append((gettext("Godkänt"), f"{moment(case.approved_at)} {case.approved_by or ''}"))
    if case.ended_at:
        label = gettext("Avslutat") if case.approved_at else gettext("Avvisat")
        reason = gettext(case.end_reason or "")
        steps.append((label, f"{moment(case.ended_at)} {case.ended_by or ''} ”{reason}”"))
    return steps
