"""What a table is, whatever file it came in.

Row numbers are those a person sees in the sheet: the header is row 1, blank rows count but are not handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import Invalid

MAX_BYTES = 100_000_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
# What no database keeps as text: NUL, and half a sign of UTF-16. No spreadsheet program writes them.
NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `cells` are trimmed, as many as the header's, more if longer.

    `marks`: index → (kind, text) of cells that are no plain text: error (#N/A), formula (never worked out), date,
    bool, number, shown (a number that its format shows as that text). `hidden`: a filter or a person hides the row.
    """

    number: int
    cells: tuple[str, ...]
    marks: Mapping[int, tuple[str, str]] | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Where the table was found: sheet, row of the header, what stands above it, other sheets with their rows."""

    sheet: str = ""
    header_row: int = 1
    above: tuple[tuple[int, str], ...] = ()
    other_sheets: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is read once, while the file is being read: it may raise UnreadableTable on the way."""

    header: tuple[str, ...]
    rows: Iterator[Row]
    about: About = About()


class UnreadableTable(Invalid):
    """The file is no table we can read. `code` tells the cause: empty, password, macros, truncated …"""

    def __init__(self, code: str, message: str, /, **params: Any) -> None:
        super().__init__(message, **params)
        self.code = code


def cell_too_long(row: int) -> UnreadableTable:
    """The refusal of a cell longer than any spreadsheet program holds."""
    return UnreadableTable(
        "cell", "Rad %(row)s har en cell med för mycket text. Korta texten och ladda upp igen.", row=row
    )


def no_text(row: int) -> UnreadableTable:
    """The refusal of a cell that holds what is no text."""
    return UnreadableTable(
        "nul", "Rad %(row)s innehåller tecken som inte är text. Ta bort dem och ladda upp igen.", row=row
    )


def table_of(records: Iterable[Sequence[str]]) -> Table:
    """The table in records of a sheet, row 1 first; the first not blank is the header."""
    numbered = not_blank(records)
    first = next(numbered, None)
    if first is None:
        raise UnreadableTable("empty", "Filen är tom. Fyll i mallen och ladda upp den igen.")
    header = named(first.cells)
    return Table(header, (as_wide(row, len(header)) for row in numbered))


def named(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header without the blank cells after its last name, left by a wider row below."""
    while not header[-1]:
        header = header[:-1]
    return header


def not_blank(records: Iterable[Sequence[str]]) -> Iterator[Row]:
    """The rows of records that hold anything, numbered as a person sees them."""
    for number, record in enumerate(records, start=1):
        cells = tuple([cell.strip() for cell in record])
        if any(cells):
            if NO_TEXT.search("".join(cells)):
                raise no_text(number)
            if len(cells) > MAX_COLUMNS:
                cells = _without_empty_end(cells, number)
            yield Row(number, cells)


def _without_empty_end(cells: tuple[str, ...], number: int) -> tuple[str, ...]:
    last = max(place for place, cell in enumerate(cells, start=1) if cell)
    if last > MAX_COLUMNS:
        raise UnreadableTable(
            "columns",
            "Rad %(row)s har över %(most)s kolumner. Kontrollera att rätt skiljetecken används.",
            row=number,
            most=MAX_COLUMNS,
        )
    return cells[:last]


def as_wide(row: Row, width: int) -> Row:
    """Short rows are filled, and blank cells beyond the header cut; text there stays."""
    cells = row.cells
    if len(cells) == width:
        return row
    if len(cells) < width:
        cells += ("",) * (width - len(cells))
    elif not any(cells[width:]):
        cells = cells[:width]
    return Row(row.number, cells, row.marks, row.hidden)
