"""Units as they are written beside a figure: the short word where there is one."""

from __future__ import annotations

from collections.abc import Mapping

from portal.catalog.rules.units import unit_name
from portal.web.i18n import gettext

SHORT: Mapping[str, str] = {
    "EA": "st", "H87": "st", "C62": "st", "XPK": "förp", "XBX": "kart", "KGM": "kg", "LTR": "l", "HUR": "tim",
    "MTR": "m", "XRO": "rulle",
}  # fmt: skip


def unit_word(code: str) -> str:
    """ "st" for EA, "förp" for XPK, else the unit's name."""
    return gettext(SHORT.get(code) or unit_name(code))
