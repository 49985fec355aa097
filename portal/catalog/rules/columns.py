"""Which of the file's columns is which: Swedish price lists' headings as data, never fixed positions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from portal.catalog.rules.questions import OTHER
from portal.catalog.rules.units import unit_code
from portal.catalog.rules.unspsc import check_unspsc
from portal.formats.header import asides, heading_key, heading_keys
from portal.kernel.text import Message

__all__ = ["HEADINGS", "KNOWN", "OPTIONAL", "REQUIRED", "TERMS", "Columns", "find_columns", "heading_key"]

REQUIRED = ("item_no", "name", "unit", "price", "vat_rate", "unspsc")
OPTIONAL = ("description", "gtin", "manufacturer", "min_quantity", "lead_time_days", "currency")

# The first is the template's own heading. Matched in lower case without punctuation, blanks and line breaks.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "item_no": (
            "Artikelnummer", "Artikelnr", "Art.nr", "Artikel", "Art.no", "Leverantörens artikelnummer",
            "Lev.art.nr", "Produktnummer", "Produktkod", "SKU", "Item number", "Item no", "Article number",
            "supplier_item_no",
        ),
        "name": (
            "Benämning", "Artikelbenämning", "Produktnamn", "Leverantörens benämning", "Artikelnamn",
            "Produktbenämning", "Beskrivning 1", "Text", "Namn", "Produkt", "Item name", "Product name", "name",
        ),
        "description": (
            "Beskrivning", "Produktbeskrivning", "Lång beskrivning", "Tekniskt namn", "Artikeltext",
            "Specifikation", "Kommentar", "description",
        ),
        "unit": (
            "Enhet", "Beställningsenhet", "Försäljningsenhet", "Säljenhet", "Enh",
            "Måttenhet", "UoM", "unit",
        ),
        "price": (
            "Pris", "Pris exkl moms", "Pris exkl. moms", "Pris ex moms", "À-pris", "A-pris", "Nettopris",
            "Avtalspris", "Kontraktspris", "Inköpspris exkl. moms", "Pris per enhet", "Ert pris", "Utpris",
            "Pris exklusive moms", "Unit price", "price",
        ),
        "vat_rate": ("Moms %", "Moms", "Momssats", "Momskod", "VAT", "VAT %"),
        "unspsc": ("UNSPSC", "UNSPSC-kod", "Klassificering", "Varugrupp UNSPSC", "UNSPSC code"),
        "gtin": ("GTIN", "EAN", "EAN-kod", "EAN/GTIN", "Streckkod", "Barcode"),
        "manufacturer": ("Tillverkare", "Fabrikat", "Varumärke", "Märke", "manufacturer"),
        "min_quantity": (
            "Minsta beställningskvantitet", "Minsta antal", "Min. antal", "MOQ", "Minsta order",
            "min_quantity",
        ),
        "lead_time_days": ("Leveranstid dagar", "Leveranstid", "Lev.tid", "Leveranstid (dagar)", "lead_time"),
        "currency": ("Valuta", "Currency"),
    }
)  # fmt: skip


# What may change price, unit or validity: read as far as it can be, and otherwise asked about.
TERMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "price_per": (
            "Prisenhet", "Pris per", "Prissättningsenhet", "Prisfaktor", "Per antal", "Enhet för inköpspris",
            "Prisantal",
        ),
        "base_unit": ("Grundenhet", "Bruksenhet", "Basenhet"),
        "discount": ("Rabatt %", "Rabatt", "Rabatt i procent", "Rabattsats"),
        "valid_from": (
            "Gäller fr.o.m.", "Gäller från", "Giltig från", "Giltig fr.o.m.", "Prisdatum", "Pris gäller fr.o.m.",
            "Pris gäller från", "Giltigt från", "Valid from",
        ),
        "valid_to": ("Gäller t.o.m.", "Gäller till", "Giltig till", "Giltig t.o.m.", "Giltigt till", "Valid to"),
        "status": ("Status", "Utgått", "Utgår", "Artikelstatus"),
    }
)  # fmt: skip

# They say something beside the price that is paid, or how many there are in a package: left alone, and told so.
_HARMLESS = frozenset(
    map(heading_key, (
        "Bruttopris", "Listpris", "Cirkapris", "Katalogpris", "Rek.pris", "Rekommenderat pris", "Rabattgrupp",
        "Pris inkl moms", "Pris inkl. moms", "Enhet per förpackning", "Enheter per förpackning", "Prisgrupp",
    ))
)  # fmt: skip
_WATCHED = re.compile(
    "pris|rabatt|gäller|giltig|moms|valuta|utgå|enhet|faktor|tillägg|avgift|pant|frakt|staffel"
)
_PRICE_PER = re.compile(r"(?:netto|avtals)?prisper(\d{1,6})(?:st|styck)?")
# What may stand in brackets beside a price and says no more than the heading does; anything else may change it.
_PLAIN_ASIDES = frozenset(
    map(heading_key, (
        "SEK", "kr", "kronor", "exkl moms", "exkl. moms", "ex moms", "exklusive moms", "utan moms", "netto", "st",
        "styck", "per st", "per styck", "per enhet", "SEK exkl moms", "SEK, exkl. moms", "kr exkl. moms",
    ))
)  # fmt: skip
_FOREIGN = re.compile(r"(?:^|[\W\d_])(eur|euro|usd|nok|dkk|gbp|chf|pln)(?:$|[\W\d_])|[€$£]", re.IGNORECASE)
_WITH_VAT = re.compile(r"\bink(?:l|lusive|l\.)?\s*moms|\bmed moms", re.IGNORECASE)

_TWICE = (
    "Kolumnerna ”%(one)s” och ”%(other)s” betyder samma sak. Välj vilken som gäller, eller ta bort den ena."
)
_OTHER_CURRENCY = "Kolumnen ”%(heading)s” är inte i svenska kronor. Ange priserna i SEK."
_VAT_INCLUDED = "Kolumnen ”%(heading)s” är priser inklusive moms. Ange priserna exklusive moms."
_MISSING = (
    "Kolumnen ”%(column)s” saknas. På rad %(row)s finns %(found)s. "
    "Välj vilken av dem det är, eller lägg till den."
)
_NO_HEADINGS = (
    "Vi hittade ingen rad med mallens rubriker (%(columns)s). Är filen en katalog? "
    "Ladda ner mallen och fyll i den."
)


def _table(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {heading_key(heading): field for field, headings in words.items() for heading in headings}


_FIELDS: Mapping[str, str] = MappingProxyType(_table(TERMS) | _table(HEADINGS))
KNOWN = frozenset(_FIELDS)


@dataclass(frozen=True, slots=True)
class Columns:
    """Field → (index in the row, heading as written), terms among the fields. `problems`: what is wrong with the file.

    `unread`: headings nothing is read from. `fixed`: field → the text that holds for every row. `headings`: all.
    """

    places: Mapping[str, tuple[int, str]]
    problems: tuple[Message, ...] = ()
    unread: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    per: str | None = None

    def heading(self, field: str) -> str:
        """The column as written in the file, else the template's heading."""
        if field == "price_per" and field not in self.places:
            field = "price"  # the heading of the price says it: "Pris per 100"
        return self.places[field][1] if field in self.places else HEADINGS.get(field, (field,))[0]


