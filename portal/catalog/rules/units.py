"""Suppliers' spellings of units → UN/ECE Rec 20/21 codes, as data.

A unit that is not in the table stays unknown: it is asked about, never guessed. EA, H87 and C62 all mean a
piece and are still three different codes. Spellings that are official codes of something else (PF is a pen,
AMP an ampere) are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

# code: (Swedish name, spellings). Rec 21 packages carry X, older files send them bare; "ST" is styck here.
UNITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "H87": ("styck", "st stk styck stycken pcs pc pce"),
        "EA": ("styck", "each à"),
        "C62": ("enhet", "enh enhet antal unit"),
        "PR": ("par", "par"),
        "SET": ("sats", "sats"),
        "KT": ("kit", "kit"),
        "DZN": ("dussin", "duss dussin dz"),
        "CEN": ("hundratal", "100-st 100st hundra /100"),
        "MIL": ("tusental", "1000-st 1000st tus tusen mille /1000"),
        "GRO": ("gross", "gross"),
        "XPK": ("förpackning", "förp fp frp fpk förpackning pk nmp"),
        "XPA": ("paket", "pkt paket pak pa"),
        "XCT": ("kartong", "krt kart ktg kartong ct ctn"),
        "XCS": ("kolli", "kolli kli case låda cs ytterlåda"),
        "XBX": ("ask", "ask askar box bx"),
        "XRO": ("rulle", "rulle rl rle rul ro rol"),
        "XRL": ("trumma", "trumma trm kabelrulle"),
        "XSO": ("spole", "spole bobin"),
        "XCL": ("ring", "ring"),
        "XBG": ("påse", "påse pse bg"),
        "XSA": ("säck", "säck sk sa"),
        "XBO": ("flaska", "fl flaska bo"),
        "XCX": ("burk", "burk brk bk"),
        "XTN": ("plåtburk", "konserv tn plåtburk"),
        "XJR": ("glasburk", "glas jar glasburk"),
        "X3H": ("dunk", "dunk dk"),
        "XCI": ("kanister", "kanister"),
        "XBJ": ("hink", "hink hk"),
        "XPL": ("spann", "spann"),
        "XTB": ("bytta", "bytta"),
        "XPU": ("tråg", "tråg bricka brätte"),
        "XTU": ("tub", "tub tb"),
        "XDR": ("fat", "fat"),
        "XCR": ("back", "back bck"),
        "XPX": ("pall", "pall pll px"),
        "XOH": ("EUR-pall", "eurpall eur-pall"),
        "XBE": ("bunt", "bunt bt"),
        "XBH": ("knippe", "knippe"),
        "XST": ("ark", "ark skiva skv"),
        "RM": ("ris", "ris"),
        "XOK": ("block", "block blk"),
        "XCQ": ("patron", "patron"),
        "XAM": ("ampull", "ampull"),
        "XVI": ("injektionsflaska", "vial inj.fl"),
        "XSH": ("portionspåse", "sachet dospåse portionspåse"),
        "XEN": ("kuvert", "kuvert"),
        "XPT": ("kruka", "kruka"),
        "XPI": ("rör", "rör"),
        "XBI": ("behållare", "kärl behållare"),
        "XNT": ("nät", "nät"),
        "U2": ("tablett", "tabl tablett"),
        "E27": ("dos", "dos doser"),
        "PTN": ("portion", "port portion"),
        "Q3": ("måltid", "måltid"),
        "SR": ("karta", "karta remsa"),
        "KGM": ("kilogram", "kg kilo kilogram"),
        "HGM": ("hekto", "hg hekto"),
        "GRM": ("gram", "g gr gram"),
        "MGM": ("milligram", "mg milligram"),
        "TNE": ("ton", "ton t"),
        "LTR": ("liter", "l lit liter"),
        "DLT": ("deciliter", "dl deciliter"),
        "CLT": ("centiliter", "cl centiliter"),
        "MLT": ("milliliter", "ml milliliter"),
        "HLT": ("hektoliter", "hl hektoliter"),
        "MTQ": ("kubikmeter", "m3 m³ kbm kubikmeter"),
        "DMQ": ("kubikdecimeter", "dm3 dm³"),
        "CMQ": ("kubikcentimeter", "cm3 cm³"),
        "MTR": ("meter", "m meter"),
        "LM": ("löpmeter", "lpm löpm löpmeter"),
        "DMT": ("decimeter", "dm decimeter"),
        "CMT": ("centimeter", "cm centimeter"),
        "MMT": ("millimeter", "mm millimeter"),
        "KMT": ("kilometer", "km kilometer ktm"),
        "MTK": ("kvadratmeter", "m2 m² kvm kvadratmeter"),
        "CMK": ("kvadratcentimeter", "cm2 cm²"),
        "HUR": ("timme", "tim timme timmar h"),
        "MIN": ("minut", "minut minuter"),
        "DAY": ("dag", "dag dagar dgr dygn"),
        "E49": ("arbetsdag", "arb.dag arbetsdag dagsverke"),
        "WEE": ("vecka", "v vecka vkr"),
        "MON": ("månad", "mån mnd månad"),
        "QAN": ("kvartal", "kv kvartal"),
        "SAN": ("halvår", "halvår"),
        "ANN": ("år", "år"),
        "KWH": ("kilowattimme", "kilowattimme"),
        "MWH": ("megawattimme", "megawattimme"),
        "LS": ("fast pris", "fastpris klump klumpsumma engång"),
        "E48": ("tjänst", "tjänst gång ggr"),
        "E51": ("uppdrag", "uppdrag jobb"),
        "ACT": ("aktivitet", "aktivitet"),
        "IE": ("person", "pers person deltagare"),
        "C0": ("samtal", "samtal"),
        "E54": ("resa", "resa körn körning"),
        "U1": ("behandling", "beh behandling"),
        "P1": ("procent", "% procent"),
        "ZZ": ("överenskommen", "övrigt"),
    }
)
_NOISE = dict.fromkeys(map(ord, " .\N{NO-BREAK SPACE}"), None)
_PREFIXES = ("per", "á/", "à/", "/")


def _key(text: str) -> str:
    return text.casefold().translate(_NOISE)


_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {_key(word): code for code, (_, words) in UNITS.items() for word in words.split()}
)


@lru_cache(maxsize=4096)
def unit_code(text: str) -> str | None:
    """The code of a unit as a supplier spells it ("Förp.", "/st", "XPK"), or None: unknown, ask."""
    key = _key(text)
    if key.upper() in UNITS:
        return key.upper()
    if key in _SPELLINGS:
        return _SPELLINGS[key]
    for prefix in _PREFIXES:
        if key.startswith(prefix) and key[len(prefix) :] in _SPELLINGS:
            return _SPELLINGS[key[len(prefix) :]]
    return None


def unit_name(code: str) -> str:
    """The Swedish name of a code; the code itself when it is not in the table."""
    return UNITS[code][0] if code in UNITS else code
