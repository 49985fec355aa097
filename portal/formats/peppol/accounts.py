"""Which account is it? Bankgiro and plusgiro by branch id (or the codes of old), IBAN by its shape."""

from __future__ import annotations

import re

BRANCHES = {"SE:BANKGIRO": "BANKGIRO", "SE:PLUSGIRO": "PLUSGIRO"}
BRANCH_OF = {scheme: branch for branch, scheme in BRANCHES.items()}
# SE-R-011 calls these outdated, but they are still sent.
_OLD_CODES = {"50": "PLUSGIRO", "56": "BANKGIRO"}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_SEPARATORS = re.compile(r"[\s-]+")

OTHER = "OTHER"


def account_of(written: str, branch: str | None, means_code: str | None) -> tuple[str, str]:
    """(number without blanks and dashes, scheme): BANKGIRO, PLUSGIRO, IBAN, or OTHER for none of them."""
    number = _SEPARATORS.sub("", written).upper()
    scheme = BRANCHES.get((branch or "").upper())
    if scheme is None and _IBAN.fullmatch(number):
        scheme = "IBAN"
    return number, scheme or _OLD_CODES.get(means_code or "", OTHER)
