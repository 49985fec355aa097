"""Strings of the forms → values of the rules, and the rules' messages → what a template shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portal.kernel.text import Message
from portal.suppliers.rules.agreements import AgreementForm
from portal.suppliers.rules.joining import Joining
from portal.suppliers.rules.registration import RegistrationForm
from portal.web.i18n import gettext

RANK_WRONG = "Skriv platsen i rangordningen som ett tal från 1 till 99."
_RANK = re.compile(r"[1-9][0-9]?")


def text(data: Mapping[str, Any], name: str) -> str:
    """One field as written; nothing when it is not there."""
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def rank(data: Mapping[str, Any]) -> int | None:
    """A place in the ranking, 1 to 99; the first when nothing is written, None for anything else."""
    written = text(data, "rank") or "1"
    return int(written) if _RANK.fullmatch(written) else None


def registration_form(data: Mapping[str, Any]) -> RegistrationForm:
    """The company's part of the registration."""
    fields = (
        "name",
        "org_number",
        "vat_number",
        "bankgiro",
        "plusgiro",
        "iban",
        "contact_name",
        "email",
        "phone",
    )
    return RegistrationForm(f_tax=bool(data.get("f_tax")), **{name: text(data, name) for name in fields})


def joining_form(data: Mapping[str, Any]) -> Joining:
    """Address and password; the password as typed, blanks and all."""
    fields = ("street", "postcode", "city", "name", "email")
    password = data.get("password")
    return Joining(
        password=password if isinstance(password, str) else "", **{name: text(data, name) for name in fields}
    )


def agreement_form(data: Mapping[str, Any]) -> AgreementForm:
    """An agreement's form; `callers` comes as one value or a list."""
    fields = (
        "number",
        "name",
        "kind",
        "valid_from",
        "valid_to",
        "cap_amount",
        "ranking_limit",
        "price_terms",
    )
    callers = data.get("callers") or ()
    chosen = (callers,) if isinstance(callers, str) else tuple(map(str, callers))
    return AgreementForm(callers=chosen, **{name: text(data, name) for name in fields})


def translated(errors: Mapping[str, str]) -> dict[str, str]:
    """Messages in the request's language, holes filled."""
    return {name: one(message) for name, message in errors.items()}


def one(message: str) -> str:
    """One message in the request's language."""
    if isinstance(message, Message):
        return gettext(message.msgid) % message.params if message.params else gettext(message.msgid)
    return gettext(message)