def find_columns(
    headings: Sequence[object],
    sample: Sequence[Sequence[str]] = (),
    *,
    chosen: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    row: int = 1,
) -> Columns:
    """Which column is which: as `chosen` (heading as compared → field, or "" for none), by its heading, by its cells.

    Two that mean the same are a problem, never a guess; what may change the price is a term to be asked about.
    """
    written = tuple("" if cell is None else " ".join(str(cell).split()) for cell in headings)
    fixed = {name: text for name, text in (fixed or {}).items() if text}
    places, problems, per = _by_heading(written, chosen or {})
    known = {name for name in places if name in HEADINGS}
    problems += _not_ours(places)
    _by_cells(places, written, sample, chosen or {}, fixed)
    missing = [HEADINGS[name][0] for name in REQUIRED if name not in places and name not in fixed]
    if known:
        found = ", ".join(heading for heading in written if heading)
        problems += (Message(_MISSING, column=heading, row=row, found=found) for heading in missing)
    else:
        problems.append(Message(_NO_HEADINGS, columns=", ".join(missing)))
    read = {index for index, _ in places.values()}
    unread = tuple(heading for index, heading in enumerate(written) if heading and index not in read)
    for index, heading in enumerate(written):
        if index not in read and _may_change(heading, chosen or {}):
            places[OTHER + heading] = (index, heading)
    return Columns(MappingProxyType(places), tuple(problems), unread, fixed, written, per)


