"""A supplier's registration form (A10.01): each field says what is wrong with it and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.identifiers import bankgiro, iban, org_number, plusgiro, vat_number
from portal.kernel.text import Message, squash

_ORG_DIGITS = 10
_MOST_CHARACTERS = 200
_OTHER_OWNER = "Momsregistreringsnumret hör till ett annat organisationsnummer. Menade du %(right)s?"
_WRONG_ACCOUNT = "%(label)s %(value)s stämmer inte. Kontrollera siffrorna, den sista är en kontrollsiffra."


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What was filled in, as written."""

    name: str = ""
    org_number: str = ""
    vat_number: str = ""
    f_tax: bool = False
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """The form's values, normalised: digits only, VAT number and IBAN in upper case."""

    name: str
    org_number: str
    vat_number: str
    f_tax: bool
    accounts: tuple[tuple[str, str], ...]
    contact_name: str
    email: str
    phone: str


def check_form(form: RegistrationForm) -> Mapping[str, str]:
    """Field → Swedish message; empty when all is well."""
    checks = {
        "name": _required(form.name, "Skriv företagets namn."),
        "org_number": _org_number(form.org_number),
        "vat_number": _vat_number(form),
        "f_tax": None
        if form.f_tax
        else "Intyga att företaget är godkänt för F-skatt. Annars kan vi inte betala.",
        "bankgiro": _bankgiro(form),
        "plusgiro": _giro(form.plusgiro, plusgiro(form.plusgiro), "Plusgirot"),
        "iban": _giro(form.iban, iban(form.iban), "IBAN-numret"),
        "contact_name": _required(form.contact_name, "Skriv vem vi kan kontakta."),
        "email": _email(form.email),
        "phone": _phone(form.phone),
    }
    return {name: message for name, message in checks.items() if message}


def read_form(form: RegistrationForm) -> Registration:
    """The normalised values of a form that check_form passed. ValueError when it did not."""
    if check_form(form):
        raise ValueError("the form has errors")
    accounts = (
        ("BANKGIRO", bankgiro(form.bankgiro)),
        ("PLUSGIRO", plusgiro(form.plusgiro)),
        ("IBAN", iban(form.iban)),
    )
    return Registration(
        squash(form.name), org_number(form.org_number) or "", vat_number(form.vat_number) or "", form.f_tax,
        tuple((scheme, number) for scheme, number in accounts if number),
        squash(form.contact_name), form.email.strip().lower(), squash(form.phone),
    )  # fmt: skip


def _required(value: str, message: str) -> str | None:
    if not value.strip():
        return message
    return (
        Message("Skriv högst %(most)s tecken.", most=_MOST_CHARACTERS)
        if len(value) > _MOST_CHARACTERS
        else None
    )


def _digits(value: str) -> str:
    return "".join(char for char in value if char in "0123456789")


def _org_number(value: str) -> str | None:
    if not value.strip():
        return "Skriv organisationsnumret, till exempel 556677-8899."
    if org_number(value):
        return None
    count = len(_digits(value))
    if count != _ORG_DIGITS:
        return Message("Organisationsnumret har %(count)s siffror, men ska ha 10.", count=count)
    return "Sista siffran i organisationsnumret stämmer inte. Kontrollera att inga siffror har bytt plats."


def _vat_number(form: RegistrationForm) -> str | None:
    if not form.vat_number.strip():
        return "Skriv momsregistreringsnumret. Det är SE, organisationsnumret och 01."
    number, owner = vat_number(form.vat_number), org_number(form.org_number)
    if number is None:
        return "Momsregistreringsnumret ska vara SE, organisationsnumret och 01, till exempel SE556677889901."
    if owner and number[2:12] != owner:
        return Message(_OTHER_OWNER, right=f"SE{owner}01")
    return None


def _bankgiro(form: RegistrationForm) -> str | None:
    if not (form.bankgiro.strip() or form.plusgiro.strip() or form.iban.strip()):
        return "Skriv bankgiro, plusgiro eller IBAN som vi ska betala till."
    return _giro(form.bankgiro, bankgiro(form.bankgiro), "Bankgirot")


def _giro(value: str, number: str | None, label: str) -> str | None:
    if not value.strip() or number:
        return None
    return Message(_WRONG_ACCOUNT, label=label, value=value.strip())


def _email(value: str) -> str | None:
    name, _, domain = value.strip().partition("@")
    if not value.strip():
        return "Skriv en e-postadress."
    if name and "." in domain.strip(".") and not any(c.isspace() or c == "@" for c in name + domain):
        return None
    return "E-postadressen ska ha ett @ och en domän, till exempel order@foretaget.se."


def _phone(value: str) -> str | None:
    if not value.strip():
        return None
    if all(char in "0123456789 +-()/" for char in value.strip()) and len(_digits(value)) >= 5:  # noqa: PLR2004
        return None
    return "Skriv telefonnumret med siffror, till exempel 08-123 45 67."
