"""What a search leaves out in SQL is what the rule says may not be bought, for each reason alone and some together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.catalog.queries.articles import Chosen, hit_page, shown
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date

SYSTEM = Context.for_system(CONCERN_ID)
HAPPENS = (
    "UPDATE article SET removed_at = now() WHERE item_no < 'KB-1003'",
    "UPDATE supplier_relation SET status = 'blocked' WHERE note IS NULL",
    "DELETE FROM agreement_supplier WHERE rank = 1",
    "DELETE FROM agreement_organisation WHERE agreement_id IN (SELECT id FROM agreement WHERE number < 'R-2026-003')",
    "UPDATE agreement SET valid_from = valid_from + 4000 WHERE number = 'R-2026-001'",
    "UPDATE agreement SET valid_to = valid_from WHERE number IN ('R-2026-001', 'R-2026-004')",
    "UPDATE agreement SET valid_to = NULL",
)


@pytest.mark.parametrize("happens", [(), *((one,) for one in HAPPENS), HAPPENS[:1] + HAPPENS[5:6]])
async def test_the_rule_and_its_twin_agree(
    seeded_urls: Any, seeded_at: datetime, happens: tuple[str, ...]
) -> None:
    database, day = Database(seeded_urls.app, audit_key=b"the key of the tests"), stockholm_date(seeded_at)
    where: dict[str, Any] = {
        "concern_id": CONCERN_ID,
        "organisation_id": demo_id("organisation", "GSF"),
        "today": day,
    }
    try:
        async with database.session(SYSTEM) as session:
            for statement in happens:
                await session.execute(text(statement))
            ids = list((await session.execute(text("SELECT id FROM article"))).scalars())
            told = {hit.id for hit in await shown(session, ids, **where) if hit.blocked(day) is None}
            found = await hit_page(session, ids, chosen=Chosen(), limit=len(ids), **where)
            assert {hit.id for hit in found.hits} == told
            assert bool(told) != (HAPPENS[1] in happens)
            await session.rollback()
    finally:
        await database.close()
