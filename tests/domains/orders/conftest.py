"""The demo city with subscriptions, and actors by login."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest

from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.access.permissions import GROUPS, SUPPLIER
from portal.db.session import Database

ActorOf = Callable[..., Actor]
ORGANISATIONS = {code: (name, central) for code, name, _gln, central in data.ORGANISATIONS}
KEY = b"the key of the tests and no other"


def actor_of(login: str, *, without: str | None = None, also: str | None = None) -> Actor:
    """The demo city's user, less or more a permission."""
    _login, name, group, roles = next(user for user in data.USERS if user[0] == login)
    held = {code for one in GROUPS if one.code == group for code in one.permissions} | set(roles)
    code = login.partition("@")[2].upper()
    return Actor(
        user_id=demo_id("user", login), login=login, name=name,
        permissions=frozenset((held | {"SIGNED_IN"} | ({also} if also else set())) - {without}),
        concern_id=CONCERN_ID, organisation_id=demo_id("organisation", code),
        organisation_name=ORGANISATIONS[code][0], person_id=demo_id("person", login),
        central=ORGANISATIONS[code][1], group=group,
    )  # fmt: skip


def supplier_of(name: str) -> Actor:
    """The demo city's user of a supplier."""
    domain = next(row[3] for row in data.SUPPLIERS if row[0] == name)
    login = f"leverantor@{domain}"
    return Actor(
        demo_id("user", login),
        login,
        "Leverantör",
        frozenset({SUPPLIER}),
        supplier_id=demo_id("supplier", name),
    )


@pytest.fixture
async def city(seeded_urls: Any) -> AsyncIterator[Database]:
    """The demo city with the portal's one subscription that orders set off."""
    opened = Database(
        seeded_urls.app, audit_key=KEY, subscriptions={"receipt.made": ("invoicing.receipt_made",)}
    )
    yield opened
    await opened.close()


@pytest.fixture
def now(seeded_at: datetime) -> datetime:
    """The moment of the test: when the city was seeded."""
    return seeded_at
