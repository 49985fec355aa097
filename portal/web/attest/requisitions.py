"""Beställningar on the attest page (A6.02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.kernel.text import sentence_list
from portal.orders.actions import approval
from portal.orders.models import Requisition, RequisitionLine
from portal.orders.rules.split import totals
from portal.orders.values import WantedLine
from portal.suppliers.models import Agreement, Supplier
from portal.web.attest.cards import Facts
from portal.web.i18n import gettext


class RequisitionCards:
    """Source of cards for requisitions; the orders domain does the rest."""

    subject_type = "requisition"
    act = "approve_order"

    async def facts(
        self, session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
    ) -> Mapping[UUID, Facts]:
        """Heads and lines in two statements."""
        heads = (
            select(Requisition, User.name)
            .join(User, User.id == Requisition.buyer_user_id)
            .where(Requisition.concern_id == actor.concern_id, Requisition.id.in_(subject_ids))
        )
        lines = await _lines(session, actor, subject_ids)
        found = (await session.execute(heads)).all()
        return {row.id: _facts(row, buyer, lines.get(row.id, [])) for row, buyer in found}

    async def approve(
        self,
        session: AsyncSession,
        actor: Actor,
        step_id: UUID,
        *,
        shown: bytes,
        note: str | None,
        now: datetime,
    ) -> str | None:
        """Godkänn: the orders go out when it was the last step."""
        await approval.approve(session, actor, step_id, shown=shown, note=note, now=now)
        return None

    async def send_back(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, *, note: str, now: datetime
    ) -> None:
        """Skicka tillbaka to the buyer."""
        await approval.send_back(session, actor, subject_id, note=note, now=now)


async def _lines(
    session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[RequisitionLine, str, str | None, str | None]]]:
    query = (
        select(RequisitionLine, Supplier.name, Agreement.number, Agreement.name)
        .join(Supplier, Supplier.id == RequisitionLine.supplier_id)
        .outerjoin(
            Agreement,
            and_(
                Agreement.concern_id == RequisitionLine.concern_id,
                Agreement.id == RequisitionLine.agreement_id,
            ),
        )
        .where(
            RequisitionLine.concern_id == actor.concern_id, RequisitionLine.requisition_id.in_(subject_ids)
        )
        .order_by(RequisitionLine.position, RequisitionLine.id)
    )
    lines: dict[UUID, list[Any]] = {}
    for row in await session.execute(query):
        lines.setdefault(row[0].requisition_id, []).append(tuple(row))
    return lines


def _facts(row: Requisition, buyer: str, lines: Sequence[Any]) -> Facts:
    sums = totals([_wanted(line) for line, *_rest in lines])
    agreements = dict.fromkeys(f"{number} {name}" for _l, _s, number, name in lines if number)
    outside = any(number is None for _l, _s, number, _n in lines)
    return Facts(
        case_id=row.id, number=row.number or "", asked_by=buyer, net=sums.net, whole=sums.gross,
        party=sentence_list(list(dict.fromkeys(supplier for _l, supplier, *_rest in lines))),
        lines=tuple((line.name, line.quantity, line.unit, line.quantity * line.price) for line, *_r in lines),
        note=row.note_to_approver, secret=row.secret,
        checks=tuple(gettext("Avrop på ramavtal %(agreement)s") % {"agreement": one} for one in agreements),
        deviations=(gettext("Utanför ramavtal"),) if outside else (),
    )  # fmt: skip


def _wanted(line: RequisitionLine) -> WantedLine:
    return WantedLine(
        str(line.id), str(line.supplier_id), None, Decimal(line.quantity), Decimal(line.price),
        Decimal(line.vat_rate), line.vat_category,
    )  # fmt: skip
