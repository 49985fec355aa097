"""What a file was read as, what was left unread, and what is asked: kept with the upload and shown beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.catalog.rules.columns import Columns, heading_key
from portal.catalog.rules.questions import Asked
from portal.catalog.rules.rows import RowReader
from portal.catalog.rules.terms import title_day
from portal.formats.table import About, Row

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Answers:
    """What the supplier has said: heading as compared → field, field → text of every row, sheet, kind → answer."""

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    hidden: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Answers:
        """As kept with the upload."""
        return cls(**{name: plain[name] for name in cls.__dataclass_fields__ if name in plain})

    def plain(self) -> dict[str, Any]:
        """To be kept with the upload."""
        return {"columns": dict(self.columns), "fixed": dict(self.fixed), "sheet": self.sheet,
                "hidden": self.hidden, "kinds": dict(self.kinds)}  # fmt: skip


@dataclass(slots=True)
class Seen:
    """The rows as they are handed on, without those that are hidden in the sheet, which are noted."""

    rows: Iterator[Row]
    item_place: int | None
    with_hidden: bool
    hidden: list[tuple[int, str]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            if row.hidden and not self.with_hidden:
                place = self.item_place
                self.hidden.append((row.number, row.cells[place] if place is not None else ""))
            else:
                yield row


def open_questions(reader: RowReader, about: About, answers: Answers, today: date) -> list[Asked]:
    """What only the supplier can say, about rows and about the file as a whole."""
    days = set(reader.days)
    if (titled := title_day([text for _, text in about.above], today)) is not None:
        days.add(titled)
    asked = list(reader.asked.values())
    kind = "valid_from" if len(days) == 1 else "valid_from_several"
    if days and kind not in answers.kinds:
        asked.append(Asked(kind, params={"date": ", ".join(day.isoformat() for day in sorted(days))}))
    return asked


def planned_day(reader: RowReader, about: About, answers: Answers, today: date) -> date | None:
    """The later day the prices hold from, when the supplier has said so."""
    titled = title_day([text for _, text in about.above], today)
    days = reader.days | ({titled} if titled else set())
    return next(iter(days)) if len(days) == 1 and answers.kinds.get("valid_from") == "planned" else None


def what_was_read(
    about: About, columns: Columns, reader: RowReader | None = None, seen: Seen | None = None,
    asked: Sequence[Asked] = (),
) -> dict[str, Any]:  # fmt: skip
    """All of it as kept with the upload; of a file whose columns are not known yet, what is known."""
    fields = {str(index): name for name, (index, _) in columns.places.items()}
    return {
        "sheet": about.sheet,
        "header_row": about.header_row,
        "above": about.above[:MOST_NAMED],
        "sheets": about.other_sheets,
        "headings": [
            {"heading": heading, "key": heading_key(heading), "field": fields.get(str(index), "")}
            for index, heading in enumerate(columns.headings)
            if heading
        ],
        "unread": columns.unread,
        "hidden": seen.hidden[:MOST_NAMED] if seen else [],
        "hidden_rows": len(seen.hidden) if seen else 0,
        "alone": reader.alone[:MOST_NAMED] if reader else [],
        "skipped": reader.skipped[:MOST_NAMED] if reader else [],
        "repaired": reader.repaired if reader else 0,
        "per": columns.per,
        "questions": [one.plain() for one in asked],
    }
