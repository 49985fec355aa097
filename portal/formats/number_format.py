"""A number as its cell shows it: 000000 shows 471 as 000471. Plain formats only; of others nothing is said."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

# ECMA-376 part 1, 18.8.30: those that always exist. Dates are told by the reader itself.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00"}
_LITERAL = r'(?:"[^"]*"|\\.|[-_/ ])*'
_PLAIN = re.compile(rf"({_LITERAL})([#0,]*0)(?:\.(0+))?({_LITERAL})")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')


@lru_cache(maxsize=512)
def _parts(code: str) -> tuple[str, int, bool, int, str] | None:
    """(text before, fewest digits, whether thousands are grouped, decimals, text after)."""
    found = _PLAIN.fullmatch(code.partition(";")[0])
    if found is None:
        return None
    before, whole, decimals, after = found.groups()
    return _literal(before), whole.count("0"), "," in whole, len(decimals or ""), _literal(after)


def _literal(text: str) -> str:
    return _QUOTED.sub(lambda found: found.group(1) or found.group(2) or "", text)


def as_shown(number: str, code: str) -> str | None:
    """The number (as the file holds it, "471" or "12.1") in a format; None where the format is not a plain one."""
    parts = _parts(code)
    if parts is None:
        return None
    before, fewest, grouped, decimals, after = parts
    try:
        value = Decimal(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    except (InvalidOperation, ValueError):
        return None
    whole, _, rest = format(abs(value), "f").partition(".")
    whole = whole.zfill(fewest)
    if grouped:
        whole = format(int(whole), ",d").replace(",", " ")
    sign = "-" if value < 0 else ""
    return f"{sign}{before}{whole}{',' + rest if rest else ''}{after}"
