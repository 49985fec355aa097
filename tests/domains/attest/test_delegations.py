"""Register and end delegations (A7.01–A7.05, A7.12, A7.13)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import user_id
from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.actions import NewDelegation, conflicts_of, register_delegation, revoke_delegation
from portal.attest.models import Delegation
from portal.attest.queries.delegations import acting_for
from portal.audit.models import AuditEvent
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound

Named = Callable[[str], Actor]
Make = Callable[..., Awaitable[UUID]]
FROM, TO = "attestant@gsf", "attestant2@gsf"


def _new(
    giver: str, taker: str, day: date, function: str = "approve_order", days: int | None = 6
) -> NewDelegation:
    ends = None if days is None else day + timedelta(days)
    return NewDelegation(user_id(giver), user_id(taker), function, day, ends)


async def _register(database: Database, actor: Actor, new: NewDelegation, now: datetime, **more: Any) -> UUID:
    async with database.session(actor.context()) as session:
        return await register_delegation(session, actor, new, now=now, **more)


async def _acting(database: Database, login: str, function: str, day: date) -> set[UUID]:
    own = Actor(user_id(login), login, "", frozenset(), CONCERN_ID, demo_id("organisation", "GSF"))
    async with database.session(own.context()) as session:
        return set(await acting_for(session, user_id(login), function, day))


async def test_a_local_administrator_registers_and_it_is_logged(
    seeded: Database, seeded_at: datetime, actor: Named
) -> None:
    day = stockholm_date(seeded_at)
    made = await _register(seeded, actor("admin@gsf"), _new(FROM, TO, day, days=None), seeded_at)
    assert await _acting(seeded, TO, "approve_order", day + timedelta(900)) == {user_id(FROM), user_id(TO)}
    async with seeded.session(actor("admin@gsf").context()) as session:
        row = (await session.execute(select(Delegation).where(Delegation.id == made))).scalar_one()
        event = (await session.execute(select(AuditEvent).where(AuditEvent.subject_id == made))).scalar_one()
    assert row.registered_by == user_id("admin@gsf")
    assert (event.tag, event.data["from"], event.data["to"]) == ("delegation:period:register", FROM, TO)


async def test_revoked_it_ends_at_once_and_once(seeded: Database, seeded_at: datetime, actor: Named) -> None:
    day, admin = stockholm_date(seeded_at), actor("admin@gsf")
    made = await _register(seeded, admin, _new(FROM, TO, day), seeded_at)
    for other in ("bestallare@gsf", "admin@aof"):
        with pytest.raises(Forbidden):
            async with seeded.session(actor(other).context()) as session:
                await revoke_delegation(session, actor(other), made, now=seeded_at)
    giver = actor(FROM)
    async with seeded.session(giver.context()) as session:
        await revoke_delegation(session, giver, made, now=seeded_at)
    assert await _acting(seeded, TO, "approve_order", day) == {user_id(TO)}
    with pytest.raises(Conflict):
        async with seeded.session(admin.context()) as session:
            await revoke_delegation(session, admin, made, now=seeded_at)


@pytest.mark.parametrize("login", ["bestallare@gsf", "fakturaadmin@gsf", "admin@aof", FROM])
async def test_nobody_else_registers(seeded: Database, seeded_at: datetime, actor: Named, login: str) -> None:
    with pytest.raises(Forbidden):
        await _register(seeded, actor(login), _new(FROM, TO, stockholm_date(seeded_at)), seeded_at)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((FROM, FROM, "approve_order", 6), "sig själv"),
        ((FROM, TO, "approve_order", -1), "slutar innan"),
        ((FROM, TO, "everything", 6), "Välj vad"),
        ((FROM, "attestant@aof", "approve_order", 6), "annan förvaltning"),
        ((FROM, "synare@gsf", "approve_invoice", 6), "saknar behörighet"),
    ],
)
async def test_what_cannot_be_registered_says_why(
    seeded: Database, seeded_at: datetime, actor: Named, given: tuple[str, str, str, int], words: str
) -> None:
    giver, taker, function, days = given
    new = _new(giver, taker, stockholm_date(seeded_at), function, days)
    with pytest.raises(Invalid, match=words):
        await _register(seeded, actor("admin@gsf"), new, seeded_at)


async def test_review_may_go_to_a_viewer_but_not_in_a_ring_or_twice(
    seeded: Database, seeded_at: datetime, actor: Named
) -> None:
    day, admin = stockholm_date(seeded_at), actor("admin@gsf")
    await _register(seeded, admin, _new(FROM, "synare@gsf", day, "review_invoice"), seeded_at)
    with pytest.raises(Invalid, match="redan"):
        await _register(seeded, admin, _new(FROM, "synare@gsf", day, "review_invoice"), seeded_at)
    with pytest.raises(Invalid, match="ring"):
        await _register(seeded, admin, _new("synare@gsf", FROM, day, "review_invoice"), seeded_at)


async def test_inactive_users_and_oneself_are_refused(
    seeded: Database, seeded_at: datetime, actor: Named
) -> None:
    day, admin = stockholm_date(seeded_at), actor("admin@gsf")
    with pytest.raises(Forbidden, match="till dig själv"):
        await _register(seeded, admin, _new(FROM, "admin@gsf", day), seeded_at)
    with pytest.raises(NotFound):
        new = NewDelegation(user_id(FROM), demo_id("user", "nobody"), "approve_order", day)
        await _register(seeded, admin, new, seeded_at)
    async with seeded.session(actor("central@stad").context()) as session:
        await session.execute(update(User).where(User.id == user_id(TO)).values(active=False))
    with pytest.raises(Invalid, match="inte aktiv"):
        await _register(seeded, admin, _new(FROM, TO, day), seeded_at)


async def test_cases_the_delegate_may_not_take_are_named_before_it_is_saved(
    seeded: Database, seeded_at: datetime, actor: Named, make_requisition: Make
) -> None:
    await make_requisition("bestallare@gsf", {"31100": 100})
    day, admin = stockholm_date(seeded_at), actor("admin@gsf")
    new = _new(FROM, "bestallare@gsf", day)
    with pytest.raises(Invalid, match="31100 Centralskolan"):
        await _register(seeded, admin, new, seeded_at)
    async with seeded.session(admin.context()) as session:
        assert await conflicts_of(session, new) == ["31100 Centralskolan"]
        assert await conflicts_of(session, _new(FROM, TO, day)) == []
        assert (await session.execute(select(Delegation.id))).all() == []
    await _register(seeded, admin, new, seeded_at, confirmed=True)
