"""Actors of the demo city and requisitions waiting for attest, as real rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert

from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import organisation_id, organisation_of, user_id
from portal.access.actor import Actor
from portal.access.permissions import ANYONE_SIGNED_IN, GROUPS
from portal.attest.actions import open_steps, plan_route, record_decision
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import uuid7
from portal.orders.models import Requisition

MakeRequisition = Callable[..., Awaitable[UUID]]


def actor_named(login: str) -> Actor:
    """The demo user as an actor, with the permissions its group and roles give."""
    _login, name, group, roles = next(user for user in data.USERS if user[0] == login)
    held = next(one.permissions for one in GROUPS if one.code == group)
    central = organisation_of(login) == "STAD"
    return Actor(
        user_id(login), login, name, frozenset((*held, *roles, ANYONE_SIGNED_IN)), CONCERN_ID,
        organisation_id(organisation_of(login)), person_id=demo_id("person", login), central=central,
    )  # fmt: skip


@pytest.fixture(scope="session")
def actor() -> Callable[[str], Actor]:
    """`actor("chef@gsf")`."""
    return actor_named


@pytest.fixture
def make_requisition(seeded: Database, seeded_at: datetime) -> MakeRequisition:
    """`await make_requisition("bestallare@gsf", {"31100": 100})`: sent, with its route open; the id."""

    async def make(login: str, amounts: dict[str, int], *, secret: bool = False) -> UUID:
        buyer = actor_named(login)
        made = uuid7()
        wanted = {code: Decimal(amount) for code, amount in amounts.items()}
        async with seeded.session(buyer.context()) as session:
            await session.execute(insert(Requisition).values(
                concern_id=CONCERN_ID, id=made, organisation_id=buyer.organisation_id, number=f"B-{made}",
                status="awaiting_approval", user_id=buyer.user_id, person_id=buyer.person_id,
                buyer_user_id=buyer.user_id, created_at=seeded_at, updated_at=seeded_at, secret=secret,
            ))  # fmt: skip
            await record_decision(
                session, buyer, subject_type="requisition", subject_id=made,
                organisation_id=buyer.organisation_id, case_id=made, act="order", shown=b"basket",
                now=seeded_at,
            )  # fmt: skip
            route = await plan_route(
                session, concern_id=CONCERN_ID, organisation_id=buyer.organisation_id, amounts=wanted,
                case_id=made, asking_persons=frozenset({buyer.person_id}), function="approve_order",
                day=stockholm_date(seeded_at), secret=secret,
            )  # fmt: skip
            await open_steps(
                session, subject_type="requisition", subject_id=made, concern_id=CONCERN_ID,
                organisation_id=buyer.organisation_id, route=route, now=seeded_at,
            )  # fmt: skip
        return made

    return make
