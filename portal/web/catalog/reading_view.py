"""How a file was read → what its page shows: questions, the box of what was not read, and which column is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.catalog.rules.columns import HEADINGS, OPTIONAL, REQUIRED, TERMS
from portal.catalog.rules.questions import question
from portal.catalog.rules.reading import Answers
from portal.catalog.status import ASKING, FAULTY, READY
from portal.catalog.values import UploadFacts
from portal.kernel.dates import days_in_words
from portal.kernel.money import format_number_sv
from portal.web.i18n import current_locale, gettext, ngettext

KIND, COLUMN, FIXED = "q-", "c-", "f-"
VAT_CHOICES = (("25", "25 %"), ("12", "12 %"), ("6", "6 %"), ("0", "0 %"))
TERM_NAMES: Mapping[str, str] = {
    "price_per": "Hur många priset gäller för", "base_unit": "Annan enhet än beställningsenheten",
    "discount": "Rabatt i procent", "valid_from": "Gäller från", "valid_to": "Gäller till", "status": "Status",
}  # fmt: skip
NOT_READ = ("-", "Läses inte")


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question: name in the form, text, how many rows, answers (code, text), examples (row, written, read as)."""

    name: str
    text: str
    rows: str
    options: tuple[tuple[str, str], ...]
    examples: tuple[tuple[str, str, str], ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class ReadingView:
    """All of it. `columns`: (form name, heading, chosen field); `fields`: the fields to choose between."""

    found: str
    repaired: str | None
    unread: tuple[str, ...]
    sheets: tuple[str, ...]
    hidden: str | None
    questions: tuple[QuestionView, ...]
    answering: bool
    columns: tuple[tuple[str, str, str], ...]
    fields: tuple[tuple[str, str], ...]
    vat_choices: tuple[tuple[str, str], ...]
    open: bool


def reading_view(upload: UploadFacts, errors: Mapping[str, str], *, own: bool) -> ReadingView | None:
    """`own`: the reader is of the side that uploaded, and may answer. None before the file has been read."""
    reading = upload.reading
    if not reading:
        return None
    answering = own and upload.status in {ASKING, FAULTY, READY}
    fixed = Answers.of(upload.answers).fixed
    return ReadingView(
        found=_found(reading),
        repaired=_repaired(int(reading["repaired"])),
        unread=tuple(_unread(reading)),
        sheets=tuple(name for name, _ in reading["sheets"]) if answering else (),
        hidden=_hidden_offer(reading) if answering else None,
        questions=tuple(_question(asked, errors) for asked in reading["questions"]),
        answering=answering,
        columns=tuple((COLUMN + one["key"], one["heading"], one["field"] or NOT_READ[0]) for one in reading["headings"])
        if answering else (),
        fields=((NOT_READ[0], gettext(NOT_READ[1])), *_fields()),
        vat_choices=VAT_CHOICES if answering and (_lacks(reading, "vat_rate") or "vat_rate" in fixed) else (),
        open=upload.status == FAULTY,
    )  # fmt: skip


def said(form: Mapping[str, str]) -> Answers:
    """What the form says; a sheet and hidden rows are asked for by buttons of their own."""
    kinds = {name[len(KIND) :]: text for name, text in form.items() if name.startswith(KIND)}
    columns = {name[len(COLUMN) :]: "" if text == NOT_READ[0] else text
               for name, text in form.items() if name.startswith(COLUMN) and _known(text)}  # fmt: skip
    fixed = {name[len(FIXED) :]: text for name, text in form.items()
             if name.startswith(FIXED) and text in dict(VAT_CHOICES)}  # fmt: skip
    return Answers(columns, fixed, form.get("sheet") or None, bool(form.get("hidden")), kinds)


def _known(field: str) -> bool:
    return field == NOT_READ[0] or field in HEADINGS or field in TERMS


def _fields() -> Sequence[tuple[str, str]]:
    named = [(field, gettext(HEADINGS[field][0])) for field in (*REQUIRED, *OPTIONAL)]
    return [*named, *((field, gettext(name)) for field, name in TERM_NAMES.items())]


def _lacks(reading: Mapping[str, Any], field: str) -> bool:
    return all(one["field"] != field for one in reading["headings"])


def _found(reading: Mapping[str, Any]) -> str:
    row = format_number_sv(Decimal(reading["header_row"]))
    if reading["sheet"]:
        return gettext("Rubrikerna hittades på bladet ”%(sheet)s”, rad %(row)s.") % {
            "sheet": reading["sheet"], "row": row,
        }  # fmt: skip
    return gettext("Rubrikerna hittades på rad %(row)s.") % {"row": row}


def _repaired(count: int) -> str | None:
    if not count:
        return None
    text = ngettext("%(num)s värde tolkat.", "%(num)s värden tolkade.", count)
    return text % {"num": format_number_sv(Decimal(count))}


def _unread(reading: Mapping[str, Any]) -> Sequence[str]:
    told = []
    for number, text in reading["above"]:
        told.append(gettext("Rad %(row)s ovanför rubrikerna: %(text)s") % {"row": number, "text": text})
    for name, rows in reading["sheets"]:
        text = ngettext("Bladet ”%(sheet)s”, %(num)s rad.", "Bladet ”%(sheet)s”, %(num)s rader.", rows)
        told.append(text % {"sheet": name, "num": rows})
    for heading in reading["unread"]:
        told.append(gettext("Kolumnen ”%(heading)s”.") % {"heading": heading})
    if reading["hidden_rows"]:
        names = ", ".join(f"{row} ({item_no})" if item_no else str(row) for row, item_no in reading["hidden"])
        text = ngettext("Dold rad: %(names)s", "%(num)s dolda rader: %(names)s", reading["hidden_rows"])
        told.append(text % {"num": reading["hidden_rows"], "names": names})
    for number, text in reading["alone"]:
        told.append(
            gettext("Rad %(row)s, som bara har en ifylld cell: %(text)s") % {"row": number, "text": text}
        )
    if reading["skipped"]:
        rows = ", ".join(map(str, reading["skipped"]))
        told.append(gettext("Rader som inte ska vara med enligt ert svar: %(rows)s") % {"rows": rows})
    return told


def _hidden_offer(reading: Mapping[str, Any]) -> str | None:
    count = reading["hidden_rows"]
    return ngettext("Läs den dolda raden också", "Läs de dolda raderna också", count) if count else None


def _question(asked: Mapping[str, Any], errors: Mapping[str, str]) -> QuestionView:
    text, answers = question(asked["kind"])
    params = {"heading": "", "date": "", **asked["params"]}
    rows = (
        ngettext("%(num)s rad", "%(num)s rader", asked["rows"]) % {"num": asked["rows"]}
        if asked["rows"]
        else ""
    )
    return QuestionView(
        KIND + asked["kind"], gettext(text) % days_in_words(params, current_locale()), rows,
        tuple((code, gettext(label)) for code, label in answers),
        tuple((str(row), written, read_as) for row, written, read_as in asked["examples"]),
        gettext(errors[asked["kind"]]) if asked["kind"] in errors else None,
    )  # fmt: skip
