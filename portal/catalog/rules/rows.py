"""One row of a price list → article values, or what is wrong in which cell and how to mend it.

Made for files of 100,000 rows: each distinct unit, rate, code and price text is judged once and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar, cast

from portal.catalog.rules.cells import NUMBERS, READERS, cell_text
from portal.catalog.rules.columns import HEADINGS, Columns
from portal.catalog.rules.outcome import LEAVE, Doubt, Repaired, Wrong
from portal.catalog.rules.questions import Asked
from portal.catalog.rules.terms import Skipped, Terms
from portal.kernel.item_numbers import item_number_alike, item_number_key
from portal.kernel.text import Message

Marks = Mapping[int, tuple[str, str]]

V = TypeVar("V")
_REMEMBERED = 200_000
_WHOLE = 10**15
_TEXTS = frozenset(("item_no", "gtin"))
_NUMBER = ("number", "")
_ONE_CELL = "Raden har bara en ifylld cell och ser inte ut som en artikel."
_NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


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

    Feed rows in order; `read` gives an ArticleRow, the row's errors, or None for a row the supplier leaves out. Blank
    rows are for the caller to skip. `answers`: kind of question → the answer. Afterwards `repaired` tells
    how many cells were mended, `asked` what only the supplier can say, `alone` the rows of one cell, `days` the later
    days prices hold from.
    """

    def __init__(
        self, columns: Columns, answers: Mapping[str, str] = _NO_ANSWERS, today: date = date.min
    ) -> None:
        self._columns, self._answers = columns, answers
        self._seen: dict[str, int] = {}
        self._alike: dict[str, tuple[str, int]] = {}
        self.repaired = 0
        self.asked: dict[str, Asked] = {}
        self.alone: list[tuple[int, str]] = []
        self.skipped: list[int] = []
        self.days: set[date] = set()
        self._plan = [
            (field, columns.places[field][0], _Memory(read, {}) if again else read)
            for field, (read, again) in READERS.items()
            if field in columns.places
        ]
        self._fixed = {field: READERS[field][0](text) for field, text in columns.fixed.items()
                       if field in READERS and field not in columns.places}  # fmt: skip
        terms = {field: place[0] for field, place in columns.places.items() if field not in HEADINGS}
        self._term_places = terms
        self._terms = Terms(columns, answers, today) if terms or columns.per else None

    def read(
        self, row: Sequence[object], number: int, marks: Marks | None = None
    ) -> ArticleRow | tuple[RowError, ...] | None:
        """`number` is the row's number as the person sees it, `marks` what its cells are beside their text."""
        values: dict[str, object] = dict(self._fixed)
        errors: list[RowError] = []
        width = len(row)
        if width > 1 and marks is None and row.count("") == width - 1 and len(self._plan) > 1:
            return self._one_cell(row, number)
        for field, index, read in self._plan:
            cell = row[index] if index < width else None
            mark = marks.get(index) if marks else None
            if isinstance(cell, str):
                text = cell.strip()
            else:
                text, mark = cell_text(cell), mark or (_NUMBER if isinstance(cell, int | float) else None)
            try:
                value = read(text) if mark is None else _marked(field, text, mark, read)
            except Wrong as wrong:
                value = self._answered(number, field, text, wrong, errors)
            if isinstance(value, Repaired):
                value = value.value
                self.repaired += 1
            values[field] = value
        self._numbers(values, number, errors)
        if errors:
            return tuple(errors)
        if self._terms is not None and not self._meant(values, row, number, errors):
            return tuple(errors) or None
        get = values.get
        return ArticleRow._make([get(field) for field in _FIELDS])

    def _one_cell(self, row: Sequence[object], number: int) -> tuple[RowError, ...]:
        """Footers, section headings, sums: one finding, not one for each empty cell."""
        index, text = next((index, cell_text(cell)) for index, cell in enumerate(row) if cell)
        self.alone.append((number, text))
        headings = self._columns.headings
        column = headings[index] if index < len(headings) else self._columns.heading("item_no")
        return (RowError(number, column, text, Message(_ONE_CELL), Message("Hoppa över raden.")),)

    def _answered(
        self, number: int, field: str, text: str, wrong: Wrong, errors: list[RowError], *, error: bool = True
    ) -> object:
        """What the answer to the question makes of the cell; without one the row is in doubt, and an error."""
        if isinstance(wrong, Doubt):
            answer = self._answers.get(wrong.kind)
            if answer is not None and answer in wrong.values:
                self.repaired += error
                return wrong.values[answer]
            if answer != LEAVE:
                asked = self.asked.setdefault(wrong.kind, Asked(wrong.kind))
                asked.params.setdefault("heading", self._columns.heading(field))
                asked.about(number, text, wrong.told)
        errors.append(self._error(number, field, text, wrong))
        return None

    def _numbers(self, values: dict[str, object], number: int, errors: list[RowError]) -> None:
        """The article number held against those before it: the same again is wrong, a look-alike is asked about."""
        item_no = values.get("item_no")
        if not isinstance(item_no, str):
            return
        key = item_number_key(item_no)
        earlier = self._seen.setdefault(key, number)
        if earlier != number:
            message = "%(item_no)s finns redan på rad %(row)s."
            wrong = Wrong(message, "Ta bort en av raderna.", item_no=item_no, row=earlier)
            errors.append(self._error(number, "item_no", item_no, wrong))
            return
        other, where = self._alike.setdefault(item_number_alike(item_no), (item_no, number))
        if where != number:
            message = "%(item_no)s liknar %(other)s på rad %(row)s."
            told = f"{item_no} / {other}"
            doubt = Doubt(
                "item_alike", {"yes": item_no}, message, told, item_no=item_no, other=other, row=where
            )
            self._answered(number, "item_no", item_no, doubt, errors, error=False)

    def _meant(
        self, values: dict[str, object], row: Sequence[object], number: int, errors: list[RowError]
    ) -> bool:
        """The price as the file's terms mean it; False when they leave the row out or it is in doubt."""
        assert self._terms is not None
        texts = {field: cell_text(row[index]) if index < len(row) else ""
                 for field, index in self._term_places.items()}  # fmt: skip
        try:
            price, day = self._terms.apply(cast(Decimal, values["price"]), cast(str, values["unit"]), texts)
        except Skipped:
            self.skipped.append(number)
            return False
        except Wrong as wrong:
            kind = wrong.kind if isinstance(wrong, Doubt) else "price"
            field = kind if kind in texts else "price_per" if kind == "base_unit" else _term_of(kind)
            text = texts.get(field) or (self._columns.per if field == "price_per" else None)
            self._answered(number, field, text or "", wrong, errors)
            return False
        values["price"] = price
        if day is not None:
            self.days.add(day)
        return True

    def _error(self, number: int, field: str, text: str, wrong: Wrong) -> RowError:
        return RowError(number, self._columns.heading(field), text, wrong.message, wrong.mend)


def _term_of(kind: str) -> str:
    return "valid_from" if kind.startswith("valid_from") else kind


def _marked(field: str, text: str, mark: tuple[str, str], read: Callable[[str], object]) -> object:
    """A cell that is no plain text."""
    kind, shown = mark
    if kind == "error":
        raise Wrong(
            "Cellen visar felet %(error)s.", "Rätta formeln, eller skriv värdet i cellen.", error=shown
        )
    if kind == "formula":
        raise Wrong(
            "Cellen har en formel utan uträknat värde.", "Öppna filen i Excel, spara den och ladda upp igen."
        )
    if kind in {"date", "bool"}:
        mend = "Gör kolumnen till text och skriv värdet igen."
        raise Wrong("Kalkylprogrammet har gjort om värdet till ”%(text)s”.", mend, text=shown)
    if field in _TEXTS:
        if abs(Decimal(text.replace(",", "."))) >= _WHOLE:
            raise Wrong(
                "”%(text)s” är ett tal som ett kalkylprogram har kortat: siffror saknas.",
                "Gör kolumnen till text och skriv hela numret.", text=text,
            )  # fmt: skip
        return read(shown if kind == "shown" else text)
    return NUMBERS.get(field, read)(text)
