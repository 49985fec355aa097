"""XLSX through calamine, once the zip has been looked through: the first visible sheet, as people see it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from portal.formats.table import MAX_CELL, Table, UnreadableTable, cell_too_long, table_of
from portal.formats.zip_guard import guard_workbook, password_protected

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


def read_xlsx(data: bytes) -> Table:
    """The first visible sheet of XLSX bytes; UnreadableTable as `guard_workbook`, or empty, cell."""
    guard_workbook(data)
    try:
        sheet = _first_visible(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except PasswordError:
        raise password_protected() from None
    except (CalamineError, OSError, ValueError):
        raise UnreadableTable(
            "truncated", "Filen är skadad eller avhuggen. Spara den på nytt som .xlsx och ladda upp igen."
        ) from None
    return table_of(_records(sheet))


def _first_visible(workbook: CalamineWorkbook) -> CalamineSheet:
    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            return workbook.get_sheet_by_name(sheet.name)
    raise UnreadableTable("empty", "Filen har inget synligt blad. Visa bladet med tabellen och spara igen.")


def _records(sheet: CalamineSheet) -> Iterator[list[str]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        record = [cell if isinstance(cell, str) else shown(cell) for cell in cells]
        if any(len(cell) > MAX_CELL for cell in record):
            raise cell_too_long(number)
        yield record


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
