# ruff: noqa: E501 (a table of sentences: one line each reads best)
"""The ten VAT rules of EN 16931 for each VAT category, in plain Swedish: one pattern, nine categories."""

from __future__ import annotations

_NAMES = {
    "S": "S (vanlig moms)",
    "Z": "Z (momssats noll)",
    "E": "E (momsfritt)",
    "AE": "AE (omvänd skattskyldighet)",
    "IC": "K (försäljning inom EU)",
    "G": "G (export utanför EU)",
    "O": "O (utanför momslagen)",
    "AF": "L (Kanarieöarna)",
    "AG": "M (Ceuta och Melilla)",
}
_WITH_RATE = frozenset({"S", "AF", "AG"})
_WITH_REASON = frozenset({"E", "AE", "IC", "G", "O"})
_WHERE = {"02": "en rad", "03": "ett avdrag", "04": "ett tillägg"}
_RATE_WHERE = {"05": "en rad", "06": "ett avdrag", "07": "ett tillägg"}


def _parties(category: str, where: str) -> str:
    name = _NAMES[category]
    if category == "O":
        return f"Momskategori {name} står på {where} men momsregistreringsnummer är angivet. Ta bort numret eller byt kategori."
    also = " Ange även köparens nummer (BT-48)." if category in {"AE", "IC"} else ""
    return (
        f"Momskategori {name} på {where} kräver säljarens momsregistreringsnummer (BT-31). Fyll i det.{also}"
    )


def _rate(category: str, where: str) -> str:
    name = _NAMES[category]
    if category == "S":
        return f"Momskategori {name} på {where} ska ha en momssats över noll. Ange till exempel 25."
    if category == "O":
        return f"Momskategori {name} på {where} ska inte ha någon momssats. Ta bort den."
    if category in _WITH_RATE:
        return f"Momskategori {name} på {where} ska ha en momssats som är noll eller mer. Rätta den."
    return f"Momskategori {name} på {where} ska ha momssatsen 0. Rätta den."


def _amounts(category: str) -> dict[str, str]:
    name = _NAMES[category]
    tax = (
        "är inte underlaget gånger momssatsen. Räkna om den."
        if category in _WITH_RATE
        else "ska vara 0. Rätta den."
    )
    reason = (
        f"Momskategori {name} kräver en orsak till att moms inte tas ut (BT-120 eller BT-121). Skriv orsaken."
        if category in _WITH_REASON
        else f"Momskategori {name} ska inte ha någon orsak till momsbefrielse. Ta bort orsaken."
    )
    return {
        f"BR-{category}-01": f"Momskategori {name} används men momsspecifikationen stämmer inte med raderna. "
        "Lägg till eller ta bort momsraden.",
        f"BR-{category}-08": f"Underlaget (BT-116) för momskategori {name} är inte summan av dess rader, avdrag och tillägg. "
        "Räkna om det.",
        f"BR-{category}-09": f"Momsen (BT-117) för momskategori {name} {tax}",
        f"BR-{category}-10": reason,
    }


def _of_category(category: str) -> dict[str, str]:
    return {
        **_amounts(category),
        **{f"BR-{category}-{number}": _parties(category, where) for number, where in _WHERE.items()},
        **{f"BR-{category}-{number}": _rate(category, where) for number, where in _RATE_WHERE.items()},
    }


_ONLY_O = "En faktura med momskategori O (utanför momslagen) får inte ha andra momskategorier"
VAT_TEXTS = {
    **{code: text for category in _NAMES for code, text in _of_category(category).items()},
    "BR-IC-11": "Försäljning inom EU kräver leveransdatum (BT-72) eller fakturaperiod (BG-14). Fyll i ett av dem.",
    "BR-IC-12": "Försäljning inom EU kräver leveransland (BT-80). Fyll i landskoden.",
    "BR-O-11": f"{_ONLY_O} i momsspecifikationen. Ta bort dem eller dela fakturan.",
    "BR-O-12": f"{_ONLY_O} på raderna. Dela fakturan i två.",
    "BR-O-13": f"{_ONLY_O} på avdrag. Dela fakturan i två.",
    "BR-O-14": f"{_ONLY_O} på tillägg. Dela fakturan i två.",
    "BR-B-01": "Momskategori B gäller bara fakturor inom Italien. Byt kategori.",
    "BR-B-02": "Momskategori B får inte blandas med S. Byt kategori.",
}
