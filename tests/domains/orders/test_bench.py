"""W3 runs and gives its figures; how fast is told by the bench, not judged here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bench.orders import Work, profile, w3
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.db.session import Database
from portal.orders.models import PurchaseOrder
from tests.domains.orders.conftest import actor_of

ARTICLES = ("KB-1001", "KB-1002", "KB-1003", "KB-5000", "KB-5001")


async def test_the_work_is_done_whole(city: Database, now: datetime) -> None:
    work = Work(
        [actor_of("bestallare@gsf"), actor_of("bestallare2@gsf")], actor_of("attestant@gsf"),
        [demo_id("article", item) for item in ARTICLES], "31100", "440",
    )  # fmt: skip
    assert await w3(city, work, now, orders=4) == 4
    assert set(await profile(city, work, now, orders=1)) == {"basket", "send", "attest", "receipt"}
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        made = select(func.count()).where(
            PurchaseOrder.status == "received", PurchaseOrder.requisition_id.is_not(None)
        )
        assert (await session.execute(made)).scalar_one() == 5
