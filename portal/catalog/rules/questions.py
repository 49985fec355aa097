"""What is asked of the supplier once per kind, instead of once per row: the question, its answers, and what was told.

A column or a spelling that may change price, unit or validity is never passed over: it is read, or the file waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from portal.catalog.rules.outcome import LEAVE

MOST_EXAMPLES = 3
OTHER = "other:"
_LEAVE = (LEAVE, "Lämna de raderna utanför")
_SKIP = ("skip", "De ska inte vara med i katalogen")

# kind → (question, ways to answer it). %(heading)s and %(date)s are the file's own.
QUESTIONS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "price_point": ("Vad betyder punkten i priserna?", (
            ("thousands", "Den skiljer tusental"), ("decimals", "Den är ett decimaltecken"), _LEAVE)),
        "price_comma": ("Vad betyder kommat i priser med tre siffror efter?", (
            ("decimals", "Det är ett decimaltecken"), ("thousands", "Det skiljer tusental"), _LEAVE)),
        "price_english": ("Är priserna skrivna med komma för tusental och punkt för decimaler?", (
            ("yes", "Ja, läs dem så"), _LEAVE)),
        "price_colon": ("Är kolon decimaltecken i priserna?", (("yes", "Ja, läs dem så"), _LEAVE)),
        "price_rounded": ("Får priserna avrundas till fyra decimaler?", (("yes", "Ja, avrunda dem"), _LEAVE)),
        "vat_share": ("Är momsen skriven som andel av ett, så att 0,25 betyder 25 %%?", (
            ("yes", "Ja, läs dem så"), _LEAVE)),
        "vat_code": ("Är momsen skriven med bokföringens momskoder?", (("yes", "Ja, läs dem så"), _LEAVE)),
        "item_alike": ("Är det olika artiklar, fast numren liknar varandra?", (
            ("yes", "Ja, det är olika artiklar"), _LEAVE)),
        "price_per": ("Vad gäller priset för, enligt kolumnen ”%(heading)s”?", (
            ("per", "För så många som kolumnen säger: dela priset"),
            ("each", "För en enhet: läs priset som det står"), _LEAVE)),
        "base_unit": ("Kolumnen ”%(heading)s” har en annan enhet än beställningsenheten. Vad gäller priset för?", (
            ("each", "Priset gäller beställningsenheten"), _LEAVE)),
        "discount": ("Är rabatten i kolumnen ”%(heading)s” redan dragen från priset?", (
            ("net", "Ja, priset är efter rabatt"), ("subtract", "Nej, dra rabatten från priset"), _LEAVE)),
        "valid_from": ("Priserna gäller från ett senare datum: %(date)s. När ska de börja gälla?", (
            ("planned", "Det datumet"), ("today", "Så fort kunden har godkänt"))),
        "valid_from_several": ("Priserna gäller från olika senare datum: %(date)s. Dela upp filen efter datum, "
            "eller låt alla gälla nu.", (
            ("today", "Så fort kunden har godkänt"),)),
        "valid_from_unread": ("Datumet i kolumnen ”%(heading)s” går inte att läsa. När ska priserna börja gälla?", (
            ("today", "Så fort kunden har godkänt"), _LEAVE)),
        "valid_to": ("Kolumnen ”%(heading)s” säger när priserna slutar gälla. Portalen slutar inte av sig själv.", (
            ("read", "Läs priserna. Vi laddar upp en ny fil när de ändras"), _LEAVE)),
        "status": ("Vad ska hända med raderna som har något i kolumnen ”%(heading)s”?", (
            ("read", "De säljs: läs dem"), _SKIP, _LEAVE)),
        "other": ("Kolumnen ”%(heading)s” läses inte. Ändrar den pris, enhet eller när priset gäller?", (
            ("no", "Nej, den kan hoppas över"), _LEAVE)),
    }
)  # fmt: skip


def question(kind: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question of a kind (msgid) and its answers (code, msgid)."""
    return QUESTIONS["other" if kind.startswith(OTHER) else kind]


@dataclass(slots=True)
class Asked:
    """One question about the file: how many rows it is about, and a few of them as (row, written, read as)."""

    kind: str
    rows: int = 0
    examples: list[tuple[int, str, str]] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)

    def about(self, row: int, written: str, told: str) -> None:
        """One more row."""
        self.rows += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append((row, written, told))

    def plain(self) -> dict[str, Any]:
        """As kept with the upload."""
        return {"kind": self.kind, "rows": self.rows, "examples": self.examples, "params": self.params}
