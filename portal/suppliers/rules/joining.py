"""What a registration holds beside the company's own facts: its address and the login it opens (A10.01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.text import Message, squash

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_POSTCODE = 5
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Joining:
    """Address and password as written; `name` and `email` are those of the company's form."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    password: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A Swedish address, the postcode as "123 45"."""

    street: str
    postcode: str
    city: str


def check_joining(form: Joining) -> Mapping[str, str]:
    """Field → Swedish message; empty when all is well."""
    return check_address(form.street, form.postcode, form.city) | _named("password", _password(form))


def check_address(street: str, postcode: str, city: str) -> dict[str, str]:
    """Field → Swedish message for an address."""
    return (
        _named("street", _text(street, "Skriv gatuadress eller box."))
        | _named("postcode", _postcode(postcode))
        | _named("city", _text(city, "Skriv postorten."))
    )


def read_address(street: str, postcode: str, city: str) -> Address:
    """The address of a form that was checked."""
    digits = _digits(postcode)
    return Address(squash(street), f"{digits[:3]} {digits[3:]}", squash(city))


def _named(name: str, message: str | None) -> dict[str, str]:
    return {name: message} if message else {}


def _text(value: str, message: str) -> str | None:
    if not value.strip():
        return message
    return (
        Message("Skriv högst %(most)s tecken.", most=_MOST_CHARACTERS)
        if len(value) > _MOST_CHARACTERS
        else None
    )


def _postcode(value: str) -> str | None:
    if not value.strip():
        return "Skriv postnumret, till exempel 123 45."
    if len(_digits(value)) == _POSTCODE and len(value.strip()) <= _POSTCODE + 2:
        return None
    return "Postnumret ska ha 5 siffror, till exempel 123 45."


def _digits(value: str) -> str:
    return "".join(char for char in value if char in "0123456789")


def _password(form: Joining) -> str | None:
    if not form.password:
        return "Välj ett lösenord med minst 12 tecken."
    if len(form.password) < SHORTEST_PASSWORD:
        return Message(
            "Lösenordet har %(count)s tecken, men behöver minst 12. Flera ord i rad är lätt att minnas.",
            count=len(form.password),
        )
    if len(form.password) > LONGEST_PASSWORD:
        return Message("Skriv högst %(most)s tecken.", most=LONGEST_PASSWORD)
    return _guessable(form)


def _guessable(form: Joining) -> str | None:
    """Nobody guesses long: what is left without the company's name and address must hold by itself."""
    rest = form.password.casefold()
    for known in (form.email.strip().casefold(), form.name.strip().casefold()):
        rest = rest.replace(known, "") if known else rest
    if len(set(rest)) < 5:  # noqa: PLR2004 - "aaaaaaaaaaaa", or the name alone
        return "Lösenordet går lätt att gissa. Använd inte företagets namn eller samma tecken om och om igen."
    return None
