"""An upload → what its page shows, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.access.actor import Actor
from portal.catalog.actions.deciding import may_publish
from portal.catalog.queries.compared import Terms
from portal.catalog.rules.diff import HUNDRED
from portal.catalog.rules.units import unit_name
from portal.catalog.status import (
    ASKING,
    AT_WORK,
    DROPPED,
    FAULTY,
    MENDABLE,
    PLANNED,
    PUBLISHED,
    PUBLISHING,
    READY,
    RECEIVED,
    REFUSED,
    SUBMITTED,
    UPLOAD,
)
from portal.catalog.values import CatalogueChoice, DifferenceRow, UploadFacts, WrongCell
from portal.jobs.models import JobProgress
from portal.kernel.dates import format_clock, format_day_long, stockholm_date
from portal.kernel.money import MINUS, format_kr, format_number_sv, format_sv, round_to
from portal.web.i18n import current_locale, gettext, localised, ngettext

TABS = (("changed", "ändrade"), ("new", "nya"), ("removed", "borttagna"), ("unchanged", "oförändrade"))
CENTS = 2
FIELD_NAMES: Mapping[str, str] = {
    "name": "Benämningen", "unit": "Enheten", "vat_rate": "Momsen", "unspsc": "UNSPSC-koden",
    "description": "Beskrivningen", "gtin": "GTIN", "manufacturer": "Tillverkaren", "min_quantity": "Minsta antal",
    "lead_time_days": "Leveranstiden",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrongCellView:
    """One wrong cell in the reader's language."""

    row: str
    number: int
    column: str
    value: str
    problem: str
    remedy: str
    first: bool


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One row of the difference: prices as finished texts; direction up, down, same or none."""

    item_no: str
    name: str
    old: str
    new: str
    difference: str
    direction: str
    number: int
    facts: str
    changed: str


@dataclass(frozen=True, slots=True)
class UploadView:
    """The page of one upload. `status`: (tone, icon, text)."""

    id: str
    base: str
    address: str
    title: str
    agreement: str
    supplier: str
    filename: str
    arrived: str
    status: tuple[str, str, str]
    track: tuple[tuple[str, str, str], ...]
    at_work: bool
    publishing: bool
    done: int
    failed: int
    total: int
    stoppable: bool
    problems: tuple[str, ...]
    reason: str | None
    counters: tuple[tuple[str, str, str, bool], ...]
    counted: str
    later: str | None
    removals: str | None
    removed_address: str
    rows_wrong: int
    wrong_heading: str
    to_confirm: int
    confirm_heading: str
    confirm_address: str
    mendable: bool
    omits: bool
    decides: bool
    can_submit: bool
    can_publish: bool
    can_refuse: bool
    can_discard: bool
    bar_title: str
    bar_note: str
    button: str


def upload_view(
    upload: UploadFacts, base: str, actor: Actor, tab: str, progress: JobProgress | None
) -> UploadView:
    """The upload as `actor` sees it under `base`."""
    address = f"{base}/{upload.id}"
    state = UPLOAD.state(upload.status)
    changes = bool(upload.rows_new + upload.rows_changed + upload.rows_removed)
    publisher = may_publish(actor)
    later = format_day_long(upload.valid_from, current_locale(), year=True) if upload.valid_from else None
    ready, submitted = upload.status == READY, upload.status == SUBMITTED
    return UploadView(
        id=str(upload.id),
        base=localised(base),
        address=localised(address),
        title=upload.agreement_name,
        agreement=_unbroken(upload.agreement_number),
        supplier=upload.supplier_name,
        filename=upload.filename,
        arrived=_when(upload),
        status=(state.tone, state.icon, gettext(state.label)),
        track=_track(upload),
        at_work=upload.status in AT_WORK,
        publishing=upload.status == PUBLISHING,
        done=progress.done if progress else 0,
        failed=progress.failed if progress else 0,
        total=progress.total if progress else 0,
        stoppable=progress is not None and upload.status in AT_WORK and upload.status != PUBLISHING,
        problems=tuple(_filled(message, params) for message, params in upload.problems),
        reason=upload.reason,
        counters=_counters(upload, address, tab) if upload.rows_total else (),
        counted=ngettext("Räknat på %(num)s godkänd rad", "Räknat på %(num)s godkända rader", upload.rows_ok)
        % {"num": number(upload.rows_ok)},
        later=gettext("Priserna börjar gälla %(day)s.") % {"day": later} if later else None,
        removals=ngettext(
            "%(num)s artikel tas bort ur katalogen",
            "%(num)s artiklar tas bort ur katalogen",
            upload.rows_removed,
        )
        % {"num": number(upload.rows_removed)}
        if upload.many_removed
        else None,
        removed_address=localised(f"{address}?tab=removed"),
        rows_wrong=upload.rows_wrong,
        wrong_heading=ngettext("%(num)s rad att rätta", "%(num)s rader att rätta", upload.rows_wrong)
        % {"num": number(upload.rows_wrong)},
        to_confirm=upload.rows_to_confirm,
        confirm_heading=ngettext(
            "%(num)s pris är minst tio gånger högre eller lägre än i dag",
            "%(num)s priser är minst tio gånger högre eller lägre än i dag",
            upload.rows_to_confirm,
        )
        % {"num": number(upload.rows_to_confirm)},
        confirm_address=localised(f"{address}?tab=confirm"),
        mendable=upload.status in MENDABLE,
        omits=upload.status in MENDABLE,
        decides=(ready and changes) or (publisher and upload.status in {SUBMITTED, PLANNED}),
        can_submit=ready and changes and not publisher,
        can_publish=publisher and changes and (ready or submitted),
        can_refuse=publisher and upload.status in {SUBMITTED, PLANNED},
        can_discard=upload.status in {READY, FAULTY, ASKING},
        bar_title=_bar_title(upload, publisher),
        bar_note=_bar_note(upload),
        button=_button(upload, publisher),
    )


def wrong_views(cells: Sequence[WrongCell]) -> tuple[WrongCellView, ...]:
    """Wrong cells in the reader's language; the first of each row carries its number and button."""
    views, before = [], 0
    for cell in cells:
        views.append(
            WrongCellView(
                row=number(cell.row), number=cell.row, column=cell.column, value=cell.value,
                problem=_filled(cell.message, cell.message_params), remedy=_filled(cell.mend, cell.mend_params),
                first=cell.row != before,
            )
        )  # fmt: skip
        before = cell.row
    return tuple(views)


