"""Which of the file's columns is which: Swedish price lists' headings as data, never fixed positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from portal.kernel.text import Message

REQUIRED = ("item_no", "name", "unit", "price", "vat_rate", "unspsc")
OPTIONAL = ("description", "gtin", "manufacturer", "min_quantity", "lead_time_days", "currency")

# The first is the template's own heading. Matched in lower case without punctuation, blanks and line breaks.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "item_no": (
            "Artikelnummer", "Artikelnr", "Art.nr", "Artikel", "Art.no", "Leverantörens artikelnummer",
            "Lev.art.nr", "Produktnummer", "Produktkod", "SKU", "supplier_item_no",
        ),
        "name": (
            "Benämning", "Artikelbenämning", "Produktnamn", "Leverantörens benämning", "Artikelnamn",
            "Produktbenämning", "Beskrivning 1", "Text", "Namn", "Produkt", "name",
        ),
        "description": (
            "Beskrivning", "Produktbeskrivning", "Lång beskrivning", "Tekniskt namn", "Artikeltext",
            "Specifikation", "Kommentar", "description",
        ),
        "unit": (
            "Enhet", "Beställningsenhet", "Försäljningsenhet", "Grundenhet", "Bruksenhet", "Säljenhet", "Enh",
            "Måttenhet", "UoM", "unit",
        ),
        "price": (
            "Pris", "Pris exkl moms", "Pris exkl. moms", "Pris ex moms", "À-pris", "A-pris", "Nettopris",
            "Avtalspris", "Kontraktspris", "Inköpspris exkl. moms", "Pris per enhet", "Ert pris", "price",
        ),
        "vat_rate": ("Moms %", "Moms", "Momssats", "Momskod", "VAT"),
        "unspsc": ("UNSPSC", "UNSPSC-kod", "Klassificering", "Varugrupp UNSPSC"),
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


_TWICE = "Kolumnerna ”%(one)s” och ”%(other)s” betyder samma sak. Ta bort den ena."
_MISSING = "Kolumnen ”%(column)s” saknas. Den ska finnas på rad 1. Ladda ner mallen om du är osäker."
_NO_HEADINGS = (
    "Rad 1 har inga av mallens rubriker (%(columns)s). Är filen en katalog? Ladda ner mallen och fyll i den."
)


def heading_key(text: str) -> str:
    """A heading as it is compared: letters and digits in lower case, and %."""
    return "".join(char for char in text.casefold() if char.isalnum() or char == "%")


_FIELDS: Mapping[str, str] = MappingProxyType(
    {heading_key(heading): field for field, headings in HEADINGS.items() for heading in headings}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Field → (index in the row, heading as written). `problems`: what is wrong with the file as a whole."""

    places: Mapping[str, tuple[int, str]]
    problems: tuple[Message, ...] = ()

    def heading(self, field: str) -> str:
        """The column as written in the file, else the template's heading."""
        return self.places[field][1] if field in self.places else HEADINGS[field][0]


def find_columns(headings: Sequence[object]) -> Columns:
    """Read row 1. Unknown columns are left alone; two that mean the same are a problem, never a guess."""
    places: dict[str, tuple[int, str]] = {}
    problems = []
    for index, cell in enumerate(headings):
        written = "" if cell is None else " ".join(str(cell).split())
        field = _FIELDS.get(heading_key(written))
        if field in places:
            earlier = places[field][1]
            problems.append(Message(_TWICE, one=earlier, other=written))
        elif field:
            places[field] = (index, written)
    missing = [HEADINGS[field][0] for field in REQUIRED if field not in places]
    if places:
        problems += (Message(_MISSING, column=heading) for heading in missing)
    else:
        problems.append(Message(_NO_HEADINGS, columns=", ".join(missing)))
    return Columns(MappingProxyType(places), tuple(problems))
