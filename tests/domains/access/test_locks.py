"""Record locks (A6.22): one holder, 60 minutes, released at sign-out; never two holders."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import organisation_id, user_id
from portal.access.actor import Actor
from portal.access.locks import LockView, lock_of, release_lock, take_lock
from portal.access.permissions import ANYONE_SIGNED_IN
from portal.access.sign_in import sign_out, sign_out_everywhere
from portal.db.session import Database

LOGINS = ("attestant@gsf", "attestant2@gsf", "chef@gsf")


def _actor(login: str) -> Actor:
    return Actor(
        user_id(login), login, login, frozenset({ANYONE_SIGNED_IN}), CONCERN_ID, organisation_id("GSF"),
        person_id=demo_id("person", login),
    )  # fmt: skip


async def _take(database: Database, login: str, subject: UUID, now: datetime) -> LockView:
    actor = _actor(login)
    async with database.session(actor.context()) as session:
        return await take_lock(session, actor, "invoice", subject, now)


async def test_the_second_reads_who_has_it_and_until_when(seeded: Database, seeded_at: datetime) -> None:
    subject = uuid4()
    first = await _take(seeded, LOGINS[0], subject, seeded_at)
    later = seeded_at + timedelta(minutes=20)
    second = await _take(seeded, LOGINS[1], subject, later)
    assert (first.mine, second.mine, second.holder) == (True, False, LOGINS[0])
    assert (second.opened_at, second.until) == (seeded_at, seeded_at + timedelta(minutes=60))
    again = await _take(seeded, LOGINS[0], subject, later)
    assert (again.opened_at, again.until) == (seeded_at, later + timedelta(minutes=60))


async def test_it_is_released_after_sixty_idle_minutes_and_by_its_holder_alone(
    seeded: Database, seeded_at: datetime
) -> None:
    subject = uuid4()
    await _take(seeded, LOGINS[0], subject, seeded_at)
    other, holder = _actor(LOGINS[1]), _actor(LOGINS[0])
    async with seeded.session(other.context()) as session:
        await release_lock(session, other, "invoice", subject)
    almost = seeded_at + timedelta(minutes=59, seconds=59)
    assert not (await _take(seeded, LOGINS[1], subject, almost)).mine
    hour = seeded_at + timedelta(minutes=60)
    taken = await _take(seeded, LOGINS[1], subject, hour)
    assert taken.mine and taken.opened_at == hour
    async with seeded.session(other.context()) as session:
        await release_lock(session, other, "invoice", subject)
    async with seeded.session(holder.context()) as session:
        assert await lock_of(session, holder, "invoice", subject, hour) is None


@pytest.mark.parametrize("everywhere", [False, True])
async def test_sign_out_releases_what_was_open(
    seeded: Database, seeded_at: datetime, everywhere: bool
) -> None:
    subject, holder = uuid4(), _actor(LOGINS[0])
    await _take(seeded, LOGINS[0], subject, seeded_at)
    async with seeded.session(holder.context()) as session:
        if everywhere:
            await sign_out_everywhere(session, holder, seeded_at)
        else:
            await sign_out(session, b"a token's hash", holder, seeded_at)
    assert (await _take(seeded, LOGINS[1], subject, seeded_at)).mine


async def test_of_many_at_once_one_gets_it(seeded: Database, seeded_at: datetime) -> None:
    for _ in range(10):
        subject = uuid4()
        views = await asyncio.gather(*(_take(seeded, login, subject, seeded_at) for login in LOGINS * 2))
        holders = {view.holder for view in views}
        assert len(holders) == 1
        assert sum(view.mine for view in views) == 2  # the winner asked twice


STEPS = st.lists(
    st.tuples(st.sampled_from(LOGINS), st.integers(0, 70), st.sampled_from(["take", "release"])), max_size=25
)


def test_never_two_holders(seeded_urls, seeded_at: datetime) -> None:  # type: ignore[no-untyped-def]
    """Any sequence of takings and releases against a model: who has it is who the model says."""

    async def play(steps: list[tuple[str, int, str]]) -> None:
        database = Database(seeded_urls.app, audit_key=b"k", pool_size=1)
        subject, now, held = uuid4(), seeded_at, None
        for login, minutes, verb in steps:
            now += timedelta(minutes=minutes)
            held = held if held and now - held[1] < timedelta(minutes=60) else None
            actor = _actor(login)
            async with database.session(actor.context()) as session:
                if verb == "release":
                    await release_lock(session, actor, "invoice", subject)
                    held = None if held and held[0] == login else held
                else:
                    view = await take_lock(session, actor, "invoice", subject, now)
                    held = held if held and held[0] != login else (login, now)
                    assert (view.mine, view.holder) == (held[0] == login, held[0])
        await database.close()

    @settings(max_examples=25)
    @given(STEPS)
    def run(steps: list[tuple[str, int, str]]) -> None:
        asyncio.run(play(steps))

    run()
