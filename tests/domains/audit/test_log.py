"""Events of one act are written together, in the order they happened, and not at all when the act fails."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city.ids import CONCERN_ID
from portal.audit.log import Event, record, told_together
from portal.audit.models import AuditEvent
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.identifiers import uuid7

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def _tell(session: AsyncSession, why: str) -> None:
    event = Event("order:status:release", "order", uuid7(), NOW, "driften", concern_id=CONCERN_ID, why=why)
    await record(session, [event])


async def _told(session: AsyncSession) -> list[str | None]:
    return list(await session.scalars(select(AuditEvent.why).order_by(AuditEvent.id)))


async def test_what_a_block_records_is_written_at_its_end_in_order(database: Database) -> None:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        async with told_together(session):
            await _tell(session, "first")
            async with told_together(session):
                await _tell(session, "second")
            await _tell(session, "third")
            assert await _told(session) == []
        await _tell(session, "after")
        assert await _told(session) == ["first", "second", "third", "after"]


async def test_a_block_that_fails_tells_nothing(database: Database) -> None:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        with pytest.raises(ValueError, match="the act"):
            async with told_together(session):
                await _tell(session, "undone")
                raise ValueError("the act")
        await _tell(session, "after")
        assert await _told(session) == ["after"]
