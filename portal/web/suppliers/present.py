"""Suppliers and agreements as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.identifiers import format_bankgiro, format_org_number, format_plusgiro
from portal.suppliers.actions.agreements import keeper
from portal.suppliers.rules.agreements import KINDS, AgreementForm, may_keep
from portal.suppliers.status import RELATION
from portal.suppliers.values import Account, AgreementDetail, AgreementRow, Choice, Relation, SupplierRow
from portal.web.i18n import gettext, localised

ACCOUNT_KINDS = {"BANKGIRO": "Bankgiro", "PLUSGIRO": "Plusgiro", "IBAN": "IBAN"}
ACCOUNT_STATES = {
    "active": ("ok", "circle-check", "Gäller"),
    "proposed": ("warn", "clock", "Väntar på kontroll"),
    "closed": ("rest", "ban", "Avslutat"),
}
_GROUP = 4


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account in words."""

    kind: str
    number: str
    tone: str
    symbol: str
    label: str
    valid_from: date
    factor: str | None


@dataclass(frozen=True, slots=True)
class SupplierListView:
    """The list page; each row (name, note, href, city, status triple, since, agreements)."""

    rows: tuple[tuple[str, str, str, str, tuple[str, str, str], datetime, int], ...]
    tabs: tuple[tuple[str, str, int | None, str, bool], ...]
    words: str
    status: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class SupplierPageView:
    """One supplier: facts as (label, text), what may be done, and why not."""

    id: UUID
    name: str
    state: tuple[str, str, str]
    lead: str
    facts: tuple[tuple[str, str], ...]
    terms: tuple[tuple[str, str], ...]
    accounts: tuple[AccountView, ...]
    agreements: tuple[tuple[str, str, str, int], ...]
    moves: frozenset[str]
    blocked: str | None
    linkable: tuple[tuple[str, str], ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One agreement with what is used of its cap."""

    id: UUID
    number: str
    name: str
    state: tuple[str, str, str]
    facts: tuple[tuple[str, str], ...]
    used: Decimal
    cap: Decimal | None
    percent: int
    suppliers: tuple[tuple[UUID, int, str, tuple[str, str, str]], ...]
    callers: tuple[str, ...]
    terms: str
    keeps: bool
    linkable: tuple[tuple[str, str], ...]


def account_number(kind: str, number: str) -> str:
    """As people write it: 505-0109, or an IBAN in groups of four."""
    if kind == "BANKGIRO":
        return format_bankgiro(number)
    if kind == "PLUSGIRO":
        return format_plusgiro(number)
    return " ".join(number[i : i + _GROUP] for i in range(0, len(number), _GROUP))


def account_view(account: Account) -> AccountView:
    """An account with its state in words."""
    tone, symbol, label = ACCOUNT_STATES[account.status]
    kind = ACCOUNT_KINDS[account.kind]
    number = account_number(account.kind, account.number)
    return AccountView(kind, number, tone, symbol, gettext(label), account.valid_from, account.factor)


def relation_state(status: str) -> tuple[str, str, str]:
    """Tone, icon and label of a relation's status."""
    state = RELATION.state(status)
    return state.tone, state.icon, gettext(state.label)


def supplier_list(
    rows: Sequence[SupplierRow],
    counts: Mapping[str, int],
    words: str,
    status: str | None,
    following: str | None,
) -> SupplierListView:
    """The list with its tabs: all, and one per status that somebody has."""
    shown = tuple(
        (r.name, format_org_number(r.org_number), localised(f"/suppliers/{r.id}"), r.city or "",
         relation_state(r.status), r.since, r.agreements)
        for r in rows
    )  # fmt: skip
    tabs = [_tab(gettext("Alla"), words, None, sum(counts.values()), status)]
    tabs += (
        [
            _tab(gettext(state.label), words, state.code, counts.get(state.code, 0), status)
            for state in sorted(RELATION.states, key=lambda state: state.tab != "waiting")
            if counts.get(state.code) or state.code == status
        ]
        if counts
        else []
    )
    base = localised("/suppliers")
    return SupplierListView(shown, tuple(tabs), words, status, f"{base}?{following}" if following else None)


def _tab(
    label: str, words: str, status: str | None, count: int, current: str | None
) -> tuple[str, str, int | None, str, bool]:
    query = urlencode({key: value for key, value in (("q", words), ("status", status)) if value})
    tone = "turn" if status == "pending" else "info"
    return label, localised("/suppliers") + (f"?{query}" if query else ""), count, tone, status == current


def supplier_page(relation: Relation, actor: Actor, possible: Sequence[AgreementRow]) -> SupplierPageView:
    """One supplier, with the buttons this actor gets."""
    own = relation.registered_by is not None and relation.registered_by == actor.user_id
    moves = frozenset(
        move.code
        for move in RELATION.moves_from(relation.status)
        if move.permission and actor.has(*move.permissions)
    )
    return SupplierPageView(
        relation.supplier_id, relation.name, relation_state(relation.status), _lead(relation), _facts(relation),
        _terms(relation), tuple(map(account_view, relation.accounts)),
        tuple((a.number, a.name, localised(f"/suppliers/agreements/{a.id}"), a.rank) for a in relation.agreements),
        moves,
        gettext("Du har själv anmält leverantören. Någon annan behöver godkänna den.") if own else None,
        tuple((str(a.id), f"{a.number} {a.name}") for a in possible) if relation.status == "approved" else (),
        relation.note,
    )  # fmt: skip


def _lead(relation: Relation) -> str:
    sentences = {
        "invited": gettext("Inbjuden. Leverantören har inte anmält sig än."),
        "pending": gettext("Kontrollera uppgifterna. Kontot börjar gälla när du godkänner."),
        "approved": gettext("Tar emot beställningar och får betalt på konton som gäller."),
        "rejected": gettext("Avböjd. Leverantören kan inte få beställningar eller betalt."),
        "blocked": gettext("Spärrad. Nya beställningar och fakturor stoppas."),
    }
    return sentences[relation.status]


def _facts(relation: Relation) -> tuple[tuple[str, str], ...]:
    address = ", ".join(part for part in (relation.street, _place(relation)) if part)
    return (
        (gettext("Organisationsnummer"), format_org_number(relation.org_number)),
        (gettext("Momsregistreringsnummer"), relation.vat_number or gettext("saknas")),
        (gettext("F-skatt"), gettext("Intygad") if relation.f_tax else gettext("Inte intygad")),
        (gettext("Peppol"), relation.endpoint or gettext("saknas")),
        (gettext("Adress"), address or gettext("saknas")),
        (gettext("Kontakt"), relation.contact_name or gettext("saknas")),
        (gettext("E-postadress"), relation.email),
        (gettext("Telefon"), relation.phone or gettext("saknas")),
    )


def _place(relation: Relation) -> str:
    return " ".join(part for part in (relation.postcode, relation.city) if part)


def _terms(relation: Relation) -> tuple[tuple[str, str], ...]:
    span = f"{relation.vat_min.normalize():f}–{relation.vat_max.normalize():f} %"
    rows = [
        (gettext("Betalningsvillkor"), gettext("%(days)s dagar") % {"days": relation.payment_days}),
        (gettext("Tillåten moms"), span),
    ]
    if relation.secret:
        rows.append((gettext("Sekretess"), gettext("Fakturorna visas bara för behöriga")))
    if relation.internal:
        rows.append((gettext("Intern"), gettext("Regleras i redovisningen")))
    return tuple(rows)


def agreement_state(row: Any, today: date) -> tuple[str, str, str]:
    """In force, coming or ended."""
    if row.valid_from > today:
        return "info", "calendar", gettext("Börjar gälla senare")
    if row.valid_to is not None and row.valid_to < today:
        return "rest", "ban", gettext("Avslutat")
    return "ok", "circle-check", gettext("Gäller")


def agreement_view(
    detail: AgreementDetail, used: Decimal, actor: Actor, suppliers: Sequence[Choice], today: date
) -> AgreementView:
    """One agreement, with what this actor may change."""
    from_to = _validity(detail.valid_from, detail.valid_to)
    facts = (
        (gettext("Typ"), gettext(dict(KINDS)[detail.kind])),
        (gettext("Ägare"), detail.owner or gettext("Centralt avtal")),
        (gettext("Gäller"), from_to),
    )
    percent = min(100, int(used * 100 / detail.cap_amount)) if detail.cap_amount else 0
    keeps = may_keep(keeper(actor), detail.owner_id)
    on_it = {link.id for link in detail.suppliers}
    return AgreementView(
        detail.id, detail.number, detail.name, agreement_state(detail, today), facts, used, detail.cap_amount, percent,
        tuple((s.id, s.rank, s.name, relation_state(s.status)) for s in detail.suppliers),
        tuple(caller.name for caller in detail.callers), detail.price_terms, keeps,
        tuple((str(s.id), s.name) for s in suppliers if s.id not in on_it) if keeps else (),
    )  # fmt: skip


def _validity(start: date, end: date | None) -> str:
    first, last = (day.isoformat().replace("-", "\u2011") for day in (start, end or start))
    return f"{first} – {last}" if end else gettext("från %(start)s, tills vidare") % {"start": first}


def agreement_values(detail: AgreementDetail) -> AgreementForm:
    """The form of an agreement as it stands."""
    return AgreementForm(
        detail.number, detail.name, detail.kind, detail.valid_from.isoformat(),
        detail.valid_to.isoformat() if detail.valid_to else "", _amount(detail.cap_amount),
        _amount(detail.ranking_limit), detail.price_terms, tuple(str(caller.id) for caller in detail.callers),
    )  # fmt: skip


def _amount(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}".replace(".", ",")


def keeps_any(actor: Actor) -> bool:
    """Whether this actor may make agreements at all."""
    return actor.has(p.SUPPLIER_ADMIN)
