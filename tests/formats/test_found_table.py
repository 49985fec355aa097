"""Where a table is found in a file, and what its cells are beside their text."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from portal.formats.header import heading_keys
from portal.formats.number_format import as_shown
from portal.formats.tabular import read_table

HEADINGS = frozenset(("artikelnr", "pris", "enhet"))


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.parametrize(("heading", "keys"), [
    ("Pris (SEK)", ("prissek", "pris")),
    ("Pris SEK", ("prissek", "pris")),
    ("Art.nr.", ("artnr",)),
    ("Moms %", ("moms%",)),
])  # fmt: skip
def test_a_heading_is_compared_without_its_currency(heading: str, keys: tuple[str, ...]) -> None:
    assert heading_keys(heading) == keys


def test_the_table_is_found_under_titles_and_on_another_sheet() -> None:
    data = workbook(
        ("Info", [["Läs mig"]]), ("Priser", [["Prislista 2027"], [], ["Artikelnr", "Pris (SEK)"], ["A-1", 2]])
    )
    table = read_table(data, headings=HEADINGS)
    assert (table.about.sheet, table.about.header_row, table.about.above) == (
        "Priser",
        3,
        ((1, "Prislista 2027"),),
    )
    assert table.about.other_sheets == (("Info", 1),)
    assert [(row.number, row.cells) for row in table.rows] == [(4, ("A-1", "2"))]


def test_without_headings_the_first_row_is_the_header_as_before() -> None:
    assert read_table(b"Titel;x\nArtikelnr;Pris\n").header == ("Titel", "x")


@pytest.mark.parametrize("encoding", ["mac-roman", "cp850", "cp1252", "utf-8"])
def test_letters_of_old_programs_are_told_apart(encoding: str) -> None:
    text = "Artikelnr;Pris\nSåpa för trägolv, Räksmörgås;1\n"
    [row] = read_table(text.encode(encoding), headings=HEADINGS).rows
    assert row.cells[0] == "Såpa för trägolv, Räksmörgås"


def test_a_file_of_titles_alone_takes_its_widest_row() -> None:
    table = read_table(b"Titel\nKod;Belopp;Vara\n1;2;3\n", headings=HEADINGS)
    assert table.header == ("Kod", "Belopp", "Vara")


@pytest.mark.parametrize(("number", "code", "shown"), [
    ("471", "000000", "000471"),
    ("12.1", "0.00", "12,10"),
    ("1234.5", "#,##0.00", "1 234,50"),
    ("7", '"AB-"0000', "AB-0007"),
    ("7", "General", None),
    ("46357", "d-mmm", None),
])  # fmt: skip
def test_a_number_as_its_format_shows_it(number: str, code: str, shown: str | None) -> None:
    assert as_shown(number, code) == shown
