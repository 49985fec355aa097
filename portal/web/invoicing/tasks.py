"""Min dag: reviews, deviations and the arrival queue, each with the one to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.invoicing.queries.rules_in_force import waiting_for
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.queries.tasks import arrival_rows, to_move, waiting_rows
from portal.invoicing.status import MATCHING_REQUIRED, REVIEW
from portal.invoicing.values import ZERO
from portal.kernel.dates import format_day_long, stockholm_date
from portal.kernel.money import NBSP, format_sv
from portal.web.i18n import current_locale, gettext, ngettext
from portal.web.start.values import Task

SOON = timedelta(days=3)
LIST = "/invoicing/invoices"


async def tasks(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Task]:
    """The tasks of the actor's permissions; empty ones say so."""
    if actor.concern_id is None:
        return ()
    today = stockholm_date(now)
    found: list[Task] = []
    rows = await waiting_rows(session, actor, await rights_of(session, actor, today))
    by_status = {
        status: [row for row in rows if row.status == status] for status in (REVIEW, MATCHING_REQUIRED)
    }
    reviewer = actor.has(p.ORDER_AND_INVOICE)
    if reviewer or by_status[REVIEW]:
        found.append(_reviews(by_status[REVIEW], today))
    if reviewer or by_status[MATCHING_REQUIRED]:
        found.append(_deviations(by_status[MATCHING_REQUIRED], today))
    if actor.has(p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN):
        found.append(_arrivals(await arrival_rows(session, actor), today))
    if actor.has(p.CENTRAL_SYSTEM_ADMIN) and not actor.has(p.LEVGRUPPEN):
        found.append(_moves(await to_move(session, actor), today))
    if actor.has(p.CENTRAL_SYSTEM_ADMIN, p.LEVGRUPPEN) and (count := await waiting_for(session, actor)):
        found.append(_changes(count))
    return found


def _changes(count: int) -> Task:
    text = ngettext("En ändring väntar på dig.", "%(num)s ändringar väntar på dig.", count) % {"num": count}
    return Task(gettext("Ändrade regler att godkänna"), text, "/invoicing/settings", count, 1)


def _moves(rows: Sequence[Any], today: date) -> Task:
    text = gettext("Inget väntar. Fakturor som hör till en okänd organisation visas här samma minut.")
    if rows:
        text = oldest_waited((today - stockholm_date(rows[0].arrived_at)).days)
    return Task(
        gettext("Fakturor att flytta till rätt organisation"), text,
        f"{LIST}?tab=all&status=invoice_information", len(rows), _haste(rows, today, 1), _flag(rows, today),
        **_first(rows, gettext("Flytta faktura från %(party)s"), gettext("Öppna fakturan")),
    )  # fmt: skip


def _reviews(rows: Sequence[Any], today: date) -> Task:
    return Task(
        gettext("Fakturor att granska"), _total(rows), f"{LIST}?status=review", len(rows),
        _haste(rows, today, 1), _flag(rows, today),
        **_first(rows, gettext("Granska faktura från %(party)s"), gettext("Öppna fakturan")),
    )  # fmt: skip


def _deviations(rows: Sequence[Any], today: date) -> Task:
    text = _total(rows)
    if rows and rows[0].due_date:
        day = format_day_long(rows[0].due_date, current_locale())
        text = f"{text} {gettext('Svara före %(day)s.') % {'day': day}}"
    return Task(
        gettext("Fakturor som inte stämmer"), text, f"{LIST}?status=matching_required", len(rows),
        _haste(rows, today, 1), _flag(rows, today),
        **_first(rows, gettext("Faktura från %(party)s stämmer inte"), gettext("Jämför och svara")),
    )  # fmt: skip


def oldest_waited(days: int) -> str:
    """How long the oldest has waited, in words."""
    if not days:
        return gettext("Den äldsta kom i dag.")
    waited = ngettext("Den äldsta har väntat %(num)s dag.", "Den äldsta har väntat %(num)s dagar.", days)
    return waited % {"num": days}


def _arrivals(rows: Sequence[Any], today: date) -> Task:
    text = gettext("Inget väntar. Fakturor som stannar visas här samma minut.")
    if rows:
        text = oldest_waited((today - stockholm_date(rows[0].arrived_at)).days)
    first = _first(rows, gettext("Rätta faktura från %(party)s"), gettext("Öppna ankomstkontrollen"))
    if rows:
        first["first_path"] = f"/invoicing/arrivals?id={rows[0].id}"
    return Task(
        gettext("Fakturor i ankomstkontroll"), text, "/invoicing/arrivals", len(rows),
        _haste(rows, today, 1), _flag(rows, today), **first,
    )  # fmt: skip


def _total(rows: Sequence[Any]) -> str:
    if not rows:
        return gettext("Inget väntar. Nya fakturor visas här samma minut som de kommer in.")
    owed = sum((row.payable_amount for row in rows if row.payable_amount > 0), ZERO)
    credit = sum((-row.payable_amount for row in rows if row.payable_amount < 0), ZERO)
    params = {"total": format_sv(owed), "credit": format_sv(credit)}
    if not credit:
        return gettext("Totalt %(total)s kr.") % params
    if not owed:
        return gettext("Kredit på %(credit)s kr.") % params
    return gettext("Totalt %(total)s kr, och kredit på %(credit)s kr.") % params


def _haste(rows: Sequence[Any], today: date, otherwise: int) -> int:
    return 0 if any(_due(row) and row.due_date <= today for row in rows) else otherwise


def _due(row: Any) -> bool:
    """Whether it is to be paid by a day: a credit note is not."""
    return bool(row.due_date) and row.payable_amount > 0


def _flag(rows: Sequence[Any], today: date) -> tuple[str, str, str] | None:
    late = sum(_due(row) and row.due_date <= today for row in rows)
    if late:
        return "stop", "clock", ngettext("%(num)s förfallen", "%(num)s förfallna", late) % {"num": late}
    soon = sum(_due(row) and row.due_date <= today + SOON for row in rows)
    if soon:
        return (
            "warn",
            "clock",
            ngettext("%(num)s förfaller snart", "%(num)s förfaller snart", soon) % {"num": soon},
        )
    return None


def _first(rows: Sequence[Any], title: str, action: str) -> dict[str, Any]:
    """The most urgent one, for Börja här."""
    if not rows:
        return {}
    row = rows[0]
    due = format_day_long(row.due_date, current_locale()) if row.due_date else None
    text = gettext("Faktura %(number)s.") % {"number": row.number}
    if due:
        text = f"{text} {gettext('Förfaller %(day)s.') % {'day': due.replace(' ', NBSP)}}"
    return {
        "first_path": f"{LIST}/{row.id}", "first_title": title % {"party": row.seller_name}, "first_text": text,
        "first_action": action, "amount": row.payable_amount,
    }  # fmt: skip
