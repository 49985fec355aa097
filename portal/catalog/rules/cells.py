"""One cell of a price list → its value, or what is wrong with it and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from portal.catalog.rules.units import unit_code
from portal.catalog.rules.unspsc import check_unspsc
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import gtin
from portal.kernel.money import parse_amount
from portal.kernel.text import Message

VAT_RATES = (Decimal(25), Decimal(12), Decimal(6), Decimal(0))
PRICE_DECIMALS = 4
MOST_ITEM_NO = 50
MOST_NAME = 200
MOST_DESCRIPTION = 4000
MOST_LEAD_DAYS = 999
MOST_PRICE = Decimal(100_000_000)
_CODE_NOISE = dict.fromkeys(map(ord, " .-\N{NO-BREAK SPACE}"), None)
_TOO_LONG = {
    "item_no": "Artikelnumret har %(count)s tecken.",
    "name": "Benämningen har %(count)s tecken. Resten kan stå i beskrivningen.",
    "description": "Beskrivningen har %(count)s tecken.",
}
_AT_MOST = "Skriv högst %(most)s."
_CONTROL = frozenset(map(chr, range(32))) - {"\t", "\n", "\r"}


class Wrong(Exception):
    """A cell that cannot be used: what is wrong and how to mend it."""

    def __init__(self, message: str, mend: str, **params: object) -> None:
        self.message = Message(message, **params)
        self.mend = Message(mend, **params)
        super().__init__(self.message)


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
    if len(text) > MOST_ITEM_NO:
        raise Wrong(_TOO_LONG["item_no"], _AT_MOST, count=len(text), most=MOST_ITEM_NO)
    return text if text.isprintable() else _words(text)


def _name(text: str) -> str:
    if not text:
        raise Wrong("Benämningen saknas.", "Skriv vad artikeln heter.")
    if len(text) > MOST_NAME:
        raise Wrong(_TOO_LONG["name"], _AT_MOST, count=len(text), most=MOST_NAME)
    return text if text.isprintable() else _words(text)


def _description(text: str) -> str | None:
    if len(text) > MOST_DESCRIPTION:
        raise Wrong(_TOO_LONG["description"], _AT_MOST, count=len(text), most=MOST_DESCRIPTION)
    return (text if text.isprintable() else _words(text)) or None


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


def _price(text: str) -> Decimal:
    if not text:
        raise Wrong("Priset saknas.", "Skriv priset utan moms, till exempel 39,50.")
    try:
        price = parse_amount(text, max_decimals=PRICE_DECIMALS)
    except Invalid:
        raise _not_a_price(text) from None
    if price <= 0:
        raise Wrong("Priset är inte större än noll.", "Skriv priset utan moms, till exempel 39,50.")
    if price >= MOST_PRICE:
        raise Wrong("Priset är orimligt högt.", "Kontrollera decimaltecknet.")
    return price


def _not_a_price(text: str) -> Wrong:
    bare = text.casefold().removesuffix("kr").removesuffix("sek").strip(" \N{NO-BREAK SPACE}:-")
    try:
        price = parse_amount(bare, max_decimals=PRICE_DECIMALS)
    except Invalid:
        mend = "Skriv bara siffror och decimalkomma, till exempel 1250,00."
        return Wrong("”%(text)s” är inte ett belopp.", mend, text=text)
    mend, spelt = "Skriv bara talet med komma: %(price)s", str(price).replace(".", ",")
    return Wrong("”%(text)s” är inte bara ett tal.", mend, text=text, price=spelt)


def _vat_rate(text: str) -> Decimal:
    mend = "Skriv 25, 12, 6 eller 0."
    bare = text.removesuffix("%").rstrip(" \N{NO-BREAK SPACE}")
    if not bare:
        raise Wrong("Momssatsen saknas.", mend)
    try:
        rate = parse_amount(bare)
    except Invalid:
        raise Wrong("”%(text)s” är ingen momssats.", mend, text=text) from None
    # Excel shows a percentage cell as 25 % and hands over 0.25; no Swedish rate lies between 0 and 1.
    rate = rate * 100 if 0 < rate < 1 else rate
    for known in VAT_RATES:
        if rate == known:
            return known
    raise Wrong("Momssatsen %(rate)s %% finns inte.", mend, rate=text.removesuffix("%").strip())


def _unspsc(text: str) -> str:
    code = text.translate(_CODE_NOISE)
    if not code:
        raise Wrong("UNSPSC-koden saknas.", "Sök koden i listan.")
    if wrong := check_unspsc(code):
        raise Wrong(*wrong, count=len(code), segment=code[:2])
    return code


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


def _lead_time(text: str) -> int | None:
    bare = text.casefold().removesuffix("dagar").removesuffix("dag").rstrip(" \N{NO-BREAK SPACE}")
    if not bare:
        return None
    if not (bare.isascii() and bare.isdigit() and int(bare) <= MOST_LEAD_DAYS):
        raise Wrong(
            "Leveranstiden ”%(text)s” går inte att läsa.", "Skriv antal dagar, till exempel 5.", text=text
        )
    return int(bare)


def _currency(text: str) -> None:
    if text.upper() not in ("", "SEK", "KR"):
        raise Wrong("Valutan är %(text)s.", "Ange priset i svenska kronor, SEK.", text=text)


READERS: Mapping[str, tuple[Callable[[str], object], bool]] = {
    "item_no": (_item_no, False),
    "name": (_name, False),
    "unit": (_unit, True),
    "price": (_price, True),
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
