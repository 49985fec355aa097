"""What every act on an order asks first: may this actor do it."""

from __future__ import annotations

from portal.access.actor import Actor
from portal.kernel.errors import Forbidden


def require(actor: Actor, *codes: str, what: str) -> None:
    """Forbidden unless one of the codes is held."""
    if not actor.has(*codes):
        raise Forbidden("Du har inte behörighet att göra det här: %(label)s.", label=what)
