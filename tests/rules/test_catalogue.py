"""Catalogue rows, columns, units and the difference; golden messages of the bad-file list."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from portal.catalog.rules.columns import find_columns, heading_key
from portal.catalog.rules.diff import difference
from portal.catalog.rules.rows import ArticleRow, RowReader
from portal.catalog.rules.units import UNITS, unit_code

HEADINGS = [
    "Artikelnummer", "Benämning", "Enhet", "Pris", "Moms %", "UNSPSC", "GTIN", "Minsta antal",
    "Leveranstid",
]  # fmt: skip
GOOD: list[object] = [
    "A-1",
    "Kopieringspapper",
    "förp",
    "49,90",
    "25",
    "14111507",
    "7350099900013",
    "10",
    "3 dagar",
]


def read(**cells: object) -> ArticleRow | list[str]:
    row = [cells.get(heading.split()[0].lower(), cell) for heading, cell in zip(HEADINGS, GOOD, strict=True)]
    found = RowReader(find_columns(HEADINGS)).read(row, 9)
    return found if isinstance(found, ArticleRow) else [error.text for error in found]


def test_a_good_row() -> None:
    assert read() == ArticleRow(
        "A-1", "Kopieringspapper", "XPK", D("49.90"), D(25), "14111507", None, "7350099900013", None, D(10), 3
    )


@pytest.mark.parametrize(("column", "cell", "start"), [
    ("pris", "1.250", "Rad 9, kolumn ”Pris”: ”1.250” kan läsas på två sätt: 1250 eller 1,250."),
    ("pris", "0", "Rad 9, kolumn ”Pris”: Priset är noll."),
    ("pris", "-5", "Rad 9, kolumn ”Pris”: Priset är negativt."),
    ("pris", "49,12345", "Rad 9, kolumn ”Pris”: ”49,12345” har 5 decimaler. Ett pris har högst 4."),
    ("pris", "12,50 EUR", "Rad 9, kolumn ”Pris”: Priset är i EUR. Ange priset i svenska kronor, SEK."),
    ("pris", "", "Rad 9, kolumn ”Pris”: Priset saknas."),
    ("moms", "27 %", "Rad 9, kolumn ”Moms %”: Momssatsen 27 % finns inte. Skriv 25, 12, 6 eller 0."),
    ("unspsc", "4412170",
     "Rad 9, kolumn ”UNSPSC”: Koden har 7 siffror, men ska ha 8. Sök koden i listan"),
    ("unspsc", "44121700", "Rad 9, kolumn ”UNSPSC”: Koden är en grupp"),
    ("unspsc", "99121701", "Rad 9, kolumn ”UNSPSC”: Det finns inget segment 99."),
    ("enhet", "flarn", "Rad 9, kolumn ”Enhet”: Enheten ”flarn” känner vi inte."),
    ("gtin", "7350099900014", "Rad 9, kolumn ”GTIN”: GTIN 7350099900014 stämmer inte."),
    ("gtin", "7,35E+12", "Rad 9, kolumn ”GTIN”: Excel har gjort om numret"),
    ("benämning", "a\x00b", "Rad 9, kolumn ”Benämning”: Texten har osynliga styrtecken."),
    ("artikelnummer",
     "x" * 51, "Rad 9, kolumn ”Artikelnummer”: Artikelnumret har 51 tecken. Skriv högst 50."),
    ("minsta", "noll", "Rad 9, kolumn ”Minsta antal”: ”noll” är inget antal."),
    ("leveranstid", "snart", "Rad 9, kolumn ”Leveranstid”: Leveranstiden ”snart” går inte att läsa."),
])  # fmt: skip
def test_each_bad_cell_has_its_own_words(column: str, cell: str, start: str) -> None:
    found = read(**{column: cell})
    assert isinstance(found, list) and len(found) == 1
    assert found[0].startswith(start)


@pytest.mark.parametrize(("column", "cell"), [
    ("pris", "1 250,00"), ("pris", "1250.00"), ("pris", 1250.5), ("pris", 49.900000000000006),
    ("pris", 49.123),
    ("moms", "25 %"), ("moms", 0.25), ("moms", 25.0), ("unspsc", "14.11.15.07"), ("unspsc", 14111507.0),
    ("gtin", 7350099900013.0), ("gtin", ""), ("gtin", None), ("enhet", "Förp."), ("artikelnummer",
    1001.0),
])  # fmt: skip
def test_what_people_and_spreadsheets_write_is_read(column: str, cell: object) -> None:
    assert isinstance(read(**{column: cell}), ArticleRow)


def test_spreadsheet_numbers_lose_their_tail() -> None:
    assert read(artikelnummer=1001.0) == ArticleRow(
        "1001",
        "Kopieringspapper",
        "XPK",
        D("49.90"),
        D(25),
        "14111507",
        None,
        "7350099900013",
        None,
        D(10),
        3,
    )


def test_all_errors_of_a_row_are_listed_and_a_repeated_number_is_found() -> None:
    reader = RowReader(find_columns(HEADINGS))
    assert isinstance(reader.read(GOOD, 18), ArticleRow)
    again = reader.read(["a-1", "", "flarn", "x", "25", "14111507"], 212)
    assert not isinstance(again, ArticleRow)
    assert [error.column for error in again] == ["Benämning", "Enhet", "Pris", "Artikelnummer"]
    assert (
        again[-1].text == "Rad 212, kolumn ”Artikelnummer”: a-1 finns redan på rad 18. Ta bort en av raderna."
    )
    assert again[-1].message.msgid == "%(item_no)s finns redan på rad %(row)s."


def test_columns_are_found_by_any_of_their_names_and_shown_as_written() -> None:
    columns = find_columns(
        ["Lev.art.nr", "ARTIKELBENÄMNING", "Enh", "À-pris", "Momssats", "UNSPSC-kod", "Eget"]
    )
    assert columns.problems == ()
    assert columns.heading("price") == "À-pris"
    assert set(columns.places) == {"item_no", "name", "unit", "price", "vat_rate", "unspsc"}


_WITH_PRICE = ("Artikelnummer", "Namn", "Enhet", "Moms %", "UNSPSC")


@pytest.mark.parametrize("heading", [
    "Pris", "Pris (SEK)", "Pris [kr]", "Pris (exkl. moms)", "Nettopris (per st)", "Pris SEK", "Pris ()",
])  # fmt: skip
def test_a_price_is_one_whatever_plain_word_stands_in_brackets(heading: str) -> None:
    columns = find_columns([*_WITH_PRICE, heading])
    assert columns.problems == () and columns.heading("price") == heading


@pytest.mark.parametrize(("heading", "words"), [
    ("Pris (EUR)", "saknas"), ("Pris (inkl. moms)", "saknas"), ("Pris (per kartong)", "saknas"), ("Pris EUR", "saknas"),
])  # fmt: skip
def test_what_stands_in_brackets_and_may_change_a_price_is_not_passed_over(heading: str, words: str) -> None:
    """C03: 125 EUR would have been 125 kronor."""
    (problem,) = find_columns([*_WITH_PRICE, heading]).problems
    assert words in problem and heading in problem


@pytest.mark.parametrize(("heading", "words"), [
    ("Pris (EUR)", "inte i svenska kronor"), ("Price in €", "inte i svenska kronor"),
    ("Pris inkl moms", "inklusive moms"), ("Pris (inkl. moms)", "inklusive moms"),
])  # fmt: skip
def test_nobody_chooses_a_price_that_is_not_in_kronor_without_vat(heading: str, words: str) -> None:
    (problem,) = find_columns([*_WITH_PRICE, heading], chosen={heading_key(heading): "price"}).problems
    assert words in problem


def test_how_many_a_price_is_for_may_stand_in_its_heading() -> None:
    """Told by the heading as it is written, and left alone where the supplier has said so."""
    columns = find_columns([*_WITH_PRICE, "Pris (per 100)"])
    assert (columns.per, columns.heading("price_per")) == ("100", "Pris (per 100)")
    refused = find_columns([*_WITH_PRICE, "Pris", "Pris per 100"], chosen={"prisper100": ""})
    assert (refused.per, refused.heading("price"), refused.problems) == (None, "Pris", ())


def test_a_missing_and_a_doubled_column_are_told() -> None:
    problems = find_columns(["Artikelnummer", "Namn", "Pris", "Nettopris", "Moms", "UNSPSC", None]).problems
    assert problems == (
        "Kolumnerna ”Pris” och ”Nettopris” betyder samma sak. Välj vilken som gäller, eller ta bort den ena.",
        "Kolumnen ”Enhet” saknas. På rad 1 finns Artikelnummer, Namn, Pris, Nettopris, Moms, UNSPSC. "
        "Välj vilken av dem det är, eller lägg till den.",
    )


def test_a_file_without_any_heading_gets_one_answer() -> None:
    (problem,) = find_columns(["%PDF-1.7", None]).problems
    assert str(problem).startswith(
        "Vi hittade ingen rad med mallens rubriker (Artikelnummer, Benämning, Enhet"
    )


@pytest.mark.parametrize(("text", "code"), [
    ("st", "H87"), ("ST", "H87"), ("st.", "H87"), ("á/st", "H87"), ("/st", "H87"), ("per st",
    "H87"), ("EA", "EA"),
    ("c62", "C62"), ("Förp.", "XPK"), ("CT", "XCT"), ("XCT", "XCT"), ("m²", "MTK"), ("m2", "MTK"),
    ("100 st", "CEN"),
    ("kWh", "KWH"), ("par", "PR"), ("tim.", "HUR"), ("PF", None), ("AMP", None), ("", None),
    ("okänd", None),
])  # fmt: skip
def test_units_are_known_or_asked_about(text: str, code: str | None) -> None:
    assert unit_code(text) == code


def test_every_code_and_name_reads_as_itself() -> None:
    for code, (_, spellings) in UNITS.items():
        assert unit_code(code) == code
        for spelling in spellings.split():
            assert unit_code(spelling) == code


def article(item_no: str, price: str = "10", name: str = "Vara") -> ArticleRow:
    return ArticleRow(item_no, name, "EA", D(price), D(25), "14111507", None, None, None, None, None)


def test_the_difference_and_what_must_be_confirmed() -> None:
    current = {a.item_no: a for a in map(article, ["same", "gone", "up", "down", "dear", "renamed"])}
    upload = [
        article("same"), article("new"), article("up", "12.55"), article("down", "1"),
        article("dear", "100"),
        article("renamed", name="Ny"),
    ]  # fmt: skip
    result = difference(current, upload)
    assert ([a.item_no for a in result.new], result.removed, result.unchanged) == (["new"], ["gone"], 1)
    assert [(c.new.item_no, c.percent) for c in result.changed if c.price_changed] == [
        ("up", D("25.5")), ("down", D("-90.0")), ("dear", D("900.0")),
    ]  # fmt: skip
    assert [c.new.item_no for c in result.to_confirm] == ["down", "dear"]
