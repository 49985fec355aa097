"""The statement that finds a session puts on its user's eyes: those of the actor, nobody's when it has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city import data
from dev.demo_city.master_data import user_id
from portal.access.sign_in import ABSOLUTE, IDLE, find_signed_in, open_session
from portal.db.context import NOBODY, Context
from portal.db.session import Database

SETTINGS = ("concern", "organisations", "all_organisations", "supplier", "sees_secret", "system", "user")
SUPPLIER = "leverantor@kontorsbolaget.test"


async def _eyes(session: AsyncSession) -> dict[str, str]:
    columns = ", ".join(f"coalesce(current_setting('app.{name}', true), '') AS {name}" for name in SETTINGS)
    return dict((await session.execute(text(f"SELECT {columns}"))).one()._mapping)


async def test_everybody_sees_with_the_eyes_of_the_actor(seeded: Database, seeded_at: datetime) -> None:
    kinds = set()
    users = [user_id(login) for login, *_ in data.USERS] + [await _id_of(seeded, SUPPLIER)]
    for one in users:
        token = await open_session(seeded, one, seeded_at)
        async with seeded.open(NOBODY) as session:
            found = await find_signed_in(session, token, seeded_at)
            assert found is not None
            assert await _eyes(session) == found.actor.context().settings(), found.actor.login
            assert session.info["context"] == found.actor.context()
        kinds.add((found.actor.central, found.actor.sees_secret, found.actor.supplier_id is None))
    # Own organisation and central, with and without sight of secrecy, and a supplier.
    assert {(False, False, True), (False, True, True), (False, False, False)} <= kinds
    assert any(central for central, _secret, _buyer in kinds)


@pytest.mark.parametrize("too_long", [IDLE, ABSOLUTE])
async def test_an_ended_session_sees_nothing(
    seeded: Database, seeded_at: datetime, too_long: timedelta
) -> None:
    token = await open_session(seeded, user_id("bestallare@gsf"), seeded_at)
    later = seeded_at + too_long + timedelta(seconds=1)
    for presented in (token, "another", ""):
        async with seeded.open(NOBODY) as session:
            assert await find_signed_in(session, presented, later) is None
            eyes = await _eyes(session)
            assert not any(eyes[name] for name in SETTINGS if name != "organisations")
            assert eyes["organisations"] in ("", "{}")
            assert session.info["context"] == NOBODY


async def test_the_eyes_end_with_the_transaction(seeded: Database, seeded_at: datetime) -> None:
    """The next request on the same connection begins as nobody, without saying so."""
    token = await open_session(seeded, user_id("bestallare@gsf"), seeded_at)
    async with seeded.engine.connect() as connection:
        async with AsyncSession(connection, info={"context": NOBODY}) as session:
            assert await find_signed_in(session, token, seeded_at, touch=False) is not None
            await session.commit()
        async with AsyncSession(connection, info={"context": NOBODY}) as session:
            assert not any((await _eyes(session)).values())


async def _id_of(database: Database, email: str) -> UUID:
    async with database.session(Context.for_system(None)) as session:
        query = text("SELECT id FROM app_user WHERE email = :email")
        found: UUID = (await session.execute(query, {"email": email})).scalar_one()
        return found