def difference_views(rows: Sequence[DifferenceRow]) -> tuple[DifferenceView, ...]:
    """Rows of the difference with prices in words."""
    return tuple(_difference(row) for row in rows)


def error_text(errors: Sequence[Mapping[str, Any]]) -> str:
    """All errors of a row as one text, for the column "Fel" of the supplier's own file."""
    return " ".join(
        f"{error['column']}: {_filled(error['message'], error['message_params'])}"
        f" {_filled(error['mend'], error['mend_params'])}"
        for error in errors
    )


def list_row(upload: UploadFacts, base: str) -> dict[str, Any]:
    """An upload as a row of the list."""
    state = UPLOAD.state(upload.status)
    return {
        "href": localised(f"{base}/{upload.id}"), "filename": upload.filename, "agreement": upload.agreement_name,
        "number": _unbroken(upload.agreement_number), "supplier": upload.supplier_name, "arrived": _when(upload),
        "status": (state.tone, state.icon, gettext(state.label)), "rows": number(upload.rows_total),
        "wrong": number(upload.rows_wrong),
    }  # fmt: skip


def choice_options(choices: Sequence[CatalogueChoice], *, supplier: bool) -> list[tuple[str, str]]:
    """The catalogues one may upload for, as options of a select."""
    return [
        (f"{choice.agreement_id}/{choice.supplier_id}",
         f"{choice.agreement_number} {choice.agreement_name}, "
         + (choice.concern_name if supplier else choice.supplier_name))
        for choice in choices
    ]  # fmt: skip


def terms_view(terms: Terms) -> list[tuple[str, str]]:
    """The agreement's terms as a summary, beside what is to be approved."""

    def day(value: date) -> str:
        return format_day_long(value, current_locale(), year=True)

    held = (
        gettext("%(from)s till %(to)s") % {"from": day(terms.valid_from), "to": day(terms.valid_to)}
        if terms.valid_to
        else gettext("från %(from)s") % {"from": day(terms.valid_from)}
    )
    rows = [
        (gettext("Avtal"), f"{terms.name}, {_unbroken(terms.number)}"), (gettext("Gäller"), held),
        (gettext("Pris enligt avtalet"), gettext(terms.price_terms)),
    ]  # fmt: skip
    return [*rows, (gettext("Takvolym"), format_kr(terms.cap))] if terms.cap is not None else rows


def number(value: int) -> str:
    """1 234 with a hard space."""
    return format_number_sv(Decimal(value))


def _filled(message: str, params: Mapping[str, str]) -> str:
    text = gettext(message)
    return text % params if params else text


