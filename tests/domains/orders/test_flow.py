"""Basket → attest → order → receipt on the demo city (issue 2, flow 5–8)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from dev.demo_city.ids import demo_id
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.orders.actions.receipts import receive_all
from portal.orders.queries.order_detail import find_order, order_lines
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import ordered


async def test_an_article_becomes_a_received_order(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10, "KB-1003": 2}, now)
    assert (order.status, order.number[0], order.net_amount, order.tax_amount) == (
        "sent", "B", Decimal("557.00"), Decimal("139.25"),
    )  # fmt: skip
    assert (order.supplier_id, order.buyer_gln) == (demo_id("supplier", "Kontorsbolaget AB"), "7350099900013")
    buyer = actor_of("bestallare@gsf")
    day = stockholm_date(now)
    async with city.session(buyer.context()) as session:
        await receive_all(session, buyer, order.id, received_on=day, note=None, now=now)
        assert (await find_order(session, buyer, order.id, day)).status == "received"
        lines = await order_lines(session, order.concern_id, order.id)
        assert [line.received_quantity for line in lines] == [Decimal(10), Decimal(2)]


async def test_several_suppliers_become_one_order_each(city: Database, now: datetime) -> None:
    orders = await ordered(
        city, "bestallare@gsf", {"KB-1001": 1, "FV-3001": 12, "SG-2001": 3, "KB-1002": 4}, now
    )
    assert sorted(order.net_amount for order in orders) == [
        Decimal("54.00"),
        Decimal("99.90"),
        Decimal("142.80"),
    ]
    assert len({order.supplier_id for order in orders}) == 3
    milk = next(order for order in orders if order.net_amount == Decimal("142.80"))
    assert milk.tax_amount == Decimal("8.57")  # 8,568 rounded half up
