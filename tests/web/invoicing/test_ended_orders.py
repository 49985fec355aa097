"""An order ended before all had come (CO05, S14), or cancelled: what came is paid and no more; over-receipts (CO06)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.invoicing.jobs import receipt_made
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.orders.actions.ending import cancel_order, end_rest
from portal.orders.actions.receipts import Delivery, receive
from portal.wiring import SUBSCRIPTIONS, intake_parts
from tests.domains.orders.conftest import actor_of
from tests.web.core.conftest import Site, make_site, site
from tests.web.invoicing.conftest import ordered, rows

__all__ = ["make_site", "site"]
ORDER = demo_id("order", "EX-100003")
LINE = demo_id("order_line", f"{ORDER}/1")
BUYER = actor_of("bestallare@gsf")


async def where(site: Site, invoice: UUID) -> tuple[str, list[str]]:
    """Status and reason codes."""
    (found,) = await rows(site, "SELECT status, reasons FROM invoice WHERE id = :id", id=invoice)
    return found.status, [one["code"] for one in found.reasons]


async def billed(site: Site, number: str, quantity: str) -> UUID:
    """An invoice of so many of EX-100003's one line."""
    return await ordered(
        site, "EX-100003", number,
        lines=lambda lines: tuple(replace(line, quantity=Decimal(quantity)) for line in lines),
    )  # fmt: skip


@pytest.mark.parametrize(("quantity", "status", "codes"), [
    ("6", "done", []), ("7", "matching_required", ["quantity_over_ordered"]),
])  # fmt: skip
async def test_of_an_ended_order_what_came_is_paid_and_no_more(
    site: Site, quantity: str, status: str, codes: list[str]
) -> None:
    async with site.installation.database.session(BUYER.context()) as session:
        await end_rest(session, BUYER, ORDER, note="Utgått", now=site.clock.now())
    assert await where(site, await billed(site, "E-1", quantity)) == (status, codes)


async def test_more_than_ordered_has_come_and_is_not_paid_until_the_order_is_raised(site: Site) -> None:
    now = site.clock.now()
    async with site.installation.database.session(BUYER.context()) as session:
        delivery = Delivery({LINE: Decimal(6)}, {}, stockholm_date(now), "Två extra")
        await receive(session, BUYER, ORDER, delivery, now=now)
    assert await where(site, await billed(site, "E-2", "12")) == (
        "matching_required", ["quantity_over_ordered"],
    )  # fmt: skip


async def test_an_invoice_of_a_cancelled_order_waits_for_no_receipt(site: Site) -> None:
    """None can be made any more: it is the buyer's at once, who is told why."""
    cancelled, now = demo_id("order", "EX-100002"), site.clock.now()
    invoice = await ordered(site, "EX-100002", "E-4")
    assert await where(site, invoice) == ("awaiting_receipt", ["receipt_missing"])
    async with site.installation.database.session(BUYER.context()) as session:
        await cancel_order(session, BUYER, cancelled, note="Behövs inte", now=now)
    assert "invoicing.receipt_made" in SUBSCRIPTIONS["order.changed"]
    context = JobContext(site.installation.database, site.clock.now, "t", 1, 1, CONCERN_ID)
    await receipt_made(intake_parts(site.installation), context, order_id=str(cancelled))
    assert await where(site, invoice) == ("matching_required", ["quantity_over_ordered"])
    (row,) = await rows(site, "SELECT reasons FROM invoice WHERE id = :id", id=invoice)
    assert "är makulerad" in row.reasons[0]["message"]
