"""One row of a price list → article values, or what is wrong in which cell and how to mend it.

Made for files of 100,000 rows: each distinct unit, rate, code and price text is judged once and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from portal.catalog.rules.cells import READERS, Wrong, cell_text
from portal.catalog.rules.columns import Columns
from portal.kernel.text import Message

V = TypeVar("V")
_REMEMBERED = 200_000


class ArticleRow(NamedTuple):
    """A good row's values: unit as UN/ECE code, price SEK excluding VAT, rate in percent."""

    item_no: str
    name: str
    unit: str
    price: Decimal
    vat_rate: Decimal
    unspsc: str
    description: str | None
    gtin: str | None
    manufacturer: str | None
    min_quantity: Decimal | None
    lead_time_days: int | None


class RowError(NamedTuple):
    """One wrong cell. `row` as the person sees it (heading is 1), `column` as written in the file."""

    row: int
    column: str
    value: str
    message: Message
    mend: Message

    @property
    def text(self) -> str:
        """One line: Rad 9, kolumn ”UNSPSC”: …"""
        return f"Rad {self.row}, kolumn ”{self.column}”: {self.message} {self.mend}"


@dataclass(slots=True)
class _Memory(Generic[V]):
    """A reader of one column that judges each text once."""

    read: Callable[[str], V]
    known: dict[str, V | Wrong]

    def __call__(self, text: str) -> V:
        found = self.known.get(text)
        if found is None:
            found = self._judge(text)
        if isinstance(found, Wrong):
            raise found
        return found

    def _judge(self, text: str) -> V | Wrong:
        try:
            found: V | Wrong = self.read(text)
        except Wrong as wrong:
            found = wrong
        if len(self.known) < _REMEMBERED:
            self.known[text] = found
        return found


_FIELDS = ArticleRow._fields


class RowReader:
    """Reads the rows of one file and remembers item numbers, so that a repeated one is found.

    Feed rows in order; `read` gives an ArticleRow or the row's errors. Blank rows are for the caller to skip
    (`is_blank`).
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._seen: dict[str, int] = {}
        self._plan = [
            (field, columns.places[field][0], _Memory(read, {}) if again else read)
            for field, (read, again) in READERS.items()
            if field in columns.places
        ]

    def read(self, row: Sequence[object], number: int) -> ArticleRow | tuple[RowError, ...]:
        """`number` is the row's number as the person sees it."""
        values: dict[str, object] = {}
        errors: list[RowError] = []
        width = len(row)
        for field, index, read in self._plan:
            cell = row[index] if index < width else None
            text = cell.strip() if isinstance(cell, str) else cell_text(cell)
            try:
                values[field] = read(text)
            except Wrong as wrong:
                errors.append(self._error(number, field, text, wrong))
        repeated = self._repeated(values.get("item_no"), number)
        if repeated:
            errors.append(repeated)
        if errors:
            return tuple(errors)
        get = values.get
        return ArticleRow._make([get(field) for field in _FIELDS])

    def _repeated(self, item_no: object, number: int) -> RowError | None:
        if not isinstance(item_no, str):
            return None
        earlier = self._seen.setdefault(item_no.upper(), number)
        if earlier == number:
            return None
        message = "%(item_no)s finns redan på rad %(row)s."
        wrong = Wrong(message, "Ta bort en av raderna.", item_no=item_no, row=earlier)
        return self._error(number, "item_no", item_no, wrong)

    def _error(self, number: int, field: str, text: str, wrong: Wrong) -> RowError:
        return RowError(number, self._columns.heading(field), text, wrong.message, wrong.mend)


def is_blank(row: Sequence[object]) -> bool:
    """Whether no cell of the row holds anything."""
    return not any(cell_text(cell) for cell in row)
