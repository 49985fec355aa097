"""Who may be handed what: sight of secrecy among handlers, and handlers in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SEERS = text(
    "SELECT u.id, u.organisation_id, p.permission FROM app_user u CROSS JOIN LATERAL ("
    "  SELECT g.permission FROM group_permission g"
    "  WHERE g.concern_id = u.concern_id AND g.group_code = u.group_code"
    "  UNION SELECT r.permission FROM user_role r WHERE r.concern_id = u.concern_id AND r.user_id = u.id"
    "  AND r.valid_from <= :day AND (r.valid_to IS NULL OR r.valid_to >= :day)) p"
    " WHERE u.concern_id = :concern AND u.active AND p.permission IN ('B45', 'A44', 'A45')"
)
_HANDLERS = text(
    "SELECT i.id, i.status, i.handler_role, o.code AS organisation,"
    " (SELECT array_agg(u.login ORDER BY u.login) FROM invoice_participant p"
    "  JOIN app_user u ON u.id = p.user_id"
    "  WHERE p.concern_id = i.concern_id AND p.invoice_id = i.id AND p.waiting) AS logins"
    " FROM invoice i LEFT JOIN organisation o ON o.concern_id = i.concern_id AND o.id = i.organisation_id"
    " WHERE i.id = ANY(CAST(:ids AS uuid[]))"
)


@dataclass(frozen=True, slots=True)
class Sight:
    """Users who see what is secret (B45), and organisations with a local administrator who does."""

    users: frozenset[UUID]
    organisations: frozenset[UUID]


async def sight_of_secrecy(session: AsyncSession, concern_id: UUID, day: date) -> Sight:
    """Who can be shown a secret invoice. One query."""
    held: dict[UUID, set[str]] = {}
    home: dict[UUID, UUID] = {}
    for row in (await session.execute(_SEERS, {"concern": concern_id, "day": day})).all():
        held.setdefault(row.id, set()).add(row.permission)
        home[row.id] = row.organisation_id
    seers = {user for user, codes in held.items() if "B45" in codes}
    admins = {home[user] for user in seers if held[user] & {"A44", "A45"}}
    return Sight(frozenset(seers), frozenset(admins))


async def handlers(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, str | None]:
    """Invoice → its handler: logins, "role:levgruppen", "role:local_admin@ORG", or None for nobody."""
    rows = (await session.execute(_HANDLERS, {"ids": list(ids)})).all()
    return {row.id: _words(row) for row in rows}


def _words(row: Any) -> str | None:
    if row.handler_role == "local_admin":
        return f"role:local_admin@{row.organisation}" if row.organisation else "role:levgruppen"
    if row.handler_role:
        return f"role:{row.handler_role}"
    return ",".join(row.logins) if row.logins else None
