"""Whom the person stands in for, and who stands in for the person: the side of Min dag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import Delegation
from portal.attest.queries.tree import is_attestant

FUNCTION_LABELS = {
    "approve_invoice": "Fakturor",
    "approve_order": "Beställningar",
    "receipt": "Leveranser",
    "review_invoice": "Granskning",
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """One delegation period between two people; `mine` when the person acts for the other. `days` left, or None."""

    mine: bool
    name: str
    functions: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class StandIns:
    """`shown` is false for whoever neither attests nor takes part in a delegation."""

    shown: bool
    mine: tuple[StandIn, ...]
    theirs: tuple[StandIn, ...]


async def stand_ins(session: AsyncSession, actor: Actor, day: date) -> StandIns:
    """The delegations in force that day (A7.04) to and from the actor, functions of one period together."""
    if actor.supplier_id is not None:
        return StandIns(False, (), ())
    giver, taker = aliased(User), aliased(User)
    period = (giver.id, giver.name, taker.name, Delegation.starts_on, Delegation.ends_on)
    query = (
        select(*period, func.array_agg(Delegation.function))
        .join(giver, giver.id == Delegation.from_user_id)
        .join(taker, taker.id == Delegation.to_user_id)
        .where(
            Delegation.concern_id == actor.concern_id,
            or_(Delegation.to_user_id == actor.user_id, Delegation.from_user_id == actor.user_id),
            Delegation.revoked_at.is_(None),
            Delegation.starts_on <= day,
            or_(Delegation.ends_on.is_(None), Delegation.ends_on >= day),
        )
        .group_by(*period, taker.id)
        .order_by(Delegation.starts_on)
    )
    found = [_stand_in(actor, day, *tuple[Any, ...](row)) for row in (await session.execute(query)).all()]
    shown = bool(found) or await is_attestant(session, actor, day)
    mine = tuple(one for one in found if one.mine)
    return StandIns(shown, mine, tuple(one for one in found if not one.mine))


def _stand_in(
    actor: Actor, day: date, giver_id: object, giver: str, taker: str, starts: date, ends: date | None,
    functions: list[str],
) -> StandIn:  # fmt: skip
    mine = giver_id != actor.user_id
    labels = tuple(label for code, label in FUNCTION_LABELS.items() if code in functions)
    return StandIn(
        mine, giver if mine else taker, labels, starts, ends, (ends - day).days + 1 if ends else None
    )
