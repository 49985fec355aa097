"""Permissions: the field's own codes (requirements A2) as data, with what each lets a person do.

A user's permissions are the group's plus the extra roles given to the user. A45 has two scopes, local and central
(the deck uses one code for both): whoever holds it centrally holds `levgruppen` too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ORDER_AND_INVOICE = "A14"
CENTRAL_SYSTEM_ADMIN = "A43"
LOCAL_SYSTEM_ADMIN = "A44"
INVOICE_ADMIN = "A45"
LEVGRUPPEN = "levgruppen"
SEE_AGREEMENTS = "A51"
RECEIVE_ALL = "B10"
RENEWED_COMPETITION = "B25"
SEE_ALL_INVOICES = "B26"
RECEIPT_BY_AMOUNT = "B27"
ORDER_FOR_OTHERS = "B29"
SUPPLIER_ADMIN = "B41"
TEMPORARY_ADDRESS = "B42"
SEE_SECRET = "B45"  # noqa: S105 - a permission, not a password
MATCHING_REVIEW = "BX1"
AUDITOR = "R01"
SUPPLIER = "SUPPLIER"
ANYONE_SIGNED_IN = "SIGNED_IN"
PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Permission:
    """One code with its Swedish name and where it comes from."""

    code: str
    label: str
    source: str


PERMISSIONS: tuple[Permission, ...] = (
    Permission(ORDER_AND_INVOICE, "Inköp och faktura med attest", "A2.01"),
    Permission(CENTRAL_SYSTEM_ADMIN, "Central systemadministratör", "A2.02"),
    Permission(LOCAL_SYSTEM_ADMIN, "Lokal systemadministratör", "A2.03"),
    Permission(INVOICE_ADMIN, "Fakturaadministratör", "A2.04"),
    Permission(LEVGRUPPEN, "Levgruppen, central fakturaadministratör", "A2.04"),
    Permission(SEE_AGREEMENTS, "Visa avtal", "A2.05"),
    Permission(RECEIVE_ALL, "Extra leveranskvitterare", "A2.06"),
    Permission(RENEWED_COMPETITION, "FKU-användare", "A2.07"),
    Permission(SEE_ALL_INVOICES, "Se alla förvaltningens fakturor", "A2.08"),
    Permission(RECEIPT_BY_AMOUNT, "Leveranskvittera på belopp", "A2.09"),
    Permission(ORDER_FOR_OTHERS, "Skapa beställning åt annan", "A2.10"),
    Permission(SUPPLIER_ADMIN, "Leverantörsadministratör", "A2.11"),
    Permission(TEMPORARY_ADDRESS, "Skapa tillfällig leveransadress", "A2.12"),
    Permission(SEE_SECRET, "Se sekretess", "A2.13"),
    Permission(MATCHING_REVIEW, "Granska faktura vid ordermatchning", "A2.14"),
    Permission(AUDITOR, "Revisor, läser allt som inte är sekretess", "A2.17"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """A permission group (A2.18)."""

    code: str
    label: str
    permissions: tuple[str, ...]
    source: str


GROUPS: tuple[Group, ...] = (
    Group(
        "standard",
        "Standardanvändare",
        (ORDER_AND_INVOICE, RECEIPT_BY_AMOUNT, ORDER_FOR_OTHERS, MATCHING_REVIEW),
        "A2.15",
    ),
    Group("viewer", "Fakturasynare", (SEE_AGREEMENTS, SEE_ALL_INVOICES), "A2.16"),
    Group("local_admin", "Lokal systemadministratör", (LOCAL_SYSTEM_ADMIN, SEE_ALL_INVOICES), "A3"),
    Group("invoice_admin", "Lokal fakturaadministratör", (INVOICE_ADMIN, SEE_ALL_INVOICES), "A3"),
    Group("levgruppen", "Levgruppen", (INVOICE_ADMIN, LEVGRUPPEN, SEE_ALL_INVOICES, SEE_SECRET), "A1.07"),
    Group("central_admin", "Central systemadministratör", (CENTRAL_SYSTEM_ADMIN, SEE_ALL_INVOICES), "A3.17"),
    Group("supplier_admin", "Leverantörsadministratör", (SUPPLIER_ADMIN,), "A2.11"),
    Group("auditor", "Revisor", (AUDITOR, SEE_ALL_INVOICES), "A2.17"),
    Group("inactive", "Inaktiva användare", (), "A2.19"),
)

EVERY_CODE: frozenset[str] = frozenset(permission.code for permission in PERMISSIONS)


def allowed(held: Iterable[str], required: str | tuple[str, ...]) -> bool:
    """Whether any of the required permissions is held. PUBLIC asks nothing; SIGNED_IN is held by every user."""
    wanted = (required,) if isinstance(required, str) else required
    return PUBLIC in wanted or not set(wanted).isdisjoint(held)
