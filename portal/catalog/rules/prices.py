"""A price as a supplier writes it → the amount, repaired where there is one way to read it, else asked about."""

from __future__ import annotations

import re
from decimal import Decimal

from portal.catalog.rules.outcome import Doubt, Repaired, Wrong
from portal.kernel.money import format_number_sv, round_to

DECIMALS = 4
MOST = Decimal(100_000_000)
MEND = "Skriv bara siffror och decimalkomma, till exempel 1250,00."
_BLANKS = dict.fromkeys(
    map(ord, " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"),
    " ",
)
_PLAIN = re.compile(r"\d{1,15}(?:[.,]\d+)?")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_KRONOR = re.compile(
    r"(?:sek|kr\.?)\s*|\s*(?:sek|kr\.?|kronor)|(?:[.,]|:)\s?[-\N{EN DASH}\N{EM DASH}]+", re.IGNORECASE
)
_FOREIGN = re.compile(r"(eur|usd|nok|dkk|gbp|chf|pln|€|\$|£)", re.IGNORECASE)
_SWEDISH_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}")
_COLON = re.compile(r"\d{1,9}:\d{2}")
_THREE = re.compile(r"([1-9]\d{0,2})([.,])(\d{3})")


def read_price(text: str) -> object:
    """Decimal or Repaired; Wrong when it is no price of ours, Doubt where only the supplier knows which it is."""
    if not text:
        raise Wrong("Priset saknas.", "Skriv priset utan moms, till exempel 39,50.")
    if foreign := _FOREIGN.search(text):
        raise Wrong(
            "Priset är i %(currency)s.",
            "Ange priset i svenska kronor, SEK.",
            currency=foreign.group().upper(),
        )
    spaced = " ".join(text.translate(_BLANKS).split())
    bare = _without_kronor(spaced)
    negative = bare[:1] in {"-", "\N{MINUS SIGN}"}
    value = _value(bare[1:].strip() if negative else bare, text)
    checked = _checked(-value if negative else value)
    return checked if bare == spaced and spaced == text and _PLAIN.fullmatch(text) else Repaired(checked)


def read_number(text: str) -> Decimal | Repaired:
    """The price of a cell that is a number: never two ways to read it, but perhaps finer than a price can be."""
    value = Decimal(text.replace(",", "."))
    if -value.as_tuple().exponent <= DECIMALS:  # type: ignore[operator]
        return _checked(value)
    rounded = _checked(round_to(value, DECIMALS))
    raise Doubt(
        "price_rounded", {"yes": rounded}, "Priset %(text)s har fler decimaler än fyra.", format_number_sv(rounded),
        text=text,
    )  # fmt: skip


def _without_kronor(text: str) -> str:
    """Without one mention of kronor before or after: "SEK 1 249", "745:-", "112,-", "19,90 kr"."""
    found = _KRONOR.match(text)
    if found and found.end() < len(text) and found.group().strip().isalpha():
        return text[found.end() :].strip()
    for end in _KRONOR.finditer(text):
        if end.end() == len(text):
            return text[: end.start()].strip()
    return text


def _value(bare: str, text: str) -> Decimal:
    if _SWEDISH_POINTS.fullmatch(bare):
        return _decimal(bare.replace(".", "").replace(",", "."), text)
    if _ENGLISH.fullmatch(bare):
        value = _checked(_decimal(bare.replace(",", ""), text))
        raise Doubt("price_english", {"yes": value}, _TWO_SIGNS, format_number_sv(value), text=text)
    if _COLON.fullmatch(bare):
        value = _checked(_decimal(bare.replace(":", "."), text))
        raise Doubt("price_colon", {"yes": value}, _WITH_COLON, format_number_sv(value), text=text)
    if three := _THREE.fullmatch(bare):
        raise _two_ways(three, text)
    if _PLAIN.fullmatch(bare) or _SPACED.fullmatch(bare):
        return _decimal(bare.replace(" ", "").replace(",", "."), text)
    raise Wrong("”%(text)s” är inte ett belopp.", MEND, text=text)


_TWO_SIGNS = "”%(text)s” är skrivet med komma för tusental och punkt för decimaler."
_WITH_COLON = "”%(text)s” är skrivet med kolon."
_TWO_WAYS = "”%(text)s” kan läsas på två sätt: %(whole)s%(rest)s eller %(whole)s,%(rest)s."


def _two_ways(three: re.Match[str], text: str) -> Doubt:
    whole, sign, rest = three.groups()
    kind = "price_point" if sign == "." else "price_comma"
    values = {"thousands": Decimal(whole + rest), "decimals": Decimal(f"{whole}.{rest}")}
    told = f"{format_number_sv(values['thousands'])} / {whole},{rest}"
    return Doubt(kind, values, _TWO_WAYS, told, text=text, whole=whole, rest=rest)


def _decimal(digits: str, text: str) -> Decimal:
    decimals = len(digits.partition(".")[2])
    if decimals > DECIMALS:
        raise Wrong(
            "”%(text)s” har %(count)s decimaler. Ett pris har högst %(most)s.", MEND, text=text, count=decimals,
            most=DECIMALS,
        )  # fmt: skip
    return Decimal(digits)


def _checked(price: Decimal) -> Decimal:
    mend = "Skriv priset utan moms, till exempel 39,50."
    if price == 0:
        raise Wrong("Priset är noll.", mend)
    if price < 0:
        raise Wrong("Priset är negativt.", mend)
    if price >= MOST:
        raise Wrong("Priset är orimligt högt.", "Kontrollera decimaltecknet.")
    return price
