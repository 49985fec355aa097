"""Bad price lists, each with exactly the words its sender reads (trust.md 1.4): where, what, and how to mend it."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from portal.catalog.actions.validation import filled
from portal.catalog.queries.rows import wrong_cells
from portal.catalog.status import FAULTY, READY
from tests.domains.catalog.conftest import SYSTEM, Shop, csv, row

GTIN = (
    "Artikelnummer",
    "Benämning",
    "Enhet",
    "Pris",
    "Moms %",
    "UNSPSC",
    "EAN",
    "MOQ",
    "Leveranstid",
    "Valuta",
)


def wide(ean: str = "", least: str = "", days: str = "", currency: str = "") -> bytes:
    return csv([(*row("N-1"), ean, least, days, currency)], GTIN)


def one(**cells: str) -> bytes:
    return csv([row("N-1", **cells)])


ROWS: dict[str, tuple[bytes, str]] = {
    "number missing": (
        csv([row("")]),
        "Rad 2, kolumn ”Artikelnummer”: Artikelnumret saknas. Skriv leverantörens artikelnummer.",
    ),
    "number long": (
        csv([row("9" * 51)]),
        "Rad 2, kolumn ”Artikelnummer”: Artikelnumret har 51 tecken. Skriv högst 50.",
    ),
    "number twice": (
        csv([row("N-1"), row("n-1")]),
        "Rad 3, kolumn ”Artikelnummer”: n-1 finns redan på rad 2. Ta bort en av raderna.",
    ),
    "name missing": (
        one(name=""),
        "Rad 2, kolumn ”Benämning”: Benämningen saknas. Skriv vad artikeln heter.",
    ),
    "name long": (
        one(name="x" * 201),
        "Rad 2, kolumn ”Benämning”: Benämningen har 201 tecken. Resten kan stå i beskrivningen. Skriv högst 200.",
    ),
    "unit missing": (
        one(unit=""),
        "Rad 2, kolumn ”Enhet”: Enheten saknas. Skriv till exempel st, förp eller kg.",
    ),
    "unit unknown": (
        one(unit="flarn"),
        "Rad 2, kolumn ”Enhet”: Enheten ”flarn” känner vi inte. Skriv till exempel st, förp eller kg.",
    ),
    "price missing": (
        one(price=""),
        "Rad 2, kolumn ”Pris”: Priset saknas. Skriv priset utan moms, till exempel 39,50.",
    ),
    "price in another currency": (
        one(price="49,90 EUR"),
        "Rad 2, kolumn ”Pris”: Priset är i EUR. Ange priset i svenska kronor, SEK.",
    ),
    "price in words": (
        one(price="enligt avtal"),
        "Rad 2, kolumn ”Pris”: ”enligt avtal” är inte ett belopp."
        " Skriv bara siffror och decimalkomma, till exempel 1250,00.",
    ),
    "price both marks": (
        one(price="1.250,00,5"),
        "Rad 2, kolumn ”Pris”: ”1.250,00,5” är inte ett belopp."
        " Skriv bara siffror och decimalkomma, till exempel 1250,00.",
    ),
    "price zero": (
        one(price="0"),
        "Rad 2, kolumn ”Pris”: Priset är noll. Skriv priset utan moms, till exempel 39,50.",
    ),
    "price absurd": (
        one(price="100000000"),
        "Rad 2, kolumn ”Pris”: Priset är orimligt högt. Kontrollera decimaltecknet.",
    ),
    "vat missing": (one(vat=""), "Rad 2, kolumn ”Moms %”: Momssatsen saknas. Skriv 25, 12, 6 eller 0."),
    "vat unknown": (
        one(vat="27"),
        "Rad 2, kolumn ”Moms %”: Momssatsen 27 % finns inte. Skriv 25, 12, 6 eller 0.",
    ),
    "vat in words": (
        one(vat="hög"),
        "Rad 2, kolumn ”Moms %”: ”hög” är ingen momssats. Skriv 25, 12, 6 eller 0.",
    ),
    "unspsc missing": (one(unspsc=""), "Rad 2, kolumn ”UNSPSC”: UNSPSC-koden saknas. Sök koden i listan."),
    "unspsc letters": (
        one(unspsc="4412AB04"),
        "Rad 2, kolumn ”UNSPSC”: Koden får bara ha siffror. Skriv åtta siffror, till exempel 44121706.",
    ),
    "unspsc short": (
        one(unspsc="4412170"),
        "Rad 2, kolumn ”UNSPSC”: Koden har 7 siffror, men ska ha 8. Sök koden i listan och skriv alla åtta siffror.",
    ),
    "unspsc group": (
        one(unspsc="44121700"),
        "Rad 2, kolumn ”UNSPSC”: Koden är en grupp och ingen vara: den slutar på 00."
        " Välj den vara under gruppen som passar.",
    ),
    "unspsc segment": (
        one(unspsc="99121701"),
        "Rad 2, kolumn ”UNSPSC”: Det finns inget segment 99. Sök koden i listan.",
    ),
    "gtin check digit": (
        wide(ean="7350099900014"),
        "Rad 2, kolumn ”EAN”: GTIN 7350099900014 stämmer inte. Det ska ha 8, 12, 13 eller 14 siffror."
        " Kontrollera siffrorna. Den sista är en kontrollsiffra.",
    ),
    "gtin by Excel": (
        wide(ean="7,35E+12"),
        "Rad 2, kolumn ”EAN”: Excel har gjort om numret till 7,35E+12."
        " Gör om kolumnen till text i Excel och skriv in alla siffror.",
    ),
    "least in words": (
        wide(least="några"),
        "Rad 2, kolumn ”MOQ”: ”några” är inget antal. Skriv ett tal större än noll, till exempel 10.",
    ),
    "days in words": (
        wide(days="snart"),
        "Rad 2, kolumn ”Leveranstid”: Leveranstiden ”snart” går inte att läsa. Skriv antal dagar, till exempel 5.",
    ),
    "euro": (
        wide(currency="EUR"),
        "Rad 2, kolumn ”Valuta”: Valutan är EUR. Ange priset i svenska kronor, SEK.",
    ),
    "control sign": (
        one(name="a\x07b"),
        "Rad 2, kolumn ”Benämning”: Texten har osynliga styrtecken. Skriv om texten för hand.",
    ),
}


def xlsx(*rows: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    return out.getvalue()


FILES: dict[str, tuple[bytes, str]] = {
    "only headings": (csv([]), "Filen har rubriker men inga rader. Fyll i minst en artikel."),
    "a column twice": (
        csv(
            [(*row("N-1"), "10")],
            ("Artikelnummer", "Benämning", "Enhet", "Pris", "Moms %", "UNSPSC", "Nettopris"),
        ),
        "Kolumnerna ”Pris” och ”Nettopris” betyder samma sak. Välj vilken som gäller, eller ta bort den ena.",
    ),
    "a column missing": (
        csv([("N-1", "Vara", "st", "25", "44121704")], ("Art.nr", "Namn", "Enh", "Moms", "UNSPSC-kod")),
        "Kolumnen ”Pris” saknas. På rad 1 finns Art.nr, Namn, Enh, Moms, UNSPSC-kod. "
        "Välj vilken av dem det är, eller lägg till den.",
    ),
    "an open quotation mark": (
        csv([row("N-1", '"Vara')]),
        'Rad 2: ett citattecken (") är inte avslutat. Avsluta det eller skriv två i rad.',
    ),
    "NUL": (
        csv([row("N-1", "a\0b")]),
        "Filen innehåller tecken som inte är text. Spara den som CSV eller XLSX och ladda upp igen.",
    ),
    "the old Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "Filen är i det gamla formatet .xls. Spara den som .xlsx och ladda upp igen.",
    ),
    "blank": (b"  \n", "Filen är tom. Fyll i mallen och ladda upp den igen."),
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_wrong_row_is_told_where_what_and_how(shop: Shop, name: str) -> None:
    data, words = ROWS[name]
    upload = await shop.take_in(data, publish=False)
    assert upload.status == READY
    async with shop.database.session(SYSTEM) as session:
        cells = await wrong_cells(session, upload)
    texts = [
        f"Rad {cell.row}, kolumn ”{cell.column}”: {filled(cell.message, cell.message_params)}"
        f" {filled(cell.mend, cell.mend_params)}"
        for cell in cells
    ]
    assert texts == [words]


@pytest.mark.parametrize("name", FILES)
async def test_a_wrong_file_is_told_as_a_whole(shop: Shop, name: str) -> None:
    data, words = FILES[name]
    upload = await shop.take_in(data)
    assert upload.status == FAULTY
    assert [filled(*problem) for problem in upload.problems] == [words]


async def test_a_bomb_in_a_workbook_is_refused_before_it_is_opened(shop: Shop) -> None:
    upload = await shop.take_in(bomb(), filename="bomb.xlsx")
    assert upload.status == FAULTY
    assert len(upload.problems) == 1


async def test_a_workbook_is_read_like_a_csv(shop: Shop) -> None:
    header = ("Artikelnummer", "Benämning", "Enhet", "Pris", "Moms %", "UNSPSC")
    upload = await shop.take_in(xlsx(header, row("N-1", "Kabel"), row("N-2", price="x")), filename="a.xlsx")
    assert (upload.rows_ok, upload.rows_wrong) == (1, 1)


def test_no_two_texts_are_the_same_and_sentences_are_short() -> None:
    texts = [words for _, words in (*ROWS.values(), *FILES.values())]
    assert len(texts) >= 25
    assert len(set(texts)) == len(texts)
    for text in texts:
        for sentence in text.replace(":", ".").split(". "):
            assert len(sentence.split()) <= 25, sentence
