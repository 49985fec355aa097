"""W5: pages of 50 out of 10,000 invoices, filtered by status, at random places of the list, eight at once."""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from time import perf_counter
from typing import Any

from jinja2 import Environment
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bench.figures import Figures, ground, percentile
from bench.server import Client, serving, signed_in
from dev.demo_city import data
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import organisation_id, supplier_id
from dev.volumes.orders import SUPPLIERS
from portal.db.context import Context
from portal.invoicing.models import Invoice
from portal.kernel.dates import stockholm_date

INVOICES, STATUS, CLIENTS, REQUESTS, WARM = 10_000, "done", 8, 3_000, 200
LIST = f"/invoicing/invoices?tab=all&status={STATUS}"
NEXT = re.compile(rb'rel="next" href="([^"]*)"')
READER = "fakturaadmin@gsf"
BATCH = 2_000
ROW = "<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"


async def run(rows: int = INVOICES) -> Figures:
    """Requests a second and p95 in ms over HTTP, signed in; beside it the template engine alone."""
    async with ground() as installation:
        now = installation.clock.now()
        async with installation.database.session(Context.for_system(CONCERN_ID)) as session:
            await make_invoices(session, rows, now)
        async with serving(installation, workers=os.cpu_count() or 1) as port:
            cookie = await signed_in(port, f"{READER}.{data.DOMAIN}", data.PASSWORD)
            places = await _walk(port, cookie)
            await _load(port, cookie, places, WARM)
            started = perf_counter()
            times = await _load(port, cookie, places, REQUESTS)
            seconds = perf_counter() - started
    figures = {
        "requests_per_s": round(len(times) / seconds, 1),
        "p50_ms": round(percentile(times, 0.5), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "pages": len(places),
    }
    return Figures("W5", figures, {"bare_pages_per_s": _bare()})


async def make_invoices(session: AsyncSession, count: int, now: datetime) -> None:
    """Invoices in the list, nine of ten Klar, as rows; the session is the system's."""
    for start in range(0, count, BATCH):
        await session.execute(
            insert(Invoice), [_invoice(i, now) for i in range(start, min(count, start + BATCH))]
        )


def _invoice(position: int, now: datetime) -> dict[str, Any]:
    arrived = now - timedelta(minutes=position)
    net = Decimal(100 + position % 900)
    return {
        "concern_id": CONCERN_ID, "id": demo_id("bench invoice", str(position)),
        "organisation_id": organisation_id("GSF"),
        "supplier_id": supplier_id(SUPPLIERS[position % len(SUPPLIERS)]), "sha256": position.to_bytes(32, "big"),
        "status": "done" if position % 10 else "review", "status_since": arrived, "flow": "manual", "secret": False,
        "is_credit_note": False, "number": f"B-{position}", "number_key": f"B{position}",
        "seller_name": SUPPLIERS[position % len(SUPPLIERS)], "issue_date": stockholm_date(arrived),
        "due_date": stockholm_date(arrived) + timedelta(days=30), "arrived_at": arrived,
        "arrival_date": stockholm_date(arrived), "currency": "SEK", "net_amount": net, "tax_amount": net / 4,
        "gross_amount": net * 5 / 4, "prepaid_amount": Decimal(0), "rounding_amount": Decimal(0),
        "payable_amount": net * 5 / 4, "reasons": [], "manual_controls": [], "under_investigation": False,
        "credited_numbers": [],
    }  # fmt: skip


async def _walk(port: int, cookie: str) -> list[str]:
    """Every page's address, met when the list is walked once."""
    client = await Client.open(port, cookie)
    places, address = [LIST], LIST
    while (body := await client.get(address)) and (found := _next(body)) and found not in places:
        places.append(found)
        address = found
    client.close()
    return places


def _next(body: bytes) -> str | None:
    """The link to the next page of the list."""
    found = NEXT.search(body)
    return unescape(found.group(1).decode()) if found else None


async def _load(port: int, cookie: str, places: Sequence[str], requests: int) -> list[float]:
    """Milliseconds of each request, eight clients side by side."""

    async def client(number: int) -> list[float]:
        chance, times = random.Random(number), []
        connection = await Client.open(port, cookie)
        for _ in range(requests // CLIENTS):
            started = perf_counter()
            await connection.get(chance.choice(places))
            times.append((perf_counter() - started) * 1000)
        connection.close()
        return times

    return [one for times in await asyncio.gather(*map(client, range(CLIENTS))) for one in times]


def _bare() -> float:
    """Pages of 50 rows of 6 cells a second from the template engine alone, on one core."""
    template = Environment(autoescape=True).from_string(f"{{% for row in rows %}}{ROW}{{% endfor %}}")
    rows = [[f"cell {i}" for i in range(6)] for _ in range(50)]
    started = perf_counter()
    for _ in range(500):
        template.render(rows=rows)
    return round(500 / (perf_counter() - started), 1)
