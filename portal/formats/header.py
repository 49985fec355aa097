"""Where the table of a sheet begins: the row that holds most of the headings one looks for.

Price lists have titles, dates and blank rows above their headings, and their articles on any of several sheets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, islice

from portal.formats.table import About, Row, Table, UnreadableTable, as_wide, named

SEARCHED = 60
FEWEST = 2
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TAIL = re.compile(r"(?:sek|kr|kronor)$")


def heading_key(text: str) -> str:
    """A heading as it is compared: letters and digits in lower case, and %."""
    return "".join(char for char in text.casefold() if char.isalnum() or char == "%")


def heading_keys(text: str) -> tuple[str, ...]:
    """The heading as it is compared, then without what stands in brackets and without the currency: "Pris (SEK)"."""
    bare = heading_key(_ASIDE.sub(" ", text))
    keys = (heading_key(text), bare, _TAIL.sub("", bare))
    return tuple(dict.fromkeys(key for key in keys if key))


def asides(text: str) -> tuple[str, ...]:
    """What stands in brackets in a heading."""
    return tuple(found[1:-1] for found in _ASIDE.findall(text))


def known_in(row: Row, headings: Collection[str]) -> int:
    """How many of the row's cells are headings one looks for."""
    return sum(any(key in headings for key in heading_keys(cell)) for cell in row.cells)


def header_place(rows: Sequence[Row], headings: Collection[str]) -> int | None:
    """The index of the first of the rows with most headings; None when no row holds two of them."""
    counts = [known_in(row, headings) for row in rows]
    best = max(counts, default=0)
    return counts.index(best) if best >= FEWEST else None


def found_table(
    rows: Iterable[Row],
    headings: Collection[str],
    about: About | None = None,
) -> Table:
    """The table in the rows of a sheet; what stands above is kept in `about`.

    Where no row is like a header, the widest of the first rows is taken for it: its columns are then asked about.
    """
    rest = iter(rows)
    head = list(islice(rest, SEARCHED))
    if not head:
        raise UnreadableTable("empty", "Filen är tom. Fyll i mallen och ladda upp den igen.")
    place = header_place(head, headings)
    if place is None:
        place = _widest(head)
    about = about or About()
    above = tuple((row.number, " ".join(cell for cell in row.cells if cell)) for row in head[:place])
    header = named(head[place].cells)
    table = About(about.sheet, head[place].number, above, about.other_sheets)
    width = len(header)
    below = chain(head[place + 1 :], rest)
    return Table(header, (as_wide(row, width) for row in below), table)


def _widest(rows: Sequence[Row]) -> int:
    widths = [sum(bool(cell) for cell in row.cells) for row in rows]
    return widths.index(max(widths))