def _difference(row: DifferenceRow) -> DifferenceView:
    old, new = row.old_price, row.price
    changed = old is not None and new is not None and old != new
    direction = (
        ("up" if new > old else "down") if old is not None and new is not None and old != new else "same"
    )
    text = _price_change(old, new) if changed and old is not None and new is not None else ""
    if old is not None and new is not None and old == new:
        text = gettext("samma pris")
    facts = [gettext(unit_name(row.unit))]
    if row.vat_rate is not None:
        facts += [gettext("moms %(rate)s %%") % {"rate": format_number_sv(row.vat_rate)}, row.unspsc or ""]
    others = ", ".join(gettext(FIELD_NAMES[name]) for name in row.changed)
    return DifferenceView(
        row.item_no,
        row.name,
        _price(old),
        _price(new),
        text,
        direction,
        row.position,
        ", ".join(facts),
        others,
    )


def _price_change(old: Decimal, new: Decimal) -> str:
    change = new - old
    percent = round_to(change / old * HUNDRED, 1) if old else Decimal(0)
    return f"{_signed(change, CENTS)} kr ({_signed(percent, 1)} %)".replace(" ", "\N{NO-BREAK SPACE}")


def _signed(value: Decimal, decimals: int) -> str:
    text = format_sv(value, decimals)
    return text if text.startswith(MINUS) else f"+{text}"


def _price(value: Decimal | None) -> str:
    if value is None:
        return ""
    return format_sv(value) if value == round_to(value, CENTS) else format_number_sv(value)


def _when(upload: UploadFacts) -> str:
    day = format_day_long(stockholm_date(upload.uploaded_at), current_locale())
    return gettext("%(day)s %(clock)s") % {"day": day, "clock": format_clock(upload.uploaded_at)}


def _track(upload: UploadFacts) -> tuple[tuple[str, str, str], ...]:
    """Five steps from the file to what buyers see; the one that is next is the one that waits."""
    names = (
        gettext("Inläst"),
        gettext("Kontrollerad"),
        gettext("Skickad till kunden"),
        gettext("Godkänd"),
        gettext("Gäller"),
    )
    stopped = upload.status in {FAULTY, REFUSED, DROPPED}
    place = STEPS.get(upload.status, 1)
    if upload.status == READY and not upload.uploaded_by_supplier:
        place = STEPS[SUBMITTED]
    if upload.status == DROPPED and upload.rows_total:
        place = STEPS[READY]
    steps = []
    for index, name in enumerate(names):
        state = "done" if index < place else "left" if index > place else "stopped" if stopped else "now"
        note = ngettext("%(num)s rad i filen", "%(num)s rader i filen", upload.rows_total) % {
            "num": number(upload.rows_total)
        }
        steps.append((state, name, note if index == 0 and upload.rows_total else ""))
    return tuple(steps)


STEPS = {RECEIVED: 0, READY: 2, SUBMITTED: 3, REFUSED: 3, PLANNED: 4, PUBLISHING: 4, PUBLISHED: 5}


def _counters(upload: UploadFacts, address: str, tab: str) -> tuple[tuple[str, str, str, bool], ...]:
    return tuple(
        (
            number(getattr(upload, f"rows_{name}")),
            gettext(word),
            localised(f"{address}?tab={name}"),
            name == tab,
        )
        for name, word in TABS
    )


def _bar_title(upload: UploadFacts, publisher: bool) -> str:
    params = {"ok": number(upload.rows_ok), "total": number(upload.rows_total)}
    if not upload.rows_new + upload.rows_changed + upload.rows_removed:
        return gettext("Filen ändrar ingenting i katalogen")
    if publisher:
        return (
            ngettext(
                "%(ok)s av %(total)s rad kan publiceras",
                "%(ok)s av %(total)s rader kan publiceras",
                upload.rows_total,
            )
            % params
        )
    return (
        ngettext(
            "%(ok)s av %(total)s rad kan skickas", "%(ok)s av %(total)s rader kan skickas", upload.rows_total
        )
        % params
    )


def _bar_note(upload: UploadFacts) -> str:
    if not upload.rows_wrong:
        return gettext("Alla rader är godkända.")
    text = ngettext(
        "%(num)s rad har fel och lämnas utanför. Artikeln behåller sina uppgifter.",
        "%(num)s rader har fel och lämnas utanför. Artiklarna behåller sina uppgifter.",
        upload.rows_wrong,
    )
    return text % {"num": number(upload.rows_wrong)}


def _button(upload: UploadFacts, publisher: bool) -> str:
    rows = number(upload.rows_ok)
    if publisher:
        return ngettext("Publicera %(num)s rad", "Publicera %(num)s rader", upload.rows_ok) % {"num": rows}
    text = ngettext(
        "Skicka %(num)s rad för godkännande", "Skicka %(num)s rader för godkännande", upload.rows_ok
    )
    return text % {"num": rows}


def _unbroken(text: str) -> str:
    return text.replace("-", "\N{NON-BREAKING HYPHEN}")
