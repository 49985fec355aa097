"""Files of the catalogue: the template a supplier fills in, and its own file back with what is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from portal.catalog.rules.columns import HEADINGS, OPTIONAL, REQUIRED
from portal.formats.child import read_apart
from portal.formats.table import Row
from portal.formats.tabular import safe_text, write_csv, write_xlsx

ERROR_COLUMN = "Fel"
TEMPLATE_NAME = "katalogmall.xlsx"
_EXAMPLE = {
    "item_no": "EX-1", "name": "Exempelartikel, 10 st", "unit": "förp", "price": "49,50", "vat_rate": "25",
    "unspsc": "44121706", "description": "Det som köparen behöver veta", "gtin": "", "manufacturer": "Exempelfabriken",
    "min_quantity": "1", "lead_time_days": "3", "currency": "SEK",
}  # fmt: skip
GUIDE: Mapping[str, str] = {
    "item_no": "Ert artikelnummer, högst 50 tecken. Varje nummer får finnas en gång i filen.",
    "name": "Vad artikeln heter, högst 200 tecken.",
    "unit": "Enheten priset gäller: st, förp, kg, liter, kartong … eller koden i UN/ECE Rec 20/21.",
    "price": "Pris per enhet i kronor utan moms, till exempel 49,50.",
    "vat_rate": "25, 12, 6 eller 0.",
    "unspsc": "Åtta siffror, till exempel 44121706. Koden får inte sluta på 00.",
    "description": "Frivillig text som köparen ser och kan söka i, högst 4000 tecken.",
    "gtin": "Streckkodens 8, 12, 13 eller 14 siffror. Gör kolumnen till text i Excel.",
    "manufacturer": "Fabrikat eller varumärke.",
    "min_quantity": "Minsta antal som kan beställas.",
    "lead_time_days": "Leveranstid i arbetsdagar.",
    "currency": "Bara SEK.",
}


def template() -> bytes:
    """The template as XLSX: headings and an example row, and a second sheet that explains each column."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    fields = (*REQUIRED, *OPTIONAL)
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Artiklar")
        _write_rows(
            sheet, [[HEADINGS[field][0] for field in fields], [_EXAMPLE[field] for field in fields]], bold
        )
        sheet.set_column(0, len(fields) - 1, 20)
        guide = book.add_worksheet("Så fyller du i")
        _write_rows(guide, [["Kolumn", "Måste fyllas i", "Vad som ska stå"], *_guide_rows(fields)], bold)
        guide.set_column(0, 1, 24)
        guide.set_column(2, 2, 80)
    return out.getvalue()


def _guide_rows(fields: Sequence[str]) -> Iterator[Sequence[str]]:
    for field in fields:
        yield HEADINGS[field][0], "Ja" if field in REQUIRED else "Nej", GUIDE[field]


def _write_rows(sheet: Any, rows: Sequence[Sequence[str]], bold: Any) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, safe_text(value), bold if number == 0 else None)
    sheet.freeze_panes(1, 0)


def with_errors(
    data: bytes,
    errors: Mapping[int, str],
    *,
    headings: Collection[str] | None = None,
    sheet: str | None = None,
) -> tuple[bytes, str]:
    """The supplier's table again with a column "Fel" last: (bytes, file ending). `errors`: row number → text.

    `headings` and `sheet` as it was read before. UnreadableTable when it is no table. It blocks: from a coroutine, call
    it in a thread.
    """
    table = read_apart(data, headings=headings, sheet=sheet)
    xlsx = data.startswith(b"PK")
    write: Callable[..., bytes] = write_xlsx if xlsx else write_csv
    rows = ((*_cells(row), errors.get(row.number, "")) for row in table.rows)
    return write([*table.header, ERROR_COLUMN], rows), "xlsx" if xlsx else "csv"


def _cells(row: Row) -> Sequence[str]:
    """The cells as they are shown where that is other digits: 000471 stays 000471."""
    marks = row.marks or {}
    shown = {index: text for index, (kind, text) in marks.items() if kind == "shown" and text.isdigit()}
    return [shown.get(index, cell) for index, cell in enumerate(row.cells)]
