"""The actor: who does it, passed explicitly to every action and query."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from portal.access import permissions as p
from portal.db.context import Context

SYSTEM_LOGIN = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, or the system. `permissions` holds codes of requirements A2; empty for the signed-out."""

    user_id: UUID | None
    login: str
    name: str
    permissions: frozenset[str]
    concern_id: UUID | None = None
    organisation_id: UUID | None = None
    organisation_name: str = ""
    person_id: UUID | None = None
    supplier_id: UUID | None = None
    central: bool = False
    group: str = ""
    locale: str = "sv"

    def has(self, *codes: str) -> bool:
        """Whether any of the codes is held."""
        return p.allowed(self.permissions, codes)

    @property
    def is_system(self) -> bool:
        """Whether no person acts."""
        return self.user_id is None and self.login == SYSTEM_LOGIN

    @property
    def sees_secret(self) -> bool:
        """B45: may see what is marked secret, within the own scope (A2.13)."""
        return p.SEE_SECRET in self.permissions

    def context(self) -> Context:
        """The row-level security context this actor's transactions run in."""
        if self.is_system:
            return Context.for_system(self.concern_id)
        if self.supplier_id is not None:
            return Context(supplier_id=self.supplier_id, user_id=self.user_id, sees_secret=True)
        return Context(
            concern_id=self.concern_id,
            organisations=None if self.central else (self.organisation_id,) if self.organisation_id else (),
            sees_secret=self.sees_secret,
            user_id=self.user_id,
        )


def system_actor(concern_id: UUID | None) -> Actor:
    """The installation itself at work in one concern."""
    return Actor(None, SYSTEM_LOGIN, "Systemet", frozenset(), concern_id=concern_id, central=True)
