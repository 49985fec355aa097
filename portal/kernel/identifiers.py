"""Numbers that carry their own check: normalised, verified, spelt as people write them."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from unicodedata import normalize
from uuid import UUID

from stdnum import iban as _iban

from portal.kernel.clean_text import without_unseen

_NOISE = dict.fromkeys(map(ord, " -.\N{NO-BREAK SPACE}\N{EN DASH}\N{NON-BREAKING HYPHEN}"), None)
_SIGNS = re.compile(r"[\s./\\_\-\u2010-\u2015\u2212]+")
_ORG = 10
_GIRO_LENGTHS = {"bankgiro": (7, 8), "plusgiro": (2, 8)}
_GTIN_LENGTHS = (8, 12, 13, 14)
_GLN = 13
_OCR = (2, 25)


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562 version 7): milliseconds, then the fraction of one, then 62 random bits.

    The instant is for ordering rows only and decides nothing, so it is not the portal's clock.
    """
    millis, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def read_uuid(text: str | None) -> UUID | None:
    """The id that is written, None for nothing or anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def read_uuids(texts: Iterable[str]) -> tuple[UUID, ...]:
    """Those of the texts that are ids, each once, in their order."""
    return tuple(found for text in dict.fromkeys(texts) if (found := read_uuid(text)) is not None)


def luhn_ok(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the rest."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    total = 0
    for position, char in enumerate(reversed(digits)):
        doubled = int(char) << (position & 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004
    return total % 10 == 0


def gs1_ok(digits: str) -> bool:
    """Whether the last digit is the GS1 check digit (GTIN, GLN) of the rest."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    body = [int(char) for char in reversed(digits)]
    return (sum(body[::2]) + 3 * sum(body[1::2])) % 10 == 0


def org_number(text: str) -> str | None:
    """Ten digits of a Swedish organisation number (dash, blanks and a leading 16 understood), or None."""
    digits = text.translate(_NOISE)
    if len(digits) == _ORG + 2 and digits.startswith("16"):
        digits = digits[2:]
    return digits if len(digits) == _ORG and luhn_ok(digits) else None


def format_org_number(digits: str) -> str:
    """ "5566778899" → "556677-8899"; anything else is left as it is."""
    return f"{digits[:6]}-{digits[6:]}" if len(digits) == _ORG and digits.isdigit() else digits


def vat_number(text: str) -> str | None:
    """A Swedish VAT number "SE556677889901", or None: SE, the organisation number, 01."""
    compact = text.translate(_NOISE).upper()
    if len(compact) != _ORG + 4 or not compact.startswith("SE") or compact[-2:] != "01":
        return None
    return compact if org_number(compact[2:12]) else None


def org_of_vat(text: str) -> str | None:
    """The ten digits of whoever has a Swedish VAT number, or None for anything else."""
    number = vat_number(text)
    return number[2:12] if number else None


def bankgiro(text: str) -> str | None:
    """Seven or eight digits with a right check digit, or None."""
    return _giro(text, "bankgiro")


def plusgiro(text: str) -> str | None:
    """Two to eight digits with a right check digit, or None."""
    return _giro(text, "plusgiro")


def _giro(text: str, kind: str) -> str | None:
    digits = text.translate(_NOISE)
    low, high = _GIRO_LENGTHS[kind]
    return digits if low <= len(digits) <= high and luhn_ok(digits) else None


def format_bankgiro(digits: str) -> str:
    """ "1234566" → "123-4566", "12345674" → "1234-5674"."""
    return f"{digits[:-4]}-{digits[-4:]}"


def format_plusgiro(digits: str) -> str:
    """ "12345674" → "1234567-4"."""
    return f"{digits[:-1]}-{digits[-1:]}"


def iban(text: str) -> str | None:
    """An IBAN without blanks in upper case, or None: length and pattern of its country, mod 97."""
    compact = text.translate(_NOISE).upper()
    return compact if _iban.is_valid(compact) else None


def account_number(scheme: str, text: str) -> str:
    """An account for comparison: digits of a giro, an IBAN in upper case. A wrong one is only cleaned."""
    compact = text.translate(_NOISE).upper()
    return compact if scheme.upper() == "IBAN" else compact.lstrip("0")


def gtin(text: str) -> str | None:
    """8, 12, 13 or 14 digits of an article number with a right check digit, or None."""
    digits = text.translate(_NOISE)
    return digits if len(digits) in _GTIN_LENGTHS and gs1_ok(digits) else None


def invoice_number_key(number: str) -> str:
    """The number as it is compared (A4.11): upper case, each run of blanks, dashes, dots, slashes and underscores
    as one "-", none at the ends. However its signs are encoded: composed or not, full width, with unseen ones
    between. A number of nothing but signs is its own key."""
    seen = without_unseen(normalize("NFKC", number))
    return _SIGNS.sub("-", seen.upper()).strip("-") or number.strip()


def folded_number_key(number: str) -> str:
    """What two spellings of one number may share: the key without signs and leading zeros."""
    return invoice_number_key(number).replace("-", "").lstrip("0")


def number_as_typed(number: str) -> str:
    """What a person types to find a number: the key without its signs."""
    return invoice_number_key(number).replace("-", "")
