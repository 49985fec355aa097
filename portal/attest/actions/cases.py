"""A case held while something is decided in it, and who may not decide.

Separation of duties is judged at the moment of the decision, on persons, through every link of a delegation
(A6.08, A7.13). The database judges once more (separate_duties); decisions of one case come one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.models import Delegation
from portal.attest.queries.acts import acts_of
from portal.attest.queries.delegations import delegations
from portal.attest.rules.separation_of_duties import refusal
from portal.attest.values import Act
from portal.kernel.decision import Reason
from portal.kernel.errors import Conflict

AT_ONCE = "Någon annan attesterar samtidigt på samma avtal. Vänta en liten stund och försök igen."
_DEADLOCK = "40P01"
_HOLD = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key"
)
_SHARE = text(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key"
)


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case held until the transaction ends, and what had been done in it by then."""

    id: UUID
    acts: tuple[Act, ...]


async def hold_case(session: AsyncSession, actor: Actor, case_id: UUID) -> HeldCase:
    """Hold the case until the transaction ends: two decisions at once would not see each other.

    Conflict when that would wait in a ring: the caller's transaction is then to be rolled back.
    """
    assert actor.concern_id is not None
    await hold(session, [str(case_id)])
    return HeldCase(case_id, await acts_of(session, actor.concern_id, case_id))


async def hold(session: AsyncSession, keys: Sequence[str]) -> None:
    """Hold what the keys name until the transaction ends, taken in this order; Conflict as of `hold_case`."""
    await _lock(session, _HOLD, keys)


async def share(session: AsyncSession, keys: Sequence[str]) -> None:
    """As `hold`, together with others who share; who holds one alone waits for all of them, and they for it."""
    await _lock(session, _SHARE, keys)


async def _lock(session: AsyncSession, statement: TextClause, keys: Sequence[str]) -> None:
    try:
        await session.execute(statement, {"keys": list(keys)})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _DEADLOCK:
            raise Conflict(AT_ONCE) from error
        raise


async def refused(
    session: AsyncSession, actor: Actor, case: HeldCase, act: str, chain: Sequence[UUID]
) -> Reason | None:
    """Why the actor, acting through the delegations of `chain`, may not do it in the case; None when it may."""
    links = await delegations(session, Delegation.id.in_(chain)) if chain else []
    return refusal(Act(act, str(actor.person_id), tuple(link.from_person for link in links)), case.acts)
