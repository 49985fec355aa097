"""The takvolym of an agreement when two attest at the same moment (A10.02)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.errors import Conflict, Invalid
from portal.orders.actions.approval import approve
from portal.orders.models import PurchaseOrder
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import fill, send_it, steps

SYSTEM = Context.for_system(CONCERN_ID)
ATTESTANT = actor_of("attestant@gsf")
CHAIRS = {"KB-1004": 2}
A_MOMENT = 0.5
WAITING = text(
    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted"
)


async def _sent(city: Database, login: str, now: datetime) -> UUID:
    """Two chairs sent for attest; the step that waits."""
    buyer = actor_of(login)
    requisition = await fill(city, buyer, CHAIRS, now)
    await send_it(city, buyer, requisition, now)
    (step,) = await steps(city, requisition)
    return step.id


async def _approve(city: Database, step: UUID, now: datetime) -> list[UUID]:
    async with city.session(ATTESTANT.context()) as session:
        return await approve(session, ATTESTANT, step, shown=b"", note=None, now=now)


async def test_of_two_attests_at_once_the_second_meets_what_the_first_took(
    city: Database, now: datetime
) -> None:
    first, second = await _sent(city, "bestallare@gsf", now), await _sent(city, "bestallare2@gsf", now)
    async with city.session(SYSTEM) as session:
        cap = text("UPDATE agreement SET cap_amount = 10000 WHERE number = 'R-2026-001'")
        await session.execute(cap)
    async with city.session(ATTESTANT.context()) as session:
        (order,) = await approve(session, ATTESTANT, first, shown=b"", note=None, now=now)
        other = asyncio.create_task(_approve(city, second, now))
        done, _ = await asyncio.wait([other], timeout=A_MOMENT)
        assert not done, "the second did not wait for the first"
    with pytest.raises(Invalid, match="kvar av takvolymen"):
        await other
    async with city.session(SYSTEM) as session:
        made = select(func.count()).where(PurchaseOrder.id == order)
        assert (await session.execute(made)).scalar_one() == 1


async def test_who_waits_in_a_ring_is_told_to_try_again(city: Database, now: datetime) -> None:
    """Two who attest several at once can hold an agreement each and want the other's."""
    step = await _sent(city, "bestallare@gsf", now)
    for _ in range(5):  # on a machine that stands still for a second it is the other that is told
        if await _told_in_a_ring(city, step, now):
            return
    pytest.fail("who attests was never told")


async def _told_in_a_ring(city: Database, step: UUID, now: datetime) -> bool:
    """Whether the attestant, who waits first, is the one that PostgreSQL ends to break the ring."""
    hold = text("SELECT pg_advisory_xact_lock(hashtextextended('ring', 0))")
    async with city.session(SYSTEM) as session, city.session(ATTESTANT.context()) as other:
        await other.execute(hold)
        agreement = text("SELECT 'agreement:' || id FROM agreement WHERE number = 'R-2026-001'")
        key = (await session.execute(agreement)).scalar_one()
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
        waits = asyncio.create_task(approve(other, ATTESTANT, step, shown=b"", note=None, now=now))
        while not (await session.execute(WAITING)).scalar_one():
            await asyncio.sleep(0.01)
        ring = asyncio.create_task(session.execute(hold))
        told, _ = await asyncio.gather(waits, ring, return_exceptions=True)
        await other.rollback()
        await session.rollback()
    return isinstance(told, Conflict) and "samtidigt" in str(told)
