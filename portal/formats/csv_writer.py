"""A table as CSV for a Swedish spreadsheet: UTF-8 with a mark, semicolons, decimal commas, no text that is a formula.

Numbers and days are written as such; only texts come from others, and only they are made harmless.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
# What a spreadsheet takes for the beginning of a formula, after blanks too.
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
_BREAKS = str.maketrans({"\t": " ", "\r": " ", "\n": " ", "\0": ""})
Cell = str | Decimal | int | date | None


def csv_row(cells: Sequence[Cell]) -> bytes:
    """One row."""
    line = StringIO(newline="")
    csv.writer(line, delimiter=";").writerow(map(_written, cells))
    return line.getvalue().encode()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f").replace(".", ",")
    if isinstance(cell, datetime):
        raise TypeError("a list has days, and no instants")
    if isinstance(cell, int | date):
        return str(cell)
    return _harmless(cell)


def _harmless(text: str) -> str:
    """The text on one line; an apostrophe before what would be a formula."""
    line = text.translate(_BREAKS)
    bare = line.lstrip()
    return "'" + line if text[:1] in ("\t", "\r", "\n") or bare.startswith(_FORMULA) else line
