"""Units that are only bought whole: nobody delivers half a bottle. A measure (kilogram, metre, hour) is divided."""

from __future__ import annotations

from decimal import Decimal

from portal.catalog.rules.units import UNITS

_MEASURES = """KGM HGM GRM MGM TNE LTR DLT CLT MLT HLT MTQ DMQ CMQ MTR LM DMT CMT MMT KMT MTK CMK HUR MIN DAY E49 WEE
MON QAN SAN ANN KWH MWH LS P1 DZN CEN MIL GRO ZZ"""
DIVISIBLE = frozenset(_MEASURES.split())
PIECES = frozenset(("EA", "H87", "C62"))
"""Three codes for one thing, a piece."""


def is_whole(unit: str) -> bool:
    """Whether the unit is one that comes whole; a unit that is not in the table is left to the supplier."""
    return unit in UNITS and unit not in DIVISIBLE


def fits(quantity: Decimal, unit: str) -> bool:
    """Whether so much can be had in the unit."""
    return not is_whole(unit) or quantity == quantity.to_integral_value()


def same_unit(one: str, other: str) -> bool:
    """Whether two codes mean the same unit."""
    return one == other or {one, other} <= PIECES
