"""An agreement as its pages show it, and who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.suppliers.actions.agreements import keeper
from portal.suppliers.rules.agreements import KINDS, AgreementForm, is_ranked, may_keep, may_link
from portal.suppliers.values import AgreementDetail, Choice
from portal.web.figures import full_day, machine, typed
from portal.web.i18n import gettext
from portal.web.suppliers.words import relation_state

AGREEMENT_READERS = (
    p.SEE_AGREEMENTS, p.SUPPLIER_ADMIN, p.CENTRAL_SYSTEM_ADMIN, p.LOCAL_SYSTEM_ADMIN, p.AUDITOR,
)  # fmt: skip


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
    ranked: bool
    linkable: tuple[tuple[str, str], ...]


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
        tuple(caller.name for caller in detail.callers), detail.price_terms, keeps, is_ranked(detail.kind),
        tuple(
            (str(s.id), s.name)
            for s in suppliers
            if keeps and s.id not in on_it and may_link(detail.kind, tuple(on_it), s.id)
        ),
    )  # fmt: skip


def _validity(start: date, end: date | None) -> str:
    first = full_day(start)
    return f"{first} – {full_day(end)}" if end else gettext("från %(start)s, tills vidare") % {"start": first}


def agreement_values(detail: AgreementDetail) -> AgreementForm:
    """The form of an agreement as it stands."""
    return AgreementForm(
        detail.number, detail.name, detail.kind, machine(detail.valid_from), machine(detail.valid_to),
        typed(detail.cap_amount), typed(detail.ranking_limit), detail.price_terms,
        tuple(str(caller.id) for caller in detail.callers),
    )  # fmt: skip


def keeps_any(actor: Actor) -> bool:
    """Whether this actor may make agreements at all."""
    return actor.has(p.SUPPLIER_ADMIN)
