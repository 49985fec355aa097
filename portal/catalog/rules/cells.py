"""One cell of a price list → its value, or what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from portal.catalog.rules.outcome import Doubt, Repaired, Wrong
from portal.catalog.rules.prices import read_number, read_price
from portal.catalog.rules.units import unit_code
from portal.catalog.rules.unspsc import check_unspsc
from portal.kernel.clean_text import garbled, plain_text
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import gtin
from portal.kernel.item_numbers import item_number
from portal.kernel.money import parse_amount

VAT_RATES = (Decimal(25), Decimal(12), Decimal(6), Decimal(0))
MOST_ITEM_NO = 50
MOST_NAME = 200
MOST_DESCRIPTION = 4000
MOST_LEAD_DAYS = 999
_CODE_NOISE = dict.fromkeys(map(ord, " .-\N{NO-BREAK SPACE}"), None)
_TOO_LONG = {
    "item_no": "Artikelnumret har %(count)s tecken.",
    "name": "Benämningen har %(count)s tecken. Resten kan stå i beskrivningen.",
    "description": "Beskrivningen har %(count)s tecken.",
}
_AT_MOST = "Skriv högst %(most)s."
_MANGLED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d{1,3}")
WORKDAYS = 5
_LEAD_TIME = re.compile(r"(\d{1,4})\s*(?:(?:arbets|vardags?)?(?:dagar|dag|d)\.?|(veckor|vecka|v)\.?)?")
# Of Swedish bookkeeping programs: output VAT 1, 2 and 3.
_VAT_CODES = {"MP1": Decimal(25), "MP2": Decimal(12), "MP3": Decimal(6)}
_CONTROL = frozenset(map(chr, range(32))) - {"\t", "\n", "\r"}


def cell_text(cell: object) -> str:
    """A cell as text: numbers from spreadsheets without a tail of .0, nothing as ""."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        # Twelve digits hide the binary noise; a comma, because a spreadsheet's number is never ambiguous.
        return str(int(cell)) if cell.is_integer() else format(cell, ".12g").replace(".", ",")
    return str(cell).strip()


def _item_no(text: str) -> str:
    if not text:
        raise Wrong("Artikelnumret saknas.", "Skriv leverantörens artikelnummer.")
    number = text if text.isascii() and text.isprintable() else item_number(_words(text))
    if _MANGLED.fullmatch(number):
        raise Wrong(
            "”%(text)s” är ett tal som ett kalkylprogram har kortat: siffror saknas.",
            "Gör kolumnen till text och skriv hela numret.", text=text,
        )  # fmt: skip
    if len(number) > MOST_ITEM_NO:
        raise Wrong(_TOO_LONG["item_no"], _AT_MOST, count=len(number), most=MOST_ITEM_NO)
    return number


def _name(text: str) -> object:
    if not text:
        raise Wrong("Benämningen saknas.", "Skriv vad artikeln heter.")
    cleaned = _clean(text)
    if not cleaned:
        raise Wrong("Benämningen saknas.", "Skriv vad artikeln heter.")
    if len(cleaned) > MOST_NAME:
        raise Wrong(_TOO_LONG["name"], _AT_MOST, count=len(cleaned), most=MOST_NAME)
    return cleaned


def _description(text: str) -> str | None:
    cleaned = _clean(text)
    if len(cleaned) > MOST_DESCRIPTION:
        raise Wrong(_TOO_LONG["description"], _AT_MOST, count=len(cleaned), most=MOST_DESCRIPTION)
    return cleaned or None


def _clean(text: str) -> str:
    """The text without HTML and unseen signs; Wrong where letters were lost on the way."""
    cleaned = plain_text(text)
    if signs := garbled(cleaned):
        raise Wrong(
            "Texten har tecken som blivit fel: ”%(signs)s”.",
            "Spara filen som CSV UTF-8 eller XLSX och ladda upp igen.",
            signs=signs,
        )
    return cleaned if cleaned.isprintable() else _words(cleaned)


def _words(text: str) -> str:
    if not _CONTROL.isdisjoint(text):
        raise Wrong("Texten har osynliga styrtecken.", "Skriv om texten för hand.")
    return " ".join(text.split())


def _unit(text: str) -> str:
    if not text:
        raise Wrong("Enheten saknas.", "Skriv till exempel st, förp eller kg.")
    code = unit_code(text)
    if code is None:
        raise Wrong("Enheten ”%(unit)s” känner vi inte.", "Skriv till exempel st, förp eller kg.", unit=text)
    return code


