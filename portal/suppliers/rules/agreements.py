"""An agreement's form, and who may change it (A2.11: a local B41 keeps its own organisation's local agreements)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuids
from portal.kernel.money import parse_amount
from portal.kernel.text import squash

SINGLE_FIXED = "single_fixed"
RANKING = "ranking"
LOCAL = "local"
KINDS: tuple[tuple[str, str], ...] = (
    (SINGLE_FIXED, "En leverantör, fasta villkor"),
    (RANKING, "Rangordning"),
    (LOCAL, "Lokalt avtal"),
)
_MOST_NUMBER = 40
_MOST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who wants to change: their organisation, whether it is the central one, and whether they hold B41."""

    organisation_id: UUID | None
    central: bool
    supplier_admin: bool


@dataclass(frozen=True, slots=True)
class AgreementForm:
    """The form as written; dates ISO, `callers` the organisations that may call off."""

    number: str = ""
    name: str = ""
    kind: str = SINGLE_FIXED
    valid_from: str = ""
    valid_to: str = ""
    cap_amount: str = ""
    ranking_limit: str = ""
    price_terms: str = ""
    callers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The form's values. Amounts SEK excluding VAT."""

    number: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None
    cap_amount: Decimal | None
    ranking_limit: Decimal | None
    price_terms: str
    callers: tuple[UUID, ...]


def may_keep(keeper: Keeper, owner_id: UUID | None) -> bool:
    """Whether they may change an agreement of this owner (None: a central one)."""
    if not keeper.supplier_admin:
        return False
    return keeper.central or (owner_id is not None and owner_id == keeper.organisation_id)


def is_ranked(kind: str) -> bool:
    """Whether suppliers of such an agreement have a place in a ranking: one on fixed terms has none."""
    return kind != SINGLE_FIXED


def may_link(kind: str, linked: Sequence[UUID], supplier_id: UUID) -> bool:
    """Whether the supplier may be put on an agreement of this kind that has these."""
    return is_ranked(kind) or not set(linked) - {supplier_id}


def check_form(form: AgreementForm) -> Mapping[str, str]:
    """Field → Swedish message; empty when all is well."""
    checks = {
        "number": _text(form.number, "Skriv avtalets nummer.", _MOST_NUMBER),
        "name": _text(form.name, "Skriv vad avtalet gäller.", _MOST_TEXT),
        "kind": None if form.kind in dict(KINDS) else "Välj hur leverantören utses.",
        "valid_from": _day(form.valid_from, "Välj den dag avtalet börjar gälla."),
        "valid_to": _end(form),
        "cap_amount": _amount(form.cap_amount),
        "ranking_limit": _ranking_limit(form),
        "price_terms": _text(
            form.price_terms, "Beskriv hur priset sätts, till exempel fasta priser.", _MOST_TEXT
        ),
        "callers": None if read_uuids(form.callers) else "Välj minst en organisation som får avropa.",
    }
    return {name: message for name, message in checks.items() if message}


def read_form(form: AgreementForm) -> AgreementFacts:
    """The values of a form that check_form passed."""
    return AgreementFacts(
        squash(form.number), squash(form.name), form.kind, date.fromisoformat(form.valid_from),
        date.fromisoformat(form.valid_to) if form.valid_to.strip() else None,
        parse_amount(form.cap_amount) if form.cap_amount.strip() else None,
        parse_amount(form.ranking_limit) if form.kind == RANKING else None,
        squash(form.price_terms), read_uuids(form.callers),
    )  # fmt: skip


def _text(value: str, message: str, most: int) -> str | None:
    return message if not value.strip() or len(value) > most else None


def _day(value: str, message: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return message
    return None


def _end(form: AgreementForm) -> str | None:
    if not form.valid_to.strip():
        return None
    if problem := _day(form.valid_to, "Välj avtalets sista dag, eller lämna tomt om den inte är bestämd."):
        return problem
    if _day(form.valid_from, "-"):
        return None
    ends_before = date.fromisoformat(form.valid_to) < date.fromisoformat(form.valid_from)
    return "Sista dagen ligger före den första. Byt en av dem." if ends_before else None


def _amount(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        amount = parse_amount(value)
    except Invalid as error:
        return str(error)
    return (
        None if amount > 0 else "Skriv ett belopp över noll, eller lämna tomt om avtalet inte har något tak."
    )


def _ranking_limit(form: AgreementForm) -> str | None:
    if form.kind != RANKING:
        return None
    if not form.ranking_limit.strip():
        return "Skriv det högsta beloppet per avrop. Över det görs en förnyad konkurrensutsättning."
    return _amount(form.ranking_limit)
