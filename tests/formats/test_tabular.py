"""Tables: every way people save them, every way they come broken, and nothing that runs when opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.formats import zip_guard
from portal.formats.tabular import Row, UnreadableTable, read_table, write_csv, write_xlsx

HEADER = ("Artikelnummer", "Benämning", "Pris")
ROWS = (Row(2, ("KB-1", "Pärm röd", "29,00")), Row(4, ("KB-2", "Penna; blå", "12,50")))
TEXT = (
    "Artikelnummer{0}Benämning{0}Pris\r\n"
    'KB-1{0}Pärm röd{0}"29,00"\r\n{0}{0}\r\nKB-2{0}"Penna; blå"{0}"12,50"\r\n\r\n'
)


def refusal(data: bytes) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as refused:
        list(read_table(data).rows)
    return refused.value


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_is_read_as_it_was_saved(delimiter: str, encoding: str) -> None:
    table = read_table(TEXT.format(delimiter).encode(encoding))
    assert table.header == HEADER
    assert tuple(table.rows) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    table = read_table(f"a;b{end}1;2{end}{end}3;4{end}".encode())
    assert tuple(table.rows) == (Row(2, ("1", "2")), Row(4, ("3", "4")))


def test_a_cell_over_two_lines_is_one_row() -> None:
    table = read_table(b'a;b\n"x\ny";2\n3;4\n')
    assert tuple(table.rows) == (Row(2, ("x\ny", "2")), Row(3, ("3", "4")))


def test_excels_delimiter_line_is_not_a_row() -> None:
    table = read_table(b"sep=,\na,b\n1,2\n")
    assert (table.header, tuple(table.rows)) == (("a", "b"), (Row(2, ("1", "2")),))


def test_short_rows_are_filled_and_long_ones_kept() -> None:
    table = read_table(b"a;b\n1\n1;2;;\n1;2;3\n")
    assert [row.cells for row in table.rows] == [("1", ""), ("1", "2"), ("1", "2", "3")]


BROKEN = {
    b"": "empty",
    b" \r\n\r\n": "empty",
    b";;\n;;\n": "empty",
    b'a;b\n1;2\n"x;y\n': "quote",
    b'a;b\n1;2\n"x"y;2\n': "quote",
    b"a;b\n1;\0\n": "nul",
    b"a;b\n\x81\x8d\n": "encoding",
    b"a;b\n" + b";" * 300 + b"x\n": "columns",
    b"PK\x03\x04" + b"\0" * 60: "truncated",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60: "old_excel",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"): "password",
}


@pytest.mark.parametrize("data", BROKEN)
def test_a_broken_file_tells_what_is_wrong(data: bytes) -> None:
    error = refusal(data)
    assert error.code == BROKEN[data]
    assert str(error).endswith(".")


def test_a_broken_quote_names_its_row() -> None:
    assert str(refusal(b'a;b\n1;2\n"x;y\n')).startswith("Rad 3:")


def test_the_limit_is_a_setting() -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_table(b"a;b\n1;2\n", max_bytes=4)
    assert refused.value.code == "too_large"


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        fill(book)
    return out.getvalue()


def test_xlsx_shows_what_the_sheet_shows() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("dolt").hide()
        sheet = book.add_worksheet("artiklar")
        sheet.activate()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Artikel", "Pris", "GTIN", "Från", "Aktiv"])
        sheet.write_row(3, 0, [" KB-1 ", 49.9, 7350099900013])
        sheet.write_datetime(3, 3, datetime(2026, 1, 31, tzinfo=UTC).replace(tzinfo=None), day)
        sheet.write_boolean(3, 4, True)

    table = read_table(workbook(fill))
    assert table.header == ("Artikel", "Pris", "GTIN", "Från", "Aktiv")
    assert tuple(table.rows) == (Row(4, ("KB-1", "49,9", "7350099900013", "2026-01-31", "SANT")),)


def zipped(
    changes: dict[str, bytes], base: bytes | None = None, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    source = base if base is not None else write_xlsx(["a"], [["1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


def sheet_of(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMBS = {
    "one big cell": (lambda: zipped({SHEET: sheet_of("<row><c>" + "x" * 50_000_000 + "</c></row>")}), "bomb"),
    "too much in all": (lambda: zipped({f"xl/media/{n}": bytes(9_900_000) for n in range(12)}), "bomb"),
    "too many parts": (lambda: zipped({f"xl/media/{n}": b"x" for n in range(1_001)}), "bomb"),
    "cells far out": (lambda: zipped({SHEET: sheet_of(FAR)}), "bomb"),
    "macros": (lambda: zipped({"xl/vbaProject.bin": b"x"}), "macros"),
    "links": (lambda: zipped({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links"),
    "parent folder": (lambda: zipped({"../x.xml": b"<x/>"}), "bomb"),
    "absolute": (lambda: zipped({"/etc/x.xml": b"<x/>"}), "bomb"),
    "no workbook": (
        lambda: zipped({"xl/workbook.xml": b""}).replace(b"workbook.xml", b"workboot.xml"),
        "not_xlsx",
    ),
    "cut": (lambda: write_xlsx(["a"], [["1"]])[:-40], "truncated"),
    "bad sheet": (lambda: zipped({SHEET: b"<worksheet><sheetData><row"}), "truncated"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_workbook_never_reaches_the_reader(name: str) -> None:
    build, code = BOMBS[name]
    assert refusal(build()).code == code


def test_a_directory_that_lies_of_sizes_is_found_out() -> None:
    big = zipped({"xl/media/x": bytes(60_000_000)})
    lied = big.replace((60_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lied != big
    assert refusal(lied).code == "bomb"


def test_a_small_file_of_one_word_repeated_passes() -> None:
    data = write_xlsx(["a"], [["samma ord"]] * 20_000)
    assert sum(1 for _ in read_table(data).rows) == 20_000


def test_an_encrypted_part_is_called_a_password() -> None:
    data = bytearray(zipped({}))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    assert refusal(bytes(data)).code == "password"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_is_written_as_a_formula(formula: str) -> None:
    for write in (write_csv, write_xlsx):
        table = read_table(write(["a", "b", formula], [["x", "y", formula]]))
        assert table.header == ("a", "b", f"'{formula}".strip())
        assert next(table.rows).cells == ("x", "y", f"'{formula}".strip())
    sheet = zipfile.ZipFile(io.BytesIO(write_xlsx(["a"], [[formula]]))).read(SHEET)
    assert b"<f>" not in sheet


def test_numbers_stay_numbers_and_texts_texts() -> None:
    row = (Decimal("-49.90"), 7, date(2026, 1, 31), None, "007")
    assert next(read_table(write_xlsx(["a"] * 5, [row])).rows).cells == (
        "-49,9",
        "7",
        "2026-01-31",
        "",
        "007",
    )
    assert next(read_table(write_csv(["a"] * 5, [row])).rows).cells == (
        "-49,90",
        "7",
        "2026-01-31",
        "",
        "007",
    )


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
fuzz = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@fuzz
@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    header = ["a", "b", "c", "d"]
    for write in (write_csv, write_xlsx):
        read = [row.cells for row in read_table(write(header, rows)).rows]
        guarded = [[f"'{cell}" if cell[:1] in "=+-@" and cell else cell for cell in row] for row in rows]
        assert read == [tuple(row + [""] * (4 - len(row))) for row in guarded if any(row)]


@fuzz
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        list(read_table(data).rows)
    except UnreadableTable as error:
        assert error.code


WORKBOOK = write_xlsx(HEADER, [row.cells for row in ROWS])


@settings(max_examples=200)
@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255), st.integers(0, 40))
def test_a_damaged_workbook_is_a_table_or_refused(place: int, byte: int, cut: int) -> None:
    damaged = bytearray(WORKBOOK)
    damaged[place] = byte
    try:
        list(read_table(bytes(damaged[: len(damaged) - cut])).rows)
    except UnreadableTable as error:
        assert error.code


def test_the_guard_reads_references_over_chunk_borders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_guard, "_CHUNK", 7)
    assert refusal(zipped({SHEET: sheet_of(FAR)})).code == "bomb"
