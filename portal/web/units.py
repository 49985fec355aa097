"""Quantities with their unit as a sentence or a table cell says them: "1 förpackning", "10 förpackningar"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from portal.catalog.rules.units import unit_name
from portal.kernel.money import format_number_sv
from portal.web.i18n import gettext

# The short word of a narrow table cell; what is not here is written out.
SHORT: Mapping[str, str] = {
    "EA": "st", "H87": "st", "C62": "st", "XPK": "förp", "XCT": "kart", "KGM": "kg", "LTR": "l", "HUR": "tim",
    "MTR": "m",
}  # fmt: skip
# One of them, where the word differs in another language.
ONE: Mapping[str, str] = {"st": "1 st", "förp": "1 förp", "kart": "1 kart"}
# Whole phrases, since the word after a figure is another than the word alone in more languages than Swedish.
SEVERAL: Mapping[str, str] = {
    "H87": "%(count)s styck",
    "EA": "%(count)s styck",
    "C62": "%(count)s enheter",
    "PR": "%(count)s par",
    "SET": "%(count)s satser",
    "KT": "%(count)s kit",
    "DZN": "%(count)s dussin",
    "CEN": "%(count)s hundratal",
    "MIL": "%(count)s tusental",
    "GRO": "%(count)s gross",
    "XPK": "%(count)s förpackningar",
    "XPA": "%(count)s paket",
    "XCT": "%(count)s kartonger",
    "XCS": "%(count)s kollin",
    "XBX": "%(count)s askar",
    "XRO": "%(count)s rullar",
    "XRL": "%(count)s trummor",
    "XSO": "%(count)s spolar",
    "XCL": "%(count)s ringar",
    "XBG": "%(count)s påsar",
    "XSA": "%(count)s säckar",
    "XBO": "%(count)s flaskor",
    "XCX": "%(count)s burkar",
    "XTN": "%(count)s plåtburkar",
    "XJR": "%(count)s glasburkar",
    "X3H": "%(count)s dunkar",
    "XCI": "%(count)s kanistrar",
    "XBJ": "%(count)s hinkar",
    "XPL": "%(count)s spannar",
    "XTB": "%(count)s byttor",
    "XPU": "%(count)s tråg",
    "XTU": "%(count)s tuber",
    "XDR": "%(count)s fat",
    "XCR": "%(count)s backar",
    "XPX": "%(count)s pallar",
    "XOH": "%(count)s EUR-pallar",
    "XBE": "%(count)s buntar",
    "XBH": "%(count)s knippen",
    "XST": "%(count)s ark",
    "RM": "%(count)s ris",
    "XOK": "%(count)s block",
    "XCQ": "%(count)s patroner",
    "XAM": "%(count)s ampuller",
    "XVI": "%(count)s injektionsflaskor",
    "XSH": "%(count)s portionspåsar",
    "XEN": "%(count)s kuvert",
    "XPT": "%(count)s krukor",
    "XPI": "%(count)s rör",
    "XBI": "%(count)s behållare",
    "XNT": "%(count)s nät",
    "U2": "%(count)s tabletter",
    "E27": "%(count)s doser",
    "PTN": "%(count)s portioner",
    "Q3": "%(count)s måltider",
    "SR": "%(count)s kartor",
    "KGM": "%(count)s kilogram",
    "HGM": "%(count)s hekto",
    "GRM": "%(count)s gram",
    "MGM": "%(count)s milligram",
    "TNE": "%(count)s ton",
    "LTR": "%(count)s liter",
    "DLT": "%(count)s deciliter",
    "CLT": "%(count)s centiliter",
    "MLT": "%(count)s milliliter",
    "HLT": "%(count)s hektoliter",
    "MTQ": "%(count)s kubikmeter",
    "DMQ": "%(count)s kubikdecimeter",
    "CMQ": "%(count)s kubikcentimeter",
    "MTR": "%(count)s meter",
    "LM": "%(count)s löpmeter",
    "DMT": "%(count)s decimeter",
    "CMT": "%(count)s centimeter",
    "MMT": "%(count)s millimeter",
    "KMT": "%(count)s kilometer",
    "MTK": "%(count)s kvadratmeter",
    "CMK": "%(count)s kvadratcentimeter",
    "HUR": "%(count)s timmar",
    "MIN": "%(count)s minuter",
    "DAY": "%(count)s dagar",
    "E49": "%(count)s arbetsdagar",
    "WEE": "%(count)s veckor",
    "MON": "%(count)s månader",
    "QAN": "%(count)s kvartal",
    "SAN": "%(count)s halvår",
    "ANN": "%(count)s år",
    "KWH": "%(count)s kilowattimmar",
    "MWH": "%(count)s megawattimmar",
    "LS": "%(count)s till fast pris",
    "E48": "%(count)s tjänster",
    "E51": "%(count)s uppdrag",
    "ACT": "%(count)s aktiviteter",
    "IE": "%(count)s personer",
    "C0": "%(count)s samtal",
    "E54": "%(count)s resor",
    "U1": "%(count)s behandlingar",
    "P1": "%(count)s procent",
    "ZZ": "%(count)s överenskomna",
}


def counted(quantity: Decimal, code: str) -> str:
    """ "1 styck", "10 förpackningar", with a hard space; a code that is not in the table stands as it is."""
    count = format_number_sv(quantity)
    phrase = SEVERAL.get(code) if abs(quantity) != 1 else None
    text = gettext(phrase) % {"count": count} if phrase else f"{count} {gettext(unit_name(code))}".rstrip()
    return text.replace(" ", "\u00a0", 1)


def counted_short(quantity: Decimal, code: str) -> str:
    """ "20 st", "10 förp"; a unit without a short word is written out as `counted` does."""
    word = SHORT.get(code)
    if word is None:
        return counted(quantity, code)
    count = format_number_sv(quantity)
    text = gettext(ONE[word]) if quantity == 1 and word in ONE else f"{count} {gettext(word)}"
    return text.replace(" ", "\u00a0", 1)


def unit_word(code: str) -> str:
    """ "st" for EA, "förp" for XPK, else the unit's name."""
    return gettext(SHORT.get(code) or unit_name(code))
