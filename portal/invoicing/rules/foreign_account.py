"""Whose invoice it may be said to be, and when an account that two persons have confirmed for it alone is paid.

Pure: who the seller says it is against who is in the register (A9.04), and the wait after two confirmations.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from portal.invoicing.values import SupplierFacts
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import format_org_number, org_number
from portal.kernel.text import Message, sv_key

ANOTHER_COMPANY = (
    "Fakturan är från organisationsnummer %(written)s. %(name)s har %(registered)s och är ett annat företag."
    " Registrera leverantören, eller makulera fakturan och be om en ny."
)
OWN_CHECK = "Du har själv ringt leverantören. En annan person i levgruppen behöver bekräfta."
NOT_CHECKED = "Någon i levgruppen behöver först ringa leverantören och notera det."
CHECKED_ALREADY = "Någon har redan ringt leverantören om fakturan. Nu behöver en annan person bekräfta."
_FORMS = frozenset(
    {
        "ab",
        "aktiebolag",
        "publ",
        "hb",
        "handelsbolag",
        "kb",
        "kommanditbolag",
        "ek",
        "för",
        "ekonomisk",
        "förening",
    }
)
_SWEDISH_VAT = re.compile(r"SE(\d{10})\d{2}")


def written_number(seller: SupplierFacts) -> str | None:
    """The organisation number the invoice states: of the company, else of its Swedish VAT number; None for none."""
    if seller.legal_id:
        return org_number(seller.legal_id) or seller.legal_id.strip()
    found = _SWEDISH_VAT.fullmatch(seller.vat_number or "")
    return found.group(1) if found else seller.vat_number


def another_company(seller: SupplierFacts, registered: str, name: str) -> Message | None:
    """Why this supplier may not be chosen: the invoice states another organisation number (A9.04). Else None."""
    written = written_number(seller)
    if written is None or written == registered:
        return None
    numbers = {"written": format_org_number(written), "registered": format_org_number(registered)}
    return Message(ANOTHER_COMPANY, name=name, **numbers)


def other_name(written: str, registered: str | None) -> bool:
    """Whether the name on the invoice is not the register's; letters that only look alike are other letters."""
    return bool(registered) and _words(written) != _words(registered or "")


def _words(name: str) -> list[str]:
    words = re.findall(r"\w+", sv_key(name))
    return [word for word in words if word not in {sv_key(form) for form in _FORMS}]


def confirmation_refusal(person: object, checked: object) -> str | None:
    """Why this person may not be the second to confirm an account for one invoice, or None."""
    if checked is None:
        return NOT_CHECKED
    return OWN_CHECK if person is None or person == checked else None


def ready_day(today: date, not_before: datetime | None) -> date:
    """The day payment is counted from: that of the end of the wait, when an account was confirmed for this alone."""
    return today if not_before is None else max(today, stockholm_date(not_before))
