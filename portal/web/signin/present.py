"""What the sign-in page shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from portal.db.context import Context
from portal.web.services import Services

# The demo's users of all concerns and suppliers; read with the system's eyes, only in the demo, and only people
# who cannot be real: .test is reserved for this.
_USERS = text("""
SELECT u.id, u.login, u.name, coalesce(s.name, '') AS supplier
FROM app_user u LEFT JOIN supplier s ON s.id = u.supplier_id
WHERE u.active AND u.email LIKE '%.test' AND (:login = '' OR u.login = :login)
ORDER BY u.supplier_id IS NOT NULL, split_part(u.login, '@', 2), u.login
""")


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One user of the chooser."""

    id: UUID
    login: str
    name: str
    group: str


async def demo_users(services: Services, *, login: str = "") -> tuple[DemoUser, ...]:
    """The users of the demo city, or the one with this login."""
    async with services.database.session(Context.for_system(None)) as session:
        rows = (await session.execute(_USERS, {"login": login})).all()
    return tuple(DemoUser(r.id, r.login, r.supplier or r.name, _group(r.login, r.supplier)) for r in rows)


def _group(login: str, supplier: str) -> str:
    return "Leverantörer" if supplier else login.partition("@")[2].upper()
