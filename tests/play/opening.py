"""The orders that histories begin with: one in ten goes the whole way from the basket, the others are put as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import insert

from dev.demo_city import orders
from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.kernel.dates import stockholm_date
from tests.play.stage import Stage

WHOLE_WAY = 10
_numbers = count(1)


async def open_all(stages: Sequence[Stage], now: datetime) -> None:
    """An order for each."""
    for stage in stages[::WHOLE_WAY]:
        await stage.begin()
    put = [stage for at, stage in enumerate(stages) if at % WHOLE_WAY]
    for stage in put:
        stage.number = f"PO-{next(_numbers):06}"
        stage.order = demo_id("order", stage.number)
    given = [_given(stage) for stage in put]
    if not given:
        return
    async with put[0].database.session(Context.for_system(CONCERN_ID)) as session:
        for model, rows in orders.rows(now, stockholm_date(now), given):
            if rows:
                await session.execute(insert(model), rows)


def _given(stage: Stage) -> tuple[object, ...]:
    """The order as the demo city lists its own: nothing is received."""
    city, history = stage.city, stage.history
    lines = tuple((item, much, 0) for item, much in zip(city.articles, history.quantities, strict=True))
    organisation = city.buyer.partition("@")[2].upper()
    return (stage.number, organisation, city.buyer, city.supplier, lines, city.coding, history.review)
