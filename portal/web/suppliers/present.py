"""Suppliers as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from portal.access.actor import Actor
from portal.kernel.identifiers import format_org_number
from portal.kernel.money import format_number_sv
from portal.suppliers.queries.relations import WAITING
from portal.suppliers.rules.agreements import is_ranked
from portal.suppliers.status import RELATION
from portal.suppliers.values import AgreementRow, Relation, SupplierRow
from portal.web.i18n import gettext, localised, ngettext
from portal.web.suppliers.agreement_view import AGREEMENT_READERS
from portal.web.suppliers.words import AccountView, account_view, relation_state


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
    agreements: tuple[tuple[str, str, str | None, int], ...]
    moves: frozenset[str]
    blocked: str | None
    linkable: tuple[tuple[str, str], ...]
    note: str | None
    proposed: str


def supplier_list(
    rows: Sequence[SupplierRow],
    counts: Mapping[str, int],
    words: str,
    status: str | None,
    following: str | None,
    waiting: int = 0,
) -> SupplierListView:
    """The list with its tabs: all, one per status that somebody has, and one for what waits at levgruppen."""
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
    if waiting or status == WAITING:
        tabs.insert(
            1, _tab(gettext("Konton och villkor att ta ställning till"), words, WAITING, waiting, status)
        )
    base = localised("/suppliers")
    return SupplierListView(shown, tuple(tabs), words, status, f"{base}?{following}" if following else None)


def _tab(
    label: str, words: str, status: str | None, count: int, current: str | None
) -> tuple[str, str, int | None, str, bool]:
    query = urlencode({key: value for key, value in (("q", words), ("status", status)) if value})
    tone = "turn" if status in ("pending", WAITING) else "info"
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
        tuple((a.number, a.name, _agreement_href(a.id, actor), a.rank) for a in relation.agreements),
        moves,
        gettext("Du har själv anmält leverantören. Någon annan behöver godkänna den.") if own else None,
        _linkable(possible) if relation.status == "approved" else (),
        relation.note,
        ",".join(str(account.id) for account in relation.accounts if account.status == "proposed"),
    )  # fmt: skip


def _linkable(possible: Sequence[AgreementRow]) -> tuple[tuple[str, str], ...]:
    """Agreements that have room for one more supplier."""
    return tuple(
        (str(a.id), f"{a.number} {a.name}") for a in possible if is_ranked(a.kind) or not a.suppliers
    )


def _agreement_href(agreement_id: UUID, actor: Actor) -> str | None:
    return localised(f"/suppliers/agreements/{agreement_id}") if actor.has(*AGREEMENT_READERS) else None


def _lead(relation: Relation) -> str:
    sentences = {
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
    span = f"{format_number_sv(relation.vat_min)}–{format_number_sv(relation.vat_max)} %"
    rows = [
        (
            gettext("Betalningsvillkor"),
            ngettext("%(num)s dag", "%(num)s dagar", relation.payment_days) % {"num": relation.payment_days},
        ),
        (gettext("Tillåten moms"), span),
    ]
    if relation.secret:
        rows.append((gettext("Sekretess"), gettext("Fakturorna visas bara för behöriga")))
    if relation.internal:
        rows.append((gettext("Intern"), gettext("Regleras i redovisningen")))
    return tuple(rows)
