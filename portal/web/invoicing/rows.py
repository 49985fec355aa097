"""Rows of invoice lists as the templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from portal.invoicing.queries.lists import COLUMNS
from portal.invoicing.status import (
    AWAITING_RECEIPT,
    DONE,
    INVOICE,
    LEVGRUPPEN,
    LOCAL_ADMIN,
    MATCHING_REQUIRED,
)
from portal.kernel.dates import format_day
from portal.kernel.listed import Contents
from portal.kernel.money import as_cost, format_sv
from portal.kernel.workflow import State
from portal.web.i18n import current_locale, gettext, ngettext
from portal.web.listing import contents_text

URGENT_DAYS = 5


Status = tuple[str, str, str]
Mark = tuple[str, str, str | None]
# lists.COLUMNS come first in every query of rows.
SHOWN = slice(len(COLUMNS))
_ENDED = INVOICE.in_tab("handled")


class InvoiceRow(NamedTuple):
    """One row, every text finished: the list is the page that is opened most. `status` is (tone, icon, text);
    `marks` [(icon, text, tone)]. A tuple, since the list's template takes it apart in one go."""

    id: str
    number: str
    party: str
    status: Status
    waits_for: str
    marks: tuple[Mark, ...]
    arrived: str
    due: str
    overdue: bool
    amount: str
    contents: str
    sums: tuple[str, ...]


def rows_of(
    rows: Sequence[Any], today: date, of: Mapping[str, Contents], *, table: bool = False
) -> list[InvoiceRow]:
    """Rows of queries.lists as view values; `of`: what each is of. `table`: with net and tax."""
    locale = current_locale()
    return [_row(row[SHOWN], today, locale, of.get(row[0]), table=table) for row in rows]


def _row(shown: tuple[Any, ...], today: date, locale: str, of: Contents | None, *, table: bool) -> InvoiceRow:
    (
        invoice_id, number, seller, status, arrived, due, paid, amount, currency,
        is_credit_note, secret, investigated, credit_asked, otherwise, net, tax, _gross, role, handlers,
    ) = shown  # fmt: skip
    marks: tuple[Mark, ...] = ()
    if secret or investigated or is_credit_note or otherwise or due == today:
        marks = _marks(
            secret,
            investigated and status not in _ENDED,
            bool(credit_asked),
            is_credit_note,
            otherwise,
            due == today and status != DONE and not paid,
            locale,
        )
    return InvoiceRow(
        invoice_id,
        number,
        seller,
        _status(status, handlers if status == MATCHING_REQUIRED and not table else None, locale),
        handlers or _waits_for(status, role, locale),
        marks,
        _day(arrived, locale),
        _day(due, locale) if due else "",
        due is not None and due < today and INVOICE.state(status).tab == "waiting",
        _amount(as_cost(amount, credit=is_credit_note), currency),
        contents_text(of) if of else "",
        tuple(format_sv(as_cost(one, credit=is_credit_note)) for one in (net, tax)) if table else (),
    )


def _amount(amount: Decimal, currency: str) -> str:
    return format_sv(amount) if currency == "SEK" else f"{format_sv(amount)} {currency}"


@lru_cache(maxsize=2000)
def _day(day: date, locale: str) -> str:
    return format_day(day, locale).replace(" ", "\u00a0")


@lru_cache(maxsize=500)
def _status(code: str, handlers: str | None, _locale: str) -> Status:
    return status_of(INVOICE.state(code), handlers)


@lru_cache(maxsize=100)
def _waits_for(status: str, role: str | None, _locale: str) -> str:
    return waits_for(status, role, None)


def status_of(state: State, handlers: str | None = None) -> Status:
    """Tone, icon and words; Ordermatchning krävs names the one who has it (A5.07)."""
    text = gettext(state.label)
    return state.tone, state.icon, f"{text}, {handlers}" if handlers else text


def waits_for(status: str, role: str | None, handlers: str | None) -> str:
    """Whose turn it is, in words."""
    if handlers:
        return handlers
    if role is not None:
        return role_name(role)
    if status == AWAITING_RECEIPT:
        return gettext("Leveranskvittens")
    return "–"


def role_name(role: str) -> str:
    """A handler role as it is called."""
    names: Mapping[str, str] = {
        LEVGRUPPEN: "Levgruppen",
        LOCAL_ADMIN: "Lokal administratör",
        "central_admin": "Central administratör",
    }
    return gettext(names[role])


@lru_cache(maxsize=64)
def _marks(
    secret: bool,
    investigated: bool,
    credit_asked: bool,
    is_credit_note: bool,
    otherwise: bool,
    due_today: bool,
    _locale: str,
) -> tuple[Mark, ...]:
    found: list[Mark] = []
    if secret:
        found.append(("lock", gettext("Sekretess"), None))
    if investigated:
        found.append(("pause", gettext("Under utredning"), "warn"))
    if investigated and credit_asked:
        found.append(("message-square-text", gettext("Ni har bett om kredit"), "warn"))
    if is_credit_note:
        found.append(("file-minus", gettext("Kreditfaktura"), None))
    if otherwise:
        found.append(("ban", gettext("Betalas inte av oss"), None))
    if due_today:
        found.append(("clock", gettext("Förfaller i dag"), "stop"))
    return tuple(found)


def waited(since: Any, today: date) -> tuple[str, bool]:
    """How long something has waited, in words, and whether that is long."""
    days = (today - since).days
    if days <= 0:
        return gettext("i dag"), False
    return ngettext("%(num)s dag", "%(num)s dagar", days) % {"num": days}, days >= URGENT_DAYS
