"""What is called off on the agreements: against the takvolym of the concern, and of one kind in the last days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.kernel.dates import stockholm_midnight
from portal.orders.rules.call_offs import RECENT_DAYS, family_of
from portal.orders.status import ATTESTED, AWAITING_APPROVAL, CANCELLED, REJECTED_BY_SUPPLIER
from portal.orders.values import CallOff, KindSum, Requested

_NOT_USED = (CANCELLED, REJECTED_BY_SUPPLIER)
Kind = tuple[UUID, UUID, str]
"""Organisation, agreement and UNSPSC family."""

# A cap is the whole concern's, not what one person sees: the function looks past the organisation.
_CALLED_OFF = text("SELECT * FROM called_off(:concern, :agreements, :not_used)")
# Of the organisation, as its people see it: what is ordered, and what waits for attest beside this requisition.
_RECENT = text(
    "SELECT o.requisition_id, o.organisation_id, o.agreement_id, left(l.unspsc, 4) AS family,"
    " sum(l.net_amount) AS amount FROM purchase_order o"
    " JOIN order_line l ON l.concern_id = o.concern_id AND l.order_id = o.id"
    " WHERE o.concern_id = :concern AND o.agreement_id = ANY(:agreements) AND o.organisation_id = ANY(:organisations)"
    " AND o.created_at >= :since AND o.status <> ALL(:not_used) GROUP BY 1, 2, 3, 4"
    " UNION ALL SELECT q.id, q.organisation_id, l.agreement_id, left(l.unspsc, 4),"
    " sum(round(l.quantity * l.price, 2)) FROM requisition q"
    " JOIN requisition_line l ON l.concern_id = q.concern_id AND l.requisition_id = q.id"
    " WHERE q.concern_id = :concern AND q.status = ANY(:waiting) AND q.organisation_id = ANY(:organisations)"
    " AND q.sent_at >= :since AND l.agreement_id = ANY(:agreements) GROUP BY 1, 2, 3, 4"
)


async def call_offs(
    session: AsyncSession, wanted: Sequence[Requested], day: date
) -> Mapping[UUID, tuple[CallOff, ...]]:
    """By requisition: what its lines take from each agreement, beside what is ordered on it already.

    Two statements however many there are; all of one concern.
    """
    agreements = {a for one in wanted for line in one.lines if (a := line.agreement_id)}
    if not agreements:
        return {one.id: () for one in wanted}
    concern = wanted[0].concern_id
    given = {"concern": concern, "agreements": list(agreements), "not_used": list(_NOT_USED)}
    used = (await session.execute(_CALLED_OFF, given)).all()
    limited = [row.agreement_id for row in used if row.ranking_limit is not None]
    recent = await _recent(session, concern, limited, {one.organisation_id for one in wanted}, day)
    return {one.id: _of(one, used, recent) for one in wanted}


async def _recent(
    session: AsyncSession, concern: UUID, agreements: Sequence[UUID], organisations: Iterable[UUID], day: date
) -> Sequence[Any]:
    if not agreements:
        return ()
    since = stockholm_midnight(day - timedelta(days=RECENT_DAYS))
    given = {
        "concern": concern, "agreements": list(agreements), "organisations": list(organisations),
        "since": since, "not_used": list(_NOT_USED), "waiting": [AWAITING_APPROVAL, ATTESTED],
    }  # fmt: skip
    return (await session.execute(_RECENT, given)).all()


def _of(requested: Requested, used: Collection[Any], recent: Collection[Any]) -> tuple[CallOff, ...]:
    amounts: dict[UUID, dict[str, Decimal]] = {}
    for line in requested.lines:
        if line.agreement_id is not None:
            kinds = amounts.setdefault(line.agreement_id, {})
            family = family_of(line.unspsc)
            kinds[family] = kinds.get(family, Decimal(0)) + line.net
    before: dict[Kind, Decimal] = {}
    for row in recent:
        if row.requisition_id != requested.id:
            kind = (row.organisation_id, row.agreement_id, row.family or "")
            before[kind] = before.get(kind, Decimal(0)) + row.amount
    return tuple(
        CallOff(
            row.agreement_id, row.number, row.name, sum(amounts[row.agreement_id].values(), Decimal(0)),
            row.ranking_limit, row.cap_amount, row.used,
            tuple(
                KindSum(f, own, before.get((requested.organisation_id, row.agreement_id, f), Decimal(0)))
                for f, own in amounts[row.agreement_id].items()
            ),
        )
        for row in used
        if row.agreement_id in amounts
    )  # fmt: skip


async def call_offs_of(
    session: AsyncSession, concern_id: UUID, amounts: Mapping[UUID, Decimal]
) -> tuple[CallOff, ...]:
    """By what is taken from each agreement, SEK without VAT, beside what is ordered on it already."""
    if not amounts:
        return ()
    given = {"concern": concern_id, "agreements": list(amounts), "not_used": list(_NOT_USED)}
    return tuple(
        CallOff(
            row.agreement_id, row.number, row.name, amounts[row.agreement_id], row.ranking_limit, row.cap_amount,
            row.used,
        )
        for row in (await session.execute(_CALLED_OFF, given)).all()
    )  # fmt: skip
