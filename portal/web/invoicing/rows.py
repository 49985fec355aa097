"""Rows of invoice lists as the templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from portal.invoicing.status import (
    AWAITING_RECEIPT,
    DONE,
    INVOICE,
    LEVGRUPPEN,
    LOCAL_ADMIN,
    MATCHING_REQUIRED,
)
from portal.kernel.dates import format_day, stockholm_date
from portal.kernel.money import format_sv
from portal.kernel.workflow import State
from portal.web.i18n import current_locale, gettext, ngettext

URGENT_DAYS = 5


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row, every text finished: the list is the page that is opened most. `status` is (tone, icon, text);
    `marks` [(icon, text, tone)]."""

    id: str
    number: str
    party: str
    status: tuple[str, str, str]
    waits_for: str
    marks: tuple[tuple[str, str, str | None], ...]
    arrived: str
    due: str
    overdue: bool
    amount: str


def rows_of(rows: Sequence[Any], today: date) -> list[InvoiceRow]:
    """Rows of queries.lists as view values."""
    locale = current_locale()
    return [_row(row, today, locale) for row in rows]


def _row(row: Any, today: date, locale: str) -> InvoiceRow:
    state = INVOICE.state(row.status)
    open_still = state.tab == "waiting"
    return InvoiceRow(
        str(row.id),
        row.number,
        row.seller_name,
        status_of(state, row.handlers if row.status == MATCHING_REQUIRED else None),
        waits_for(row.status, row.handler_role, row.handlers),
        tuple(_marks(row, today)),
        _day(stockholm_date(row.arrived_at), locale),
        _day(row.due_date, locale) if row.due_date else "",
        bool(open_still and row.due_date and row.due_date < today),
        format_sv(row.payable_amount) + ("" if row.currency == "SEK" else f" {row.currency}"),
    )


@lru_cache(maxsize=2000)
def _day(day: date, locale: str) -> str:
    return format_day(day, locale).replace(" ", "\u00a0")


def status_of(state: State, handlers: str | None = None) -> tuple[str, str, str]:
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


def _marks(row: Any, today: date) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    if row.secret:
        found.append(("lock", gettext("Sekretess"), None))
    if row.under_investigation:
        found.append(("pause", gettext("Under utredning"), "warn"))
    if row.is_credit_note:
        found.append(("file-minus", gettext("Kreditfaktura"), None))
    if row.status == DONE and row.payment_date:
        return found
    if row.due_date == today and row.status != DONE:
        found.append(("clock", gettext("Förfaller i dag"), "stop"))
    return found


def waited(since: Any, today: date) -> tuple[str, bool]:
    """How long something has waited, in words, and whether that is long."""
    days = (today - since).days
    if days <= 0:
        return gettext("i dag"), False
    return ngettext("%(num)s dag", "%(num)s dagar", days) % {"num": days}, days >= URGENT_DAYS


def reason_text(reasons: Sequence[Mapping[str, Any]]) -> str:
    """The first reason in words, filled in, in the reader's language."""
    return filled(reasons[0]) if reasons else ""


def filled(reason: Mapping[str, Any]) -> str:
    """A stored reason's message with its figures."""
    message, params = gettext(str(reason.get("message", ""))), reason.get("params") or {}
    return message % params if params else message
