"""Whether two units are the same: the supplier's own words as agreed, and a piece by any of its codes."""

from __future__ import annotations

from portal.catalog.rules.units import unit_code
from portal.invoicing.match_values import MatchLimits

PIECE = "EA"
_PIECES = frozenset({"EA", "H87", "C62"})


def meant(unit: str, limits: MatchLimits | None = None) -> str | None:
    """The unit a word stands for, the supplier's own words first; a piece is a piece by any of its codes."""
    own = {folded(word): code for word, code in limits.units} if limits and limits.units else {}
    code = unit_code(own.get(folded(unit), unit))
    return PIECE if code in _PIECES else code


def folded(unit: str) -> str:
    """A unit's word as it is compared: no blanks, small letters."""
    return "".join(unit.split()).casefold()
