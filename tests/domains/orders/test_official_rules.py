"""The orders the portal sends, held against the official rules for orders where those are installed."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.check import check_document
from portal.formats.peppol.order import read_order
from portal.kernel.dates import stockholm_date
from portal.orders.exchange import order_document
from portal.orders.jobs import _load
from portal.orders.models import PurchaseOrder
from tests.formats.official.goldens import official


async def sent_orders(database: Database, now: datetime) -> list[bytes]:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        query = select(PurchaseOrder.id).where(PurchaseOrder.sent_at.is_not(None)).limit(5)
        ids = (await session.execute(query)).scalars().all()
        return [order_document(await _load(session, CONCERN_ID, one, stockholm_date(now))) for one in ids]


async def test_the_seller_on_an_order_has_no_tax_scheme(seeded: Database, seeded_at: datetime) -> None:
    """BIS Order 3 has the buyer's VAT number and not the seller's (PEPPOL-T01-B07204)."""
    orders = [read_order(data) for data in await sent_orders(seeded, seeded_at)]
    assert orders
    assert {one.seller.vat_number for one in orders} == {None}
    assert None not in {one.buyer.vat_number for one in orders}


@pytest.mark.deep
async def test_every_order_keeps_the_official_rules(seeded: Database, seeded_at: datetime) -> None:
    folder = Path(os.environ.get("PORTAL_DATA_DIR", ".portal"))
    rules = official(folder)
    if not rules:
        pytest.skip(f"the official rules are not installed in {folder} (make rules)")
    for data in await sent_orders(seeded, seeded_at):
        assert check_document(data, rules=rules).fatals == ()
