"""What has been done in a case, by whom and for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.attest.models import Delegation
from portal.attest.queries.delegations import delegations
from portal.attest.values import Act


async def acts_of(session: AsyncSession, concern_id: UUID, case_id: UUID) -> tuple[Act, ...]:
    """What has been done in a case and still counts, with every person of each delegation chain."""
    return (await _acts(session, _OF_ONE, concern_id, [case_id], case=case_id))[case_id]


_ACTS = (
    "SELECT case_id, act, person_id, on_behalf_of_person_id, chain FROM decision"
    " WHERE concern_id = :concern AND case_id {which} AND voided_at IS NULL ORDER BY decided_at, id"
)
# One case by equality: for a list of one, PostgreSQL makes a new plan at every call.
_OF_ONE = text(_ACTS.format(which="= :case"))
_OF_MANY = text(_ACTS.format(which="= ANY(:cases)"))


async def acts_of_cases(
    session: AsyncSession, concern_id: UUID, case_ids: Collection[UUID]
) -> Mapping[UUID, tuple[Act, ...]]:
    """As acts_of for many cases at once; a case without acts has an empty tuple."""
    return await _acts(session, _OF_MANY, concern_id, case_ids, cases=list(case_ids))


async def _acts(
    session: AsyncSession, query: TextClause, concern_id: UUID, case_ids: Collection[UUID], **given: object
) -> Mapping[UUID, tuple[Act, ...]]:
    rows = (await session.execute(query, {"concern": concern_id, **given})).all()
    givers = await _givers(session, [UUID(link) for row in rows for link in row.chain])
    found: dict[UUID, tuple[Act, ...]] = dict.fromkeys(case_ids, ())
    for case_id, act, person, behalf_person, chain in rows:
        found[case_id] += (Act(act, str(person), _behalf(behalf_person, chain, givers)),)
    return found


async def _givers(session: AsyncSession, links: Sequence[UUID]) -> dict[str, str]:
    if not links:
        return {}
    found = await delegations(session, Delegation.id.in_(links))
    return {link.id: link.from_person for link in found}


def _behalf(person: UUID | None, chain: Iterable[str], givers: Mapping[str, str]) -> tuple[str, ...]:
    named = [str(person)] if person else []
    return tuple(dict.fromkeys([*named, *(givers[link] for link in chain if link in givers)]))
