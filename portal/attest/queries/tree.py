"""The attest tree: ansvar with their attestants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.permissions import SEE_SECRET
from portal.access.queries import in_force
from portal.attest import values
from portal.attest.models import Responsibility
from portal.attest.values import Attestant

_TREE = text(
    "WITH RECURSIVE up AS ("
    "SELECT id, parent_id FROM responsibility WHERE concern_id = :concern AND organisation_id = :organisation"
    " AND code = ANY(:codes) AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
    " UNION SELECT above.id, above.parent_id FROM responsibility above JOIN up ON above.id = up.parent_id"
    " WHERE above.concern_id = :concern AND above.valid_from <= :day"
    " AND (above.valid_to IS NULL OR above.valid_to >= :day))"
    " SELECT node.code, node.name, parent.code AS parent, u.id, u.person_id, u.login, u.active,"
    " EXISTS (SELECT 1 FROM group_permission g WHERE g.concern_id = u.concern_id"
    " AND g.group_code = u.group_code AND g.permission = :secret)"
    " OR EXISTS (SELECT 1 FROM user_role r WHERE r.concern_id = u.concern_id AND r.user_id = u.id"
    " AND r.permission = :secret AND r.valid_from <= :day"
    " AND (r.valid_to IS NULL OR r.valid_to >= :day)) AS sees_secret"
    " FROM responsibility node JOIN app_user u ON u.id = node.approver_id"
    " LEFT JOIN responsibility parent ON parent.concern_id = :concern AND parent.id = node.parent_id"
    " WHERE node.concern_id = :concern AND node.id IN (SELECT id FROM up) ORDER BY node.code"
)


async def attest_tree(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, codes: Iterable[str], day: date
) -> tuple[values.Responsibility, ...]:
    """The ansvar of these codes in the organisation and all above them, with their attestants that day."""
    given = {
        "concern": concern_id, "organisation": organisation_id, "codes": list(codes), "day": day,
        "secret": SEE_SECRET,
    }  # fmt: skip
    return tuple(
        values.Responsibility(
            row.code, row.name, row.parent,
            Attestant(str(row.id), str(row.person_id), row.login, row.sees_secret, row.active),
        )
        for row in await session.execute(_TREE, given)
    )  # fmt: skip


async def is_attestant(session: AsyncSession, actor: Actor, day: date) -> bool:
    """Whether the attest tree names the actor that day."""
    named = select(Responsibility.id).where(
        Responsibility.concern_id == actor.concern_id,
        Responsibility.approver_id == actor.user_id,
        in_force(Responsibility, day),
    )
    return (await session.execute(named.limit(1))).first() is not None
