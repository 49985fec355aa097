"""XLSX through calamine, once the zip has been looked through: the first visible sheet, as people see it."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from portal.formats.findings import Unreadable
from portal.formats.header import SEARCHED, found_table, header_place
from portal.formats.sheet_marks import Marks, SheetMarks, sheet_marks
from portal.formats.table import (
    MAX_CELL,
    NO_TEXT,
    About,
    Row,
    Table,
    UnreadableTable,
    cell_too_long,
    not_blank,
    table_of,
)
from portal.formats.zip_guard import guard_workbook, password_protected

THOUSANDTHS, FINEST = 3, 4
# From here on a spreadsheet does not hold every digit.
INEXACT = 10**15
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

Cell = int | float | str | bool | time | date | datetime | timedelta


def is_old_excel(data: bytes) -> bool:
    """An OLE file: .xls, or an .xlsx closed by a password."""
    return data.startswith(_OLE)


def refuse_old_excel(data: bytes) -> UnreadableTable:
    """Why an OLE file is not read."""
    if _ENCRYPTED_STREAM in data:
        return password_protected()
    return UnreadableTable(
        "old_excel", "Filen är i det gamla formatet .xls. Spara den som .xlsx och ladda upp igen."
    )


def read_xlsx(data: bytes, headings: Collection[str] | None = None, sheet: str | None = None) -> Table:
    """A visible sheet of XLSX bytes; UnreadableTable as `guard_workbook`, or empty, cell.

    Without `headings` the first one, its header on the first row that is not blank. With them, the sheet named, or
    else the first that has a header, with what the cells are beside what they say.
    """
    guard_workbook(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = _visible(workbook)
        if headings is None:
            return table_of(_records(workbook.get_sheet_by_name(names[0])))
        return _found(data, workbook, names, headings, sheet)
    except PasswordError:
        raise password_protected() from None
    except (CalamineError, OSError, ValueError, Unreadable):
        raise UnreadableTable(
            "truncated", "Filen är skadad eller avhuggen. Spara den på nytt som .xlsx och ladda upp igen."
        ) from None


def _visible(workbook: CalamineWorkbook) -> list[str]:
    names = [sheet.name for sheet in workbook.sheets_metadata
             if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet]  # fmt: skip
    if not names:
        raise UnreadableTable(
            "empty", "Filen har inget synligt blad. Visa bladet med tabellen och spara igen."
        )
    if NO_TEXT.search("".join(names)):
        raise UnreadableTable(
            "nul", "Ett blads namn innehåller tecken som inte är text. Byt namn på bladet och ladda upp igen."
        )
    return names


def _found(
    data: bytes,
    workbook: CalamineWorkbook,
    names: Sequence[str],
    headings: Collection[str],
    wanted: str | None,
) -> Table:
    sheets = {name: workbook.get_sheet_by_name(name) for name in names}
    name = wanted if wanted in sheets else _with_header(sheets, headings)
    others = tuple((other, sheet.height) for other, sheet in sheets.items() if other != name and sheet.height)
    about = About(name, other_sheets=others)
    return found_table(_marked(sheets[name], sheet_marks(data, name)), headings, about)


def _with_header(sheets: dict[str, CalamineSheet], headings: Collection[str]) -> str:
    """The first sheet that has a header; else the first that holds anything."""
    for name, sheet in sheets.items():
        if header_place(list(not_blank(_records(sheet, most=SEARCHED))), headings) is not None:
            return name
    return next((name for name, sheet in sheets.items() if sheet.height), next(iter(sheets)))


def _marked(sheet: CalamineSheet, known: SheetMarks) -> Iterator[Row]:
    """The rows with what their cells are: of numbers only where that decides how they are read."""
    cells: dict[int, Marks] = {}
    for row in not_blank(_records(sheet, marks=cells)):
        marks = cells.pop(row.number, {}) | known.cells.get(row.number, {})
        yield Row(row.number, row.cells, marks or None, row.number in known.hidden)
    # A row of nothing but errors has no text of its own and is blank to the reader.


def _records(
    sheet: CalamineSheet, *, most: int | None = None, marks: dict[int, Marks] | None = None
) -> Iterator[list[str]]:
    for number, cells in enumerate(islice(sheet.iter_rows(), most), start=1):
        record = [cell if isinstance(cell, str) else shown(cell) for cell in cells]
        if marks is not None and (found := _kinds(cells, record)):
            marks[number] = found
        if any(len(cell) > MAX_CELL for cell in record):
            raise cell_too_long(number)
        yield record


def _kinds(cells: Sequence[Cell], record: Sequence[str]) -> Marks:
    """Dates and truth values, and numbers that could be read in two ways if they were text."""
    found: Marks = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, str):
            continue
        if isinstance(cell, bool):
            found[index] = ("bool", record[index])
        elif isinstance(cell, float | int):
            decimals = len(record[index].partition(",")[2])
            if decimals == THOUSANDTHS or decimals > FINEST or 0 < cell < 1 or abs(cell) >= INEXACT:
                found[index] = ("number", record[index])
        else:
            found[index] = ("date", record[index])
    return found


def shown(cell: Cell) -> str:
    """A value as a Swedish spreadsheet shows it: 49,9, 2026-01-31, SANT. Digits beyond fifteen are noise."""
    match cell:
        case bool():
            return "SANT" if cell else "FALSKT"
        case float() | int():
            return format(Decimal(format(cell, ".15g")), "f").replace(".", ",")
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
    return str(cell)
