"""The names under which an agreement's terms and a supplier's standing are held while somebody decides on them.

Attests share them; who ends an agreement, takes a supplier off it or blocks the supplier holds them alone. So nothing
is sent on an agreement that ended a moment before, and both orders of the two are told truly.
"""

from __future__ import annotations

from uuid import UUID


def agreement_terms(agreement_id: UUID) -> str:
    """The terms, callers and suppliers of an agreement."""
    return f"terms:{agreement_id}"


def supplier_terms(concern_id: UUID | None, supplier_id: UUID) -> str:
    """Whether a supplier is approved in a concern."""
    return f"supplier:{concern_id}:{supplier_id}"
