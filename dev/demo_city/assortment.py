"""What fills the demo city's catalogues: kinds of goods, each with the variants that are sold of it.

A variant belongs to one kind and is written as a supplier writes it ("Kuvert C5 vitt med fönster, 500 st"). Words are
never combined across kinds: tests/house/test_assortment.py refuses a colour on cheese and a paper size on tape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """Goods of one kind: the first variant costs `price`, each that follows `step` more."""

    noun: str
    unspsc: str
    unit: str
    price: str
    variants: tuple[str, ...]
    step: str = "0"


@dataclass(frozen=True, slots=True)
class Filling:
    """What a supplier sells on an agreement, numbered from `first` on."""

    supplier: str
    prefix: str
    first: int
    vat: int
    kinds: tuple[Kind, ...]


def _each(*axes: tuple[str, ...]) -> tuple[str, ...]:
    """Every combination, for kinds that come in all of them."""
    return tuple(" ".join(words) for words in product(*axes))


def _years(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"årskurs {year}" for year in range(first, last + 1))


INKS = ("svart", "blå", "röd", "grön")
STAGES = ("årskurs 1–3", "årskurs 4–6", "årskurs 7–9")

OFFICE = (
    Kind("Gelpenna", "44121704", "EA", "14.90", _each(INKS, ("0,5 mm", "0,7 mm"))),
    Kind("Överstrykningspenna", "44121716", "EA", "11.50", ("gul", "turkos", "orange", "grön", "blå")),
    Kind("Whiteboardpenna", "44121708", "EA", "16.90", _each(INKS, ("rund spets", "sned spets"))),
    Kind("Märkpenna", "44121708", "EA", "13.90", ("svart", "blå", "röd")),
    Kind("Fineliner", "44121704", "EA", "15.50", _each(("svart", "blå", "röd"), ("0,3 mm", "0,4 mm"))),
    Kind("Blyertspenna", "44121706", "EA", "4.90", ("HB", "2B", "HB med radergummi", "HB trekantig"), "1.50"),
    Kind("Stiftpenna", "44121705", "EA", "24.90", ("0,5 mm", "0,7 mm", "0,9 mm")),
    Kind("Radergummi", "44121804", "EA", "5.90", ("vitt", "för blyerts och bläck"), "2.00"),
    Kind("Sax", "44121618", "EA", "39.00", ("16 cm", "21 cm", "21 cm vänsterhänt", "25 cm"), "14.00"),
    Kind("Häftapparat", "44121615", "EA", "79.00", ("för 20 ark", "för 30 ark", "för 50 ark", "för 100 ark"), "90.00"),
    Kind("Häftklammer", "31162401", "XPK", "12.90", ("24/6, 1 000 st", "26/6, 5 000 st", "66/8, 5 000 st"), "16.00"),
    Kind("Hålslag", "44101602", "EA", "89.00", ("2 hål för 20 ark", "2 hål för 40 ark", "4 hål för 30 ark"), "120.00"),
    Kind("Gem", "44122104", "XPK", "9.50", ("28 mm, 100 st", "33 mm, 100 st", "50 mm, 100 st"), "6.00"),
    Kind("Tejp", "31201512", "XRO", "14.50", ("klar 12 mm x 33 m", "klar 19 mm x 33 m", "osynlig 19 mm x 33 m"), "7.00"),
    Kind("Packtejp", "31201517", "XRO", "24.00", ("brun 50 mm x 66 m", "klar 50 mm x 66 m", "av papper 50 mm x 50 m"), "9.00"),
    Kind("Limstift", "31201610", "EA", "12.90", ("10 g", "20 g", "40 g"), "8.00"),
    Kind("Plastficka", "44122011", "XPK", "69.00", ("A4 glasklar, 100 st", "A4 präglad, 100 st", "A5 glasklar, 100 st")),
    Kind("Aktmapp", "44122011", "EA", "9.90", _each(("A4",), ("blå", "gul", "grön", "röd"))),
    Kind("Register", "44122010", "EA", "19.00", ("A4 1–5", "A4 1–10", "A4 1–12", "A4 1–31", "A4 A–Ö"), "8.00"),
    Kind("Anteckningsblock", "14111514", "EA", "22.00", _each(("A5", "A4"), ("linjerat", "rutat", "olinjerat")), "3.00"),
    Kind("Kollegieblock", "14111514", "EA", "26.00", ("A5 linjerat", "A5 rutat", "A4 linjerat", "A4 rutat"), "4.00"),
    Kind("Notislappar", "14111530", "XPK", "49.00", ("38 x 51 mm, 12 block", "76 x 76 mm, 12 block", "76 x 127 mm, 12 block"), "36.00"),
    Kind("Kuvert", "44121506", "XPK", "189.00", ("C6 vitt, 500 st", "C5 vitt, 500 st", "C5 vitt med fönster, 500 st", "C4 vitt, 250 st"), "46.00"),
    Kind("Brevkorg", "44111509", "EA", "59.00", ("A4 svart", "A4 grå", "A4 klar")),
    Kind("Tidskriftssamlare", "44111515", "EA", "39.00", _each(("A4",), ("svart", "grå", "av kartong"))),
    Kind("Dokumentställ", "44111515", "EA", "349.00", ("lutande för A4", "framför bildskärm"), "240.00"),
    Kind("Skrivbordslampa", "39111501", "EA", "649.00", ("LED svart", "LED vit", "LED med klämfäste"), "150.00"),
    Kind("Miniräknare", "44101807", "EA", "89.00", ("8 siffror", "12 siffror", "12 siffror med remsa"), "160.00"),
    Kind("Tonerkassett", "44103103", "EA", "890.00", ("svart, 2 500 sidor", "cyan, 2 000 sidor", "magenta, 2 000 sidor", "gul, 2 000 sidor")),
    Kind("Whiteboard", "44111905", "EA", "890.00", ("60 x 90 cm", "90 x 120 cm", "120 x 180 cm"), "700.00"),
)  # fmt: skip
BOOKS = (
    Kind("Läsebok svenska", "55101509", "EA", "129.00", _years(1, 6)),
    Kind("Arbetsbok svenska", "55101509", "EA", "89.00", _years(1, 9)),
    Kind("Arbetsbok engelska", "55101509", "EA", "92.00", _years(3, 9)),
    Kind("Arbetsbok matematik", "55101509", "EA", "94.00", _years(1, 9)),
    Kind("Grundbok matematik", "55101509", "EA", "249.00", _years(4, 9), "10.00"),
    Kind("Räknehäfte", "55101523", "EA", "18.00", ("årskurs 1", "årskurs 2", *_years(4, 6))),
    Kind("Lärobok i biologi", "55101509", "EA", "279.00", _years(7, 9)),
    Kind("Lärobok i fysik", "55101509", "EA", "279.00", _years(7, 9)),
    Kind("Lärobok i kemi", "55101509", "EA", "279.00", _years(7, 9)),
    Kind("Lärobok i historia", "55101509", "EA", "259.00", STAGES[1:], "20.00"),
    Kind("Lärobok i samhällskunskap", "55101509", "EA", "259.00", STAGES[1:], "20.00"),
    Kind("Lärarhandledning svenska", "55101509", "EA", "495.00", STAGES),
    Kind("Lärarhandledning matematik", "55101509", "EA", "495.00", STAGES),
    Kind("Lärarhandledning engelska", "55101509", "EA", "495.00", STAGES),
    Kind("Skrivhäfte", "55101523", "EA", "9.90", _each(("A5", "A4"), ("linjerat 8 mm", "linjerat 13 mm", "rutat 5 mm", "olinjerat"))),
    Kind("Glosbok", "55101524", "EA", "8.90", ("A6 40 sidor", "A5 48 sidor"), "4.00"),
    Kind("Atlas", "55101509", "EA", "219.00", ("för mellanstadiet", "för högstadiet"), "80.00"),
    Kind("Ordbok", "55101510", "EA", "189.00", ("svenska", "svensk-engelsk", "svensk-spansk"), "40.00"),
    Kind("Färgpennor", "60121535", "XPK", "39.00", ("12 färger", "24 färger", "36 färger"), "36.00"),
    Kind("Vattenfärg", "60121225", "XPK", "59.00", ("12 puckar", "24 puckar"), "45.00"),
)  # fmt: skip
FOOD = (
    Kind("Knäckebröd", "50181901", "XPK", "24.90", ("råg, 520 g", "havre, 520 g", "sesam, 290 g", "glutenfritt, 230 g"), "4.00"),
    Kind("Rågbröd", "50181901", "EA", "29.00", ("skivat, 750 g", "med surdeg, 500 g")),
    Kind("Hushållsost", "50131801", "KGM", "98.00", ("17 % skivad", "26 % skivad", "26 % bit", "laktosfri skivad"), "6.00"),
    Kind("Prästost", "50131801", "KGM", "124.00", ("31 % bit", "35 % lagrad bit"), "22.00"),
    Kind("Yoghurt", "50131702", "LTR", "21.50", ("naturell 3 %", "naturell ekologisk 3 %", "laktosfri 3 %", "jordgubb", "vanilj"), "1.50"),
    Kind("Filmjölk", "50131702", "LTR", "15.90", ("3 %", "ekologisk 3 %", "laktosfri 3 %", "lätt 0,5 %")),
    Kind("Lättmjölk", "50131701", "LTR", "11.40", ("0,5 %, 1 liter", "ekologisk 0,5 %, 1 liter"), "2.00"),
    Kind("Vispgrädde", "50131703", "LTR", "58.00", ("36 %", "laktosfri 36 %"), "9.00"),
    Kind("Ägg", "50131609", "EA", "2.90", ("frigående inne, storlek M", "ekologiska, storlek M"), "1.10"),
    Kind("Morötter", "50401800", "KGM", "14.90", ("svenska klass 1", "ekologiska", "skalade"), "5.00"),
    Kind("Potatis", "50405600", "KGM", "11.90", ("fast svensk", "mjölig svensk", "ekologisk", "skalad"), "4.00"),
    Kind("Gul lök", "50401600", "KGM", "13.90", ("svensk klass 1", "ekologisk", "skalad"), "6.00"),
    Kind("Vitkål", "50401900", "KGM", "15.90", ("svensk", "ekologisk", "strimlad"), "7.00"),
    Kind("Gurka", "50402500", "KGM", "32.00", ("svensk klass 1", "ekologisk"), "14.00"),
    Kind("Äpplen", "50301500", "KGM", "26.90", ("svenska Ingrid Marie", "Royal Gala klass 1", "ekologiska"), "4.00"),
    Kind("Bananer", "50301700", "KGM", "22.90", ("klass 1", "ekologiska"), "5.00"),
    Kind("Havregryn", "50221101", "KGM", "16.90", ("svenska", "ekologiska", "glutenfria"), "8.00"),
    Kind("Müsli", "50221101", "KGM", "42.00", ("naturell", "med frukt", "utan tillsatt socker"), "6.00"),
    Kind("Pasta", "50192901", "KGM", "19.90", ("makaroner", "spaghetti", "penne", "fusilli", "fullkorn penne"), "1.50"),
    Kind("Ris", "50221001", "KGM", "24.90", ("långkornigt parboiled", "jasmin", "basmati", "fullkorn", "grötris"), "3.00"),
    Kind("Vetemjöl", "50221301", "KGM", "11.90", ("2 kg", "ekologiskt 2 kg"), "6.00"),
    Kind("Bryggkaffe", "50201706", "XPK", "54.00", ("mellanrost, 450 g", "mörkrost, 450 g", "ekologiskt, 450 g"), "5.00"),
    Kind("Te", "50201713", "XPK", "32.00", ("svart, 100 påsar", "grönt, 100 påsar", "rött, 100 påsar"), "4.00"),
)  # fmt: skip
CLEANING = (
    Kind("Handtvål", "53131608", "EA", "24.90", ("oparfymerad 500 ml", "parfymerad 500 ml", "oparfymerad refill 1 liter", "oparfymerad 5 liter"), "19.00"),
    Kind("Toalettpapper", "14111704", "XPK", "219.00", ("2-lagers, 64 rullar", "3-lagers, 42 rullar", "jumborulle 2-lagers, 6 rullar"), "24.00"),
    Kind("Torkpapper", "14111705", "XPK", "249.00", ("vitt 1-lagers, 12 rullar", "vitt 2-lagers, 6 rullar", "oblekt 1-lagers, 12 rullar"), "18.00"),
    Kind("Pappershandduk", "14111703", "XPK", "269.00", ("vikt 1-lagers, 20 buntar", "vikt 2-lagers, 20 buntar"), "40.00"),
    Kind("Allrengöring", "47131801", "EA", "39.00", ("oparfymerad 1 liter", "parfymerad 1 liter", "koncentrerad 1 liter", "oparfymerad 5 liter"), "32.00"),
    Kind("Sanitetsrengöring", "47131829", "EA", "36.00", ("750 ml", "5 liter"), "120.00"),
    Kind("Fönsterputs", "47131824", "EA", "34.00", ("sprayflaska 750 ml", "5 liter"), "105.00"),
    Kind("Diskmedel", "47131810", "EA", "22.00", ("oparfymerat 500 ml", "parfymerat 500 ml", "oparfymerat 5 liter"), "45.00"),
    Kind("Maskindiskmedel", "47131810", "EA", "189.00", ("pulver 5 kg", "tabletter 100 st"), "60.00"),
    Kind("Tvättmedel", "47131811", "EA", "149.00", ("kulör oparfymerat 5 kg", "vittvätt oparfymerat 5 kg")),
    Kind("Golvmopp", "47131618", "EA", "69.00", ("40 cm", "60 cm", "mikrofiber 40 cm", "mikrofiber 60 cm"), "24.00"),
    Kind("Moppskaft", "47131618", "EA", "129.00", ("140 cm", "teleskop 100–180 cm"), "90.00"),
    Kind("Mikrofiberduk", "47131502", "EA", "19.00", ("blå", "röd", "grön", "gul")),
    Kind("Disktrasa", "47131502", "XPK", "29.00", ("10 st", "50 st"), "80.00"),
    Kind("Skurborste", "47131605", "EA", "34.00", ("för hand", "med kort skaft", "för golv 30 cm"), "28.00"),
    Kind("Sopborste", "47131604", "EA", "89.00", ("30 cm", "40 cm", "60 cm"), "30.00"),
    Kind("Städhink", "47121804", "EA", "59.00", ("10 liter", "15 liter", "med vrid 15 liter"), "80.00"),
    Kind("Sopsäck", "47121701", "XRO", "39.00", ("klar 70 l, 25 st", "klar 125 l, 25 st", "klar 160 l, 25 st", "vit 70 l, 25 st", "grön 125 l, 25 st"), "8.00"),
    Kind("Avfallspåse", "47121701", "XRO", "19.00", ("20 l, 50 st", "30 l, 50 st"), "7.00"),
    Kind("Engångshandskar", "42132203", "XBX", "49.00", _each(("vinyl S,", "vinyl M,", "vinyl L,", "vinyl XL,"), ("100 st",))),
    Kind("Diskhandskar", "46181504", "EA", "24.00", ("gummi S", "gummi M", "gummi L")),
)  # fmt: skip
COMPUTERS = (
    Kind("USB-minne", "43202010", "EA", "69.00", ("16 GB", "32 GB", "64 GB", "128 GB"), "50.00"),
    Kind("Tangentbord", "43211706", "EA", "249.00", ("med sladd svart", "trådlöst svart", "trådlöst vitt", "ergonomiskt delat"), "200.00"),
    Kind("Datormus", "43211708", "EA", "129.00", ("med sladd svart", "trådlös svart", "trådlös vit", "ergonomisk lodrät"), "120.00"),
    Kind("Musmatta", "43211802", "EA", "59.00", ("svart", "med handledsstöd"), "90.00"),
    Kind("Bildskärm", "43211902", "EA", "1690.00", ("24 tum", "24 tum USB-C", "27 tum", "27 tum USB-C", "34 tum välvd"), "900.00"),
    Kind("Headset", "43191609", "EA", "349.00", ("med sladd USB", "trådlöst", "trådlöst brusreducerande"), "700.00"),
    Kind("Dockningsstation", "43211602", "EA", "1490.00", ("USB-C 60 W", "USB-C 100 W", "USB-C för två skärmar"), "500.00"),
    Kind("Webbkamera", "45121520", "EA", "590.00", ("1080p", "1080p med mikrofon", "4K"), "450.00"),
    Kind("Surfplatta", "43211509", "EA", "3990.00", ("10 tum 64 GB", "10 tum 128 GB", "11 tum 256 GB"), "1200.00"),
    Kind("Bärbar dator", "43211503", "EA", "8990.00", ("14 tum 16 GB", "14 tum 32 GB", "16 tum 32 GB"), "2500.00"),
    Kind("Datorväska", "53121706", "EA", "399.00", ("14 tum", "16 tum", "ryggsäck 16 tum"), "100.00"),
)  # fmt: skip

FILLING: Mapping[str, Filling] = MappingProxyType(
    {
        "R-2026-001": Filling("Kontorsbolaget AB", "KB", 5000, 25, OFFICE),
        "L-GSF-2026-01": Filling("Skolgrossisten AB", "SG", 6000, 6, BOOKS),
        "R-2026-002": Filling("Färskvaror i Exempelstad AB", "FV", 7000, 6, FOOD),
        "R-2026-004": Filling("Hygienlagret AB", "HL", 8000, 25, CLEANING),
        "R-2026-003": Filling("Kontorsbolaget AB", "KI", 9000, 25, COMPUTERS),
    }
)