def _vat_rate(text: str) -> object:
    return _rate(text, number=False)


def _vat_number(text: str) -> object:
    # Excel shows a percentage cell as 25 % and hands over 0.25; no Swedish rate lies between 0 and 1.
    return _rate(text, number=True)


def _rate(text: str, *, number: bool) -> object:
    mend = "Skriv 25, 12, 6 eller 0."
    bare = text.removesuffix("%").rstrip(" \N{NO-BREAK SPACE}")
    if not bare:
        raise Wrong("Momssatsen saknas.", mend)
    if code := _VAT_CODES.get(bare.upper()):
        raise Doubt("vat_code", {"yes": code}, "”%(text)s” är en momskod.", f"{code} %", text=text)
    try:
        rate = parse_amount(bare)
    except Invalid:
        raise Wrong("”%(text)s” är ingen momssats.", mend, text=text) from None
    share = rate * 100 if 0 < rate < 1 and bare == text else rate
    for known in VAT_RATES:
        if rate == known or (number and share == known):
            return known
        if share == known:
            told = f"{known} %"
            raise Doubt(
                "vat_share", {"yes": known}, "”%(text)s” kan betyda %(rate)s.", told, text=text, rate=told
            )
    raise Wrong("Momssatsen %(rate)s %% finns inte.", mend, rate=text.removesuffix("%").strip())


def _unspsc(text: str) -> object:
    code = text.removesuffix(".0").removesuffix(",0").translate(_CODE_NOISE)
    if not code:
        raise Wrong("UNSPSC-koden saknas.", "Sök koden i listan.")
    if wrong := check_unspsc(code):
        raise Wrong(*wrong, count=len(code), segment=code[:2])
    return code if code == text else Repaired(code)


def _gtin(text: str) -> str | None:
    if not text:
        return None
    if "E+" in text.upper():
        mend = "Gör om kolumnen till text i Excel och skriv in alla siffror."
        raise Wrong("Excel har gjort om numret till %(text)s.", mend, text=text)
    code = gtin(text)
    if code is None:
        mend = "Kontrollera siffrorna. Den sista är en kontrollsiffra."
        raise Wrong("GTIN %(text)s stämmer inte. Det ska ha 8, 12, 13 eller 14 siffror.", mend, text=text)
    return code


def _min_quantity(text: str) -> Decimal | None:
    if not text:
        return None
    mend = "Skriv ett tal större än noll, till exempel 10."
    try:
        quantity = parse_amount(text, max_decimals=3)
    except Invalid:
        raise Wrong("”%(text)s” är inget antal.", mend, text=text) from None
    if quantity <= 0:
        raise Wrong("Minsta antal är inte större än noll.", mend)
    return quantity


def _lead_time(text: str) -> object:
    if not text:
        return None
    found = _LEAD_TIME.fullmatch(text.casefold())
    days = int(found.group(1)) * (WORKDAYS if found.group(2) else 1) if found else MOST_LEAD_DAYS + 1
    if days > MOST_LEAD_DAYS:
        raise Wrong(
            "Leveranstiden ”%(text)s” går inte att läsa.", "Skriv antal dagar, till exempel 5.", text=text
        )
    return days if found and not found.group(2) else Repaired(days)


def _currency(text: str) -> None:
    if text.upper() not in ("", "SEK", "KR"):
        raise Wrong("Valutan är %(text)s.", "Ange priset i svenska kronor, SEK.", text=text)


READERS: Mapping[str, tuple[Callable[[str], object], bool]] = {
    "item_no": (_item_no, False),
    "name": (_name, False),
    "unit": (_unit, True),
    "price": (read_price, True),
    "vat_rate": (_vat_rate, True),
    "unspsc": (_unspsc, True),
    "description": (_description, False),
    "gtin": (_gtin, False),
    "manufacturer": (_description, True),
    "min_quantity": (_min_quantity, True),
    "lead_time_days": (_lead_time, True),
    "currency": (_currency, True),
}
"""Field → how its text is read, and whether the same texts come again and again."""

NUMBERS: Mapping[str, Callable[[str], object]] = {"price": read_number, "vat_rate": _vat_number}
"""Field → how a cell is read that is a number, with no second way to read it."""
