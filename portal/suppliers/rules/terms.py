"""What may be agreed of a relation, and how each is written: one table of kinds (A4.03, A5.05, A5.11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from portal.kernel.errors import Invalid
from portal.kernel.money import parse_amount
from portal.kernel.text import Message, squash
from portal.suppliers.values import AgreedCharge, RelationTerms

MEANS, PREPAID, CHARGE, UNIT, DAYS = "payment_means", "prepaid", "charge", "unit", "payment_days"
KINDS: Mapping[str, str] = MappingProxyType({
    MEANS: "Betalsätt utöver gireringar",
    PREPAID: "Redan betalda fakturor",
    CHARGE: "Avtalad avgift",
    UNIT: "Leverantörens ord för en enhet",
    DAYS: "Betalningsvillkor",
})  # fmt: skip
PAYMENT_MEANS: Mapping[str, str] = MappingProxyType({
    "10": "Kontant", "20": "Check", "48": "Bankkort", "49": "Autogiro", "54": "Kreditkort", "55": "Betalkort",
    "57": "Stående överenskommelse", "59": "Autogiro inom SEPA", "68": "Betaltjänst på nätet",
    "97": "Kvittning", "ZZZ": "Enligt överenskommelse",
})  # fmt: skip
"""UNCL 4461 besides credit transfers (30, 31, 42, 58): paid otherwise than by us."""
MOST_DAYS, USUAL_DAYS = 60, 30
MOST_WORDS = 100
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_CHARGE = re.compile(r"[A-Z]{2,3}")
_DAYS = re.compile(r"[0-9]{1,2}")

MEANS_MISSING = "Välj betalsättet."
CHARGE_MISSING = "Skriv avgiftens kod, till exempel FC, eller dess ord på fakturan, till exempel frakt."
CHARGE_CODE = "Koden har två eller tre bokstäver (UNCL 7161), till exempel FC. Lämna tomt om ni inte vet."
AMOUNT_WRONG = "Skriv det högsta beloppet i kronor utan moms, mer än noll."
UNIT_WORD = "Skriv ordet som leverantören använder på fakturan, till exempel bunt."
UNIT_CODE = "Välj vilken enhet ordet betyder."
DAYS_WRONG = "Skriv antalet dagar som ett helt tal, 0 till 60."
WORDS_LONG = "Skriv högst %(most)s tecken."
KIND_MISSING = "Välj vad ni har kommit överens om."


@dataclass(frozen=True, slots=True)
class TermForm:
    """One term as written."""

    kind: str = ""
    code: str = ""
    words: str = ""
    amount: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One term's value. `code`: UNCL 4461, UNCL 7161 or Rec 20; `amount`: most SEK excluding VAT."""

    kind: str
    code: str | None = None
    words: str | None = None
    amount: Decimal | None = None
    days: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is about: a later one about the same takes the place of the earlier."""
        of = {MEANS: self.code, CHARGE: self.code or self.words, UNIT: self.words}.get(self.kind) or ""
        return self.kind, of.casefold()


def check_term(form: TermForm) -> dict[str, str]:
    """Field → Swedish message; empty when all is well."""
    checks = {MEANS: _means, PREPAID: lambda _form: {}, CHARGE: _charge, UNIT: _unit, DAYS: _days}
    if form.kind not in checks:
        return {"kind": KIND_MISSING}
    found: dict[str, str] = checks[form.kind](form)
    return found


def read_term(form: TermForm) -> Term:
    """The value of a form that check_term passed: only the fields of its kind."""
    code, words = squash(form.code).upper() or None, squash(form.words) or None
    if form.kind == MEANS:
        return Term(MEANS, code)
    if form.kind == CHARGE:
        return Term(CHARGE, code, words, parse_amount(form.amount))
    if form.kind == UNIT:
        return Term(UNIT, code, words)
    return Term(DAYS, days=int(form.days)) if form.kind == DAYS else Term(form.kind)


def together(terms: Iterable[Term], payment_days: int) -> RelationTerms:
    """All that is in force of one supplier as the rules read it. `payment_days` stands on the relation."""
    found = list(terms)
    return RelationTerms(
        payment_means=frozenset(term.code for term in found if term.kind == MEANS and term.code),
        prepaid=any(term.kind == PREPAID for term in found),
        charges=tuple(
            AgreedCharge(term.code, term.words or "", term.amount)
            for term in found
            if term.kind == CHARGE and term.amount is not None
        ),
        units={term.words: term.code for term in found if term.kind == UNIT and term.words and term.code},
        payment_days=payment_days,
    )


def _means(form: TermForm) -> dict[str, str]:
    return {} if form.code in PAYMENT_MEANS else {"code": MEANS_MISSING}


def _charge(form: TermForm) -> dict[str, str]:
    errors = _words(form)
    code = squash(form.code).upper()
    if not code and not squash(form.words):
        errors["words"] = CHARGE_MISSING
    if code and not _CHARGE.fullmatch(code):
        errors["code"] = CHARGE_CODE
    try:
        if parse_amount(form.amount) <= 0:
            errors["amount"] = AMOUNT_WRONG
    except Invalid as wrong:
        errors["amount"] = str(wrong) if form.amount.strip() else AMOUNT_WRONG
    return errors


def _unit(form: TermForm) -> dict[str, str]:
    errors = _words(form) if squash(form.words) else {"words": UNIT_WORD}
    return errors if _UNIT.fullmatch(form.code) else {**errors, "code": UNIT_CODE}


def _days(form: TermForm) -> dict[str, str]:
    good = _DAYS.fullmatch(form.days.strip()) and int(form.days) <= MOST_DAYS
    return {} if good else {"days": DAYS_WRONG}


def _words(form: TermForm) -> dict[str, str]:
    return {"words": Message(WORDS_LONG, most=MOST_WORDS)} if len(form.words) > MOST_WORDS else {}
