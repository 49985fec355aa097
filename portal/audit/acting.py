"""Who acts, as far as the history and the status need to know: a view of the actor from the floor below it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Acting(Protocol):
    """What a move asks of whoever makes it. `portal.access.actor.Actor` is one."""

    @property
    def user_id(self) -> UUID | None:
        """The user's id; None for the system."""

    @property
    def login(self) -> str:
        """What the history calls whoever acted."""

    @property
    def is_system(self) -> bool:
        """Whether no person acts: then every move may be made."""

    def has(self, *codes: str) -> bool:
        """Whether any of the permission codes is held."""
