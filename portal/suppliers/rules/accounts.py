"""A new account (A4.03; payee-change fraud): proposed, called back, approved by another, and a wait before it holds.

Persons are compared, never users. Nobody alone moves where money goes, however many logins they have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.kernel.identifiers import bankgiro, format_bankgiro, format_plusgiro, iban, org_number, plusgiro
from portal.kernel.text import Message, squash

KINDS: Mapping[str, tuple[str, Callable[[str], str | None]]] = {
    "BANKGIRO": ("Bankgiro", bankgiro),
    "PLUSGIRO": ("Plusgiro", plusgiro),
    "IBAN": ("IBAN", iban),
}
MOST_TEXT = 500
_FEWEST_DIGITS = 5
_GROUP = 4

WRONG = "Numret stämmer inte. Kontrollera siffrorna, den sista är en kontrollsiffra."
WRONG_IBAN = "IBAN-numret stämmer inte. Kontrollera landskod, siffror och längd."
ALREADY = "Kontot finns redan, eller väntar redan på kontroll."
HELD = (
    "Numret hör till en annan leverantör. Kontrollera numret."
    " Är det ett factoringbolags konto läggs det upp som factoringbolagets."
)
OWN_PROPOSAL = "Du har själv föreslagit kontot. Någon annan i levgruppen behöver godkänna det."
OWN_CALL = "Du har själv ringt upp leverantören. Någon annan i levgruppen behöver godkänna kontot."
NO_PERSON = "Din inloggning är inte kopplad till en person. Be en administratör rätta det först."
WHY_MISSING = "Skriv varför, så att den som läser efteråt förstår."
TOO_LONG = "Skriv högst 500 tecken."
NUMBER_MISSING = "Skriv telefonnumret du ringde, med siffror, till exempel 08-123 45 67."
SINCE_MISSING = "Skriv sedan vilken dag numret är känt hos er, till exempel 2025-03-01."
NOTE_MISSING = "Skriv vem du talade med och vad som bekräftades."
NOT_BEFORE = (
    "Numret blev känt %(since)s, men kontot föreslogs %(proposed)s."
    " Ring ett nummer som ni hade före förslaget."
)
NEWER_ON_FILE = (
    "Numret lades in hos leverantören %(since)s, inte den dag du skrev."
    " Ring ett nummer som ni hade före förslaget, %(proposed)s."
)
FACTOR_NAME = "Skriv factoringbolagets namn."
FACTOR_NUMBER = "Skriv factoringbolagets organisationsnummer, till exempel 556677-8899."


@dataclass(frozen=True, slots=True)
class Phone:
    """A number the supplier has had on file, and since when."""

    number: str
    since: date


@dataclass(frozen=True, slots=True)
class CallForm:
    """The call back as written: the number called, since when it is known (ISO), whom and what."""

    number: str = ""
    since: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call back that counts."""

    number: str
    since: date
    note: str


def read_number(kind: str, written: str) -> str | None:
    """The number as it is stored, None when its check digits or the kind are wrong."""
    return KINDS[kind][1](written) if kind in KINDS else None


def shown_number(kind: str, number: str) -> str:
    """As people write it, with its kind: "Bankgiro 505-0109", an IBAN in groups of four."""
    spelt = {"BANKGIRO": format_bankgiro, "PLUSGIRO": format_plusgiro}.get(kind, _in_groups)
    return f"{KINDS[kind][0]} {spelt(number)}"


def _in_groups(number: str) -> str:
    return " ".join(number[start : start + _GROUP] for start in range(0, len(number), _GROUP))


def wrong_number(kind: str) -> str:
    """What to say of a number that does not hold."""
    return WRONG_IBAN if kind == "IBAN" else WRONG


def check_factor(name: str, number: str) -> dict[str, str]:
    """Field → Swedish message for a factoring company's name and organisation number."""
    errors = {}
    if not squash(name) or len(name) > MOST_TEXT:
        errors["factor_name"] = FACTOR_NAME
    if org_number(number) is None:
        errors["factor_org_number"] = FACTOR_NUMBER
    return errors


def check_why(why: str, field: str = "why") -> dict[str, str]:
    """Field → Swedish message for a reason that must be given."""
    if not squash(why):
        return {field: WHY_MISSING}
    return {field: TOO_LONG} if len(why) > MOST_TEXT else {}


def check_call(form: CallForm, phones: Sequence[Phone], proposed: date) -> dict[str, str]:
    """Field → Swedish message. The number must have been on file before the day the account was proposed.

    A number the supplier itself has put on file is as old as the register says, whatever is written.
    """
    since, errors = _day(form.since), {}
    if len(_digits(form.number)) < _FEWEST_DIGITS or len(form.number) > MOST_TEXT:
        errors["called_number"] = NUMBER_MISSING
    if since is None:
        errors["called_since"] = SINCE_MISSING
    elif since >= proposed:
        errors["called_since"] = Message(NOT_BEFORE, since=since, proposed=proposed)
    if newer := _newer(form.number, phones, proposed):
        errors["called_number"] = Message(NEWER_ON_FILE, since=newer, proposed=proposed)
    if not squash(form.note) or len(form.note) > MOST_TEXT:
        errors["called_note"] = NOTE_MISSING
    return errors


def read_call(form: CallForm) -> Call:
    """The values of a form that check_call passed."""
    return Call(squash(form.number), date.fromisoformat(form.since), squash(form.note))


def phones_of(
    current: str | None, registered: date, former: Sequence[Mapping[str, Any]], day_of: Callable[[str], date]
) -> tuple[Phone, ...]:
    """Numbers of the company, newest first: each since what was before it ended, the first since it registered.

    `former`: [{email, phone, until}] oldest first. A number that came back counts from when it came back.
    """
    numbers = [one.get("phone") for one in former] + [current]
    starts = [registered, *(day_of(one["until"]) for one in former)]
    found = [
        Phone(number, since)
        for number, since, before in zip(numbers, starts, [None, *numbers], strict=False)
        if number and number != before
    ]
    return tuple(reversed(found))


def refusal(person: object, proposed: object, called: object) -> str | None:
    """Why this person may not approve the account, or None."""
    if person is None:
        return NO_PERSON
    if person == proposed:
        return OWN_PROPOSAL
    return OWN_CALL if person == called else None


def ends(approved: datetime, hours: int) -> datetime:
    """When an account approved now may come in force."""
    return approved + timedelta(hours=hours)


def _newer(number: str, phones: Sequence[Phone], proposed: date) -> date | None:
    """Since when the number is on file, if that is no earlier than the proposal."""
    same = [phone.since for phone in phones if _same(phone.number, number)]
    return max(same) if same and min(same) >= proposed else None


def _same(one: str, other: str) -> bool:
    return _national(one) == _national(other)


def _national(number: str) -> str:
    return _digits(number).removeprefix("00").removeprefix("46").lstrip("0")


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        return None
