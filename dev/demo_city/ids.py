"""Stable ids: the same thing of the demo city has the same id in every seed."""

from __future__ import annotations

from uuid import UUID, uuid5

_CITY = UUID("6b1d5a52-7c0e-5d34-9f0f-0c2a7a9d7e11")


def demo_id(kind: str, name: str) -> UUID:
    """The id of one thing, e.g. demo_id("user", "chef@gsf")."""
    return uuid5(_CITY, f"{kind}:{name}")


CONCERN_ID = demo_id("concern", "Exempelstad")
