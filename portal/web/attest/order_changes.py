"""Changes of orders on the attest page (A6.02): what costs more than was attested, and what is above the agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.coding.queries import load_names
from portal.coding.rules.proposal import split_by_shares
from portal.coding.values import CodeNames
from portal.kernel.dates import stockholm_date
from portal.orders.actions import change_approval
from portal.orders.change_values import ChangedLine
from portal.orders.models import OrderChange, OrderCoding, PurchaseOrder
from portal.orders.queries.changes import changeable_lines, latest_changes, lines_as_changed
from portal.orders.queries.order_detail import codings
from portal.orders.rules.order_changes import raised, what_is_above
from portal.orders.rules.split import totals
from portal.suppliers.models import Agreement, Supplier
from portal.web.attest.facts import Coded, Facts, Line
from portal.web.coding_words import codes_of, coding_words
from portal.web.figures import kr
from portal.web.i18n import gettext
from portal.web.orders.last_told import last_told
from portal.web.orders.texts import said


class OrderChangeCards:
    """Source of cards for changed orders; the orders domain does the rest."""

    subject_type = "order"
    act = "approve_order"

    async def facts(
        self, session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID], day: date
    ) -> Mapping[UUID, Facts]:
        """The orders' heads and last changes, and the lines of each: changes are few."""
        heads = (
            select(PurchaseOrder, User.name, Supplier.name, Agreement.number, Agreement.name)
            .join(User, User.id == PurchaseOrder.buyer_user_id)
            .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
            .outerjoin(
                Agreement,
                and_(
                    Agreement.concern_id == PurchaseOrder.concern_id,
                    Agreement.id == PurchaseOrder.agreement_id,
                ),
            )
            .where(PurchaseOrder.concern_id == actor.concern_id, PurchaseOrder.id.in_(subject_ids))
        )
        changes = await latest_changes(session, actor.concern_id, subject_ids)
        found = {}
        for row in (await session.execute(heads)).all():
            change = changes[row[0].id]
            lines = await changeable_lines(session, row[0], stockholm_date(change.created_at))
            coded = await codings(session, row[0].concern_id, row[0].id)
            named = await load_names(session, actor.concern_id, codes_of(coded), day)
            found[row[0].id] = _facts(
                row, change, lines_as_changed(change.lines, lines), _Coding(coded, named)
            )
        return found

    async def approve(
        self,
        session: AsyncSession,
        actor: Actor,
        step_id: UUID,
        *,
        shown: bytes,
        note: str | None,
        now: datetime,
        undo: timedelta,
        accepts: bool = False,
    ) -> str | None:
        """Godkänn: with the last step the order becomes what was asked."""
        await change_approval.approve_change(
            session, actor, step_id, shown=shown, note=note, now=now, undo=undo
        )
        return None

    async def undo(self, session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
        """Ångra: the order stands as it stood."""
        return await change_approval.undo_change(session, actor, decision_id, now=now)

    async def told(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, now: datetime
    ) -> tuple[str, str] | None:
        """The last of its history."""
        return await last_told(session, actor, subject_id)

    async def send_back(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, *, note: str, now: datetime
    ) -> None:
        """Skicka tillbaka to the buyer, who answers the supplier otherwise."""
        await change_approval.send_change_back(session, actor, subject_id, note=note, now=now)


@dataclass(frozen=True, slots=True)
class _Coding:
    """The coding rows of an order's lines, and what their codes are called."""

    rows: Sequence[OrderCoding]
    named: CodeNames

    def parts(self, line: ChangedLine) -> list[tuple[OrderCoding, Decimal]]:
        """The line as it is to be, by its rows."""
        rows = [row for row in self.rows if str(row.order_line_id) == line.id]
        if not rows:
            return []
        return list(zip(rows, split_by_shares(line.after.net, [row.share for row in rows]), strict=True))

    def line(self, line: ChangedLine, supplier: str) -> Line:
        """As a card shows it."""
        shares = tuple((row.responsibility or "", part) for row, part in self.parts(line))
        return Line(line.name, line.after.quantity, line.unit, line.after.net, supplier, shares)

    def coded(self, lines: Sequence[ChangedLine], organisation_id: UUID) -> tuple[Coded, ...]:
        """What is to be attested on each code string: of the lines that cost more."""
        amounts: dict[tuple[str, str], Decimal] = {}
        for line in raised(lines):
            for row, part in self.parts(line):
                key = (row.responsibility or "", coding_words(self.named, organisation_id, row))
                amounts[key] = amounts.get(key, Decimal(0)) + part
        return tuple(Coded(*key, amount) for key, amount in amounts.items())


def _facts(row: Any, change: OrderChange, lines: Sequence[ChangedLine], coding: _Coding) -> Facts:
    order, buyer, supplier, number, name = row
    sums = totals([line.wanted for line in lines])
    agreement = (
        (gettext("Avrop på ramavtal %(agreement)s") % {"agreement": f"{number} {name}"},) if number else ()
    )
    return Facts(
        case_id=order.requisition_id or order.id, number=order.number, party=supplier, asked_by=buyer,
        net=sums.net, whole=sums.gross, secret=order.secret, checks=agreement,
        lines=tuple(coding.line(line, supplier) for line in lines),
        coding=coding.coded(lines, order.organisation_id),
        deviations=tuple(said(message) for message in what_is_above(lines)),
        note=gettext("Före ändringen %(amount)s kr exklusive moms.") % {"amount": kr(change.net_before)},
    )  # fmt: skip
