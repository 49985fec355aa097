"""Whose rights a user may use: delegations and the chains they make (A7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.models import User
from portal.attest import values
from portal.attest.models import Delegation
from portal.attest.rules.delegations import Rights, rights_of

_GIVER, _TAKER = aliased(User), aliased(User)


async def acting_for(
    session: AsyncSession, user_id: UUID, function: str, day: date
) -> Mapping[UUID, tuple[UUID, ...]]:
    """Users whose rights in a function the user may use that day → delegation chain, first link first.

    The user itself is there with an empty chain (A7.05).
    """
    return (await acting_in(session, user_id, (function,), day))[function]


async def acting_in(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> Mapping[str, Mapping[UUID, tuple[UUID, ...]]]:
    """As acting_for, for several functions in one go: function → user → delegation chain."""
    found = await rights_in(session, user_id, functions, day)
    return {
        function: {UUID(one.user): tuple(UUID(link.id) for link in one.chain) for one in found[function]}
        for function in functions
    }


async def rights_in(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> dict[str, tuple[Rights, ...]]:
    """Whose rights in each function the user may use, through which links; the user's own among them."""
    links = await _links_leading_to(session, user_id, functions, day)
    return {function: rights_of(str(user_id), function, links, day) for function in functions}


def in_time(function: str, day: date) -> ColumnElement[bool]:
    """Condition on delegations: of the function, not revoked, in force that day (A7.04)."""
    return and_(
        Delegation.function == function,
        Delegation.revoked_at.is_(None),
        Delegation.starts_on <= day,
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= day),
    )


async def delegations_to(session: AsyncSession, function: str, day: date) -> list[values.Delegation]:
    """Every delegation of the concern in the function that is in force that day."""
    return await delegations(session, in_time(function, day))


def not_ended(concern_id: UUID | None, function: str, day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on delegations: of the function, not revoked, in force that day or coming."""
    return (
        Delegation.concern_id == concern_id,
        Delegation.function == function,
        Delegation.revoked_at.is_(None),
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= day),
    )


# Every delegation from which rights may reach the user; UNION ends at a ring.
_LINKS = text(
    "WITH RECURSIVE reach AS ("
    "SELECT id, function, from_user_id FROM delegation WHERE to_user_id = :user AND function = ANY(:functions)"
    " AND revoked_at IS NULL AND starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day)"
    " UNION SELECT d.id, d.function, d.from_user_id FROM delegation d"
    " JOIN reach ON d.to_user_id = reach.from_user_id AND d.function = reach.function"
    " WHERE revoked_at IS NULL AND starts_on <= :day AND (ends_on IS NULL OR ends_on >= :day))"
    " SELECT d.id, d.function, d.from_user_id, giver.person_id, d.to_user_id, taker.person_id,"
    " d.starts_on, d.ends_on FROM reach JOIN delegation d ON d.id = reach.id"
    " JOIN app_user giver ON giver.id = d.from_user_id JOIN app_user taker ON taker.id = d.to_user_id"
    " ORDER BY d.registered_at, d.id"
)


async def _links_leading_to(
    session: AsyncSession, user_id: UUID, functions: Sequence[str], day: date
) -> list[values.Delegation]:
    rows = await session.execute(_LINKS, {"user": user_id, "functions": list(functions), "day": day})
    return [
        values.Delegation(
            str(made), function, str(giver), str(giver_person), str(taker), str(taker_person), starts, ends
        )
        for made, function, giver, giver_person, taker, taker_person, starts, ends in rows
    ]


async def delegations(session: AsyncSession, *conditions: Any) -> list[values.Delegation]:
    """Delegations as the rules see them, with their persons; oldest first."""
    query = (
        select(Delegation, _GIVER.person_id, _TAKER.person_id)
        .join(_GIVER, _GIVER.id == Delegation.from_user_id)
        .join(_TAKER, _TAKER.id == Delegation.to_user_id)
        .where(*conditions)
        .order_by(Delegation.registered_at, Delegation.id)
    )
    return [
        values.Delegation(
            str(d.id), d.function, str(d.from_user_id), str(giver), str(d.to_user_id), str(taker),
            d.starts_on, d.ends_on,
        )
        for d, giver, taker in await session.execute(query)
    ]  # fmt: skip
