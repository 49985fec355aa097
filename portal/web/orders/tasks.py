"""What orders put on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.kernel.money import format_kr
from portal.orders.actions.right import ADMINS
from portal.orders.queries.deliveries import to_receive
from portal.orders.queries.order_lists import (
    changed_by_supplier,
    count_orders,
    rejected,
    without_buyer,
)
from portal.orders.queries.order_scope import standing_in
from portal.orders.queries.requisitions import RequisitionRow, list_unfinished
from portal.orders.status import DRAFT, SENT_BACK
from portal.web.i18n import gettext, ngettext
from portal.web.orders.texts import filled
from portal.web.start.values import Task


async def tasks(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Task]:
    """Deliveries, what was sent back or turned down, and what is begun; for administrators also what has no buyer."""
    left = await _without_buyer(session, actor)
    others = await _of_others(session, actor)
    if not actor.has(p.ORDER_AND_INVOICE):
        return [*left, *others]
    users = await standing_in(session, actor, stockholm_date(now))
    waiting = await count_orders(session, actor, to_receive(actor, users, everyone=False))
    refused = await count_orders(session, actor, rejected(actor))
    changed = await count_orders(session, actor, changed_by_supplier(actor, users))
    begun = await list_unfinished(session, actor, statuses=(DRAFT, SENT_BACK))
    returned = [row for row in begun if row.status == SENT_BACK]
    drafts = [row for row in begun if row.status == DRAFT and row.lines]
    found = [*([_deliveries(waiting)] if waiting or not others else []), *others]
    if refused:
        found.append(_refused(refused))
    if changed:
        found.append(_changed(changed))
    if returned:
        found.append(_returned(returned))
    return [*left, *found, *(_draft(row, first=row is drafts[0]) for row in drafts)]


async def _without_buyer(session: AsyncSession, actor: Actor) -> list[Task]:
    """Orders whose buyer is not active any longer: administrators receipt and answer them (A3.08, A2.19)."""
    if not actor.has(*ADMINS):
        return []
    count = await count_orders(session, actor, without_buyer(actor))
    if not count:
        return []
    return [Task(
        gettext("Order utan aktiv beställare"),
        gettext("Beställaren är inte aktiv längre. Kvittera, besvara eller avsluta dem."),
        "/orders?tab=all&buyer=inactive", count, haste=1,
        flag=("warn", "user-round-x", gettext("Beställaren saknas")),
    )]  # fmt: skip


def _deliveries(count: int) -> Task:
    text = (
        gettext("En faktura kan inte betalas förrän leveransen är kvitterad.")
        if count
        else gettext("Inget väntar. Nya beställningar visas här när de är skickade.")
    )
    return Task(gettext("Leveranser att kvittera"), text, "/orders/receipts", count)


async def _of_others(session: AsyncSession, actor: Actor) -> list[Task]:
    """B10: everybody's deliveries of the förvaltning (A2.06)."""
    if not actor.has(p.RECEIVE_ALL):
        return []
    count = await count_orders(session, actor, to_receive(actor, (), everyone=True))
    text = (
        gettext("Du får kvittera alla leveranser i förvaltningen. Sök på ordernumret.")
        if count
        else gettext("Inget väntar. Nya beställningar visas här när de är skickade.")
    )
    return [Task(gettext("Förvaltningens leveranser"), text, "/orders/receipts?show=all", count)]


def _refused(count: int) -> Task:
    return Task(
        gettext("Beställningar som leverantören avböjt"), gettext("Läs varför och beställ något annat."),
        "/orders?status=rejected_by_supplier", count, haste=1,
        flag=("stop", "circle-x", gettext("Avböjd")),
    )  # fmt: skip


def _changed(count: int) -> Task:
    return Task(
        gettext("Beställningar som leverantören ändrat"),
        gettext("Ändringen gäller inte förrän du har godkänt den."),
        "/orders?status=confirmed_with_change", count, haste=1,
        flag=("warn", "pen-line", gettext("Ändrad")),
    )  # fmt: skip


def _returned(rows: Sequence[RequisitionRow]) -> Task:
    first = rows[0]
    path = f"/orders/requisitions/{first.id}"
    return Task(
        gettext("Beställningar skickade tillbaka"),
        gettext("Attestanten har skrivit varför. Rätta och skicka igen."),
        path if len(rows) == 1 else "/orders", len(rows), haste=1,
        flag=("warn", "reply", gettext("Skickad tillbaka")), first_path=path,
        first_title=filled("Rätta %(number)s", {"number": first.number or ""}), first_text=first.first or "",
        first_action=gettext("Öppna"), amount=first.net,
    )  # fmt: skip


def _draft(row: RequisitionRow, *, first: bool) -> Task:
    lines = ngettext("%(num)s rad", "%(num)s rader", row.lines) % {"num": row.lines}
    text = filled("%(what)s, %(lines)s, %(amount)s exklusive moms.", {
        "what": row.first or "", "lines": lines, "amount": format_kr(row.net),
    })  # fmt: skip
    path = "/orders/basket" if first else f"/orders/requisitions/{row.id}/draft"
    return Task(gettext("Påbörjat"), text, path, 1)
