"""Amounts: Decimal only, öre rounded half up, Swedish and canonical spelling."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from portal.kernel.errors import Invalid

ORE = Decimal("0.01")
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_MOST_DIGITS = 15
_GROUP = 3
_KILO = 1000
_BLANKS = dict.fromkeys(map(ord, " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"), " ")
_NOT_AN_AMOUNT = "”%(value)s” är inte ett tal. Skriv bara siffror och decimalkomma, till exempel 1250,00."


def to_ore(value: Decimal) -> Decimal:
    """Rounded half up (away from zero) to 0.01."""
    return value.quantize(ORE, rounding=ROUND_HALF_UP)


def round_to(value: Decimal, decimals: int) -> Decimal:
    """Rounded half up to so many decimals."""
    return value.quantize(_quantum(decimals), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=32)
def _quantum(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def canonical(value: Decimal) -> str:
    """An amount for machines: "1234.50", always two decimals."""
    return format(to_ore(value), "f")


def canonical_number(value: Decimal) -> str:
    """A quantity, price or rate for machines: plain digits, no exponent, no trailing zeros ("7.5", "10")."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def format_sv(value: Decimal, decimals: int = 2) -> str:
    """As a Swede reads it: "1 234,50" with no-break spaces and a real minus sign."""
    text = format(round_to(value, decimals), ",f").replace(",", NBSP).replace(".", ",")
    return MINUS + text[1:] if text.startswith("-") else text


def format_number_sv(value: Decimal) -> str:
    """A quantity, price or rate as a Swede reads it, without trailing zeros: "1 000", "7,5"."""
    plain = canonical_number(value)
    return format_sv(value, len(plain.partition(".")[2]))


def format_kr(value: Decimal) -> str:
    """ "1 234,50 kr" with a no-break space."""
    return f"{format_sv(value)}{NBSP}kr"


def kilobytes(size: int) -> str:
    """ "1 200 kB": a file's size, never less than one."""
    return f"{format_number_sv(Decimal(max(1, -(-size // _KILO))))}{NBSP}kB"


def as_cost(amount: Decimal, *, credit: bool) -> Decimal:
    """An amount as it weighs on the cost: written without a sign on a credit note, it takes away."""
    return -amount if credit else amount


def parse_amount(text: str, *, max_decimals: int = 2) -> Decimal:
    """Read "1 250,00", "1250,00", "1250.00" or "−5". Raises Invalid with a Swedish message.

    A dot followed by exactly three digits may be thousands or decimals and is refused, never guessed.
    """
    raw = text.strip().translate(_BLANKS)
    sign, body = ("-", raw[1:].lstrip()) if raw[:1] in ("-", MINUS) else ("", raw)
    comma = body.find(",")
    whole, decimals = (body[:comma], body[comma + 1 :]) if comma >= 0 else _split_at_dot(body, text)
    if " " in whole:
        whole = _join_thousands(whole, text)
    if not (whole.isascii() and whole.isdigit() and len(whole) <= _MOST_DIGITS):
        raise Invalid(_NOT_AN_AMOUNT, value=text.strip())
    if (decimals and not (decimals.isascii() and decimals.isdigit())) or body.endswith((",", ".")):
        raise Invalid(_NOT_AN_AMOUNT, value=text.strip())
    if len(decimals) > max_decimals:
        raise Invalid(
            "”%(value)s” har %(count)s decimaler. Skriv högst %(most)s.",
            value=text.strip(), count=len(decimals), most=max_decimals,
        )  # fmt: skip
    return Decimal(f"{sign}{whole}.{decimals}" if decimals else sign + whole)


def _split_at_dot(body: str, text: str) -> tuple[str, str]:
    whole, _, decimals = body.partition(".")
    if len(decimals) == _GROUP:
        raise Invalid(
            "”%(value)s” kan läsas på två sätt. Skriv %(whole)s%(rest)s eller %(whole)s,%(rest)s.",
            value=text.strip(), whole=whole, rest=decimals,
        )  # fmt: skip
    return whole, decimals


def _join_thousands(whole: str, text: str) -> str:
    first, *rest = whole.split(" ")
    if not first or len(first) > _GROUP or any(len(part) != _GROUP for part in rest):
        raise Invalid(_NOT_AN_AMOUNT, value=text.strip())
    return first + "".join(rest)