def _not_ours(places: Mapping[str, tuple[int, str]]) -> list[Message]:
    """Why the prices are none we can read, whoever chose the column: another currency, VAT included."""
    _, heading = places.get("price", (0, ""))
    found = ((_FOREIGN, _OTHER_CURRENCY), (_WITH_VAT, _VAT_INCLUDED))
    return [Message(message, heading=heading) for sign, message in found if sign.search(heading)]


def _by_heading(
    written: Sequence[str], chosen: Mapping[str, str]
) -> tuple[dict[str, tuple[int, str]], list[Message], str | None]:
    places: dict[str, tuple[int, str]] = {}
    problems: list[Message] = []
    per = None
    taken = set(chosen.values())
    for index, heading in enumerate(written):
        name = _field(heading, chosen, taken)
        free = name is None and "price" not in taken and heading_key(heading) not in chosen
        if (free or name == "price") and (found := _PRICE_PER.fullmatch(heading_key(heading))):
            name, per = "price", found.group(1)
        if name in places:
            problems.append(Message(_TWICE, one=places[name][1], other=heading))
        elif name:
            places[name] = (index, heading)
    return places, problems, per


def _field(heading: str, chosen: Mapping[str, str], taken: set[str]) -> str | None:
    """The field of a heading; a field that was chosen for another column is not found by its heading."""
    if (key := heading_key(heading)) in chosen:
        return chosen[key] or None
    found = next((_FIELDS[key] for key in heading_keys(heading) if key in _FIELDS), None)
    if found == "price" and key not in _FIELDS and not _says_no_more(heading):
        return None
    return None if found in taken else found


def _says_no_more(heading: str) -> bool:
    """Whether what stands in brackets leaves the price as it is: "Pris (SEK)", but not "Pris (per kartong)"."""
    return all(not key or key in _PLAIN_ASIDES for key in map(heading_key, asides(heading)))


def _by_cells(
    places: dict[str, tuple[int, str]],
    written: Sequence[str],
    sample: Sequence[Sequence[str]],
    chosen: Mapping[str, str],
    fixed: Mapping[str, str],
) -> None:
    """What is missing, found by what the cells hold: units, codes; a description where nothing else is a name."""
    if "name" not in places and "description" in places:
        places["name"] = places.pop("description")
    tests: dict[str, Callable[[str], bool]] = {"unit": _is_unit, "unspsc": _is_code}
    for name, fits in tests.items():
        if name in places or name in fixed:
            continue
        used = {index for index, _ in places.values()}
        for index, heading in enumerate(written):
            if index in used or heading_key(heading) in chosen:
                continue
            texts = [
                row[index] for row in sample if index < len(row) and row[index] and sum(map(bool, row)) > 1
            ]
            if texts and all(fits(text) for text in texts):
                places[name] = (index, heading)
                break


def _is_unit(text: str) -> bool:
    return unit_code(text) is not None


def _is_code(text: str) -> bool:
    return check_unspsc(text) is None


def _may_change(heading: str, chosen: Mapping[str, str]) -> bool:
    keys = heading_keys(heading)
    if not keys or keys[0] in chosen or any(key in _HARMLESS for key in keys):
        return False
    return _WATCHED.search(keys[0]) is not None
