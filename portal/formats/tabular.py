"""A table file whatever its kind: read by what the bytes are, written for a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from portal.formats.csv_reader import read_csv
from portal.formats.table import MAX_BYTES, Row, Table, UnreadableTable
from portal.formats.xlsx_reader import is_old_excel, read_xlsx, refuse_old_excel

__all__ = ["Row", "Table", "UnreadableTable", "read_table", "safe_text", "write_csv", "write_xlsx"]

Value = str | int | Decimal | date | None

# A text that begins so would be run as a formula by the program that opens it (OWASP: CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_MAX_CELL = 32_767
_OTHER_KINDS = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"II*\0": "TIFF", b"MM\0*": "TIFF",
    b"\x1f\x8b": "GZIP", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR", b"BZh": "BZIP2", b"\xfd7zXZ": "XZ", b"<": "HTML/XML",
    b"\xef\xbb\xbf<": "HTML/XML", b"{\\rtf": "RTF", b"MZ\x90": "EXE", b"\x7fELF": "ELF",
}  # fmt: skip


def read_table(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    headings: Collection[str] | None = None,
    sheet: str | None = None,
) -> Table:
    """The table in CSV or XLSX bytes, told apart by content; UnreadableTable with a Swedish message.

    With `headings` (as `heading_key` spells them) the table is looked for: under titles, on another sheet than the
    first; `sheet` names the sheet. Without, it begins with the first row that is not blank.
    """
    if len(data) > max_bytes:
        raise UnreadableTable(
            "too_large",
            "Filen är större än %(most)s MB. Dela upp den och ladda upp delarna.",
            most=max_bytes // 1_000_000,
        )
    if is_old_excel(data):
        raise refuse_old_excel(data)
    _refuse_other_kinds(data)
    return read_xlsx(data, headings, sheet) if data.startswith(b"PK") else read_csv(data, headings)


def _refuse_other_kinds(data: bytes) -> None:
    """A file that is well known to be something else is told so, before a reader guesses at it."""
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise UnreadableTable(
                "other_kind",
                "Filen är ingen tabell (%(kind)s). Spara tabellen som Excel (.xlsx) eller CSV och ladda upp den.",
                kind=kind,
            )


def safe_text(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """CSV as Swedish Excel opens it by a double click: UTF-8 with BOM, semicolons, decimal commas, CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_text(name) for name in header])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal() | int():
            return format(value, "f" if isinstance(value, Decimal) else "d").replace(".", ",")
        case date():
            return value.isoformat()
    return safe_text(value.replace("\0", ""))


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet with a bold, frozen header; texts stay texts (never formulas, links or numbers)."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, name in enumerate(header):
            sheet.write_string(0, column, safe_text(name), bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value, day)
    return out.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Value, day: Any) -> None:
    match value:
        case None:
            return
        case Decimal() | int():
            sheet.write_number(row, column, value)
        case date():
            sheet.write_datetime(row, column, value, day)
        case _:
            sheet.write_string(row, column, safe_text(value.replace("\0", ""))[:_MAX_CELL])
