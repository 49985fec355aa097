"""Hostile files through the door suppliers use: refused in words, and every page of theirs answers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import supplier_id
from portal.db.context import Context
from tests.attack.hostile_files import HOSTILE
from tests.web.catalog.conftest import upload, user, work
from tests.web.core.conftest import Browser, Site

UPLOAD = text("SELECT status, problems FROM catalogue_upload WHERE id = cast(:id AS uuid)")
MINE = "/supplier/catalogues"
CHOSEN = f"{demo_id('agreement', 'R-2026-003')}/{supplier_id('Nätkompaniet AB')}"
SUPPLIER = "leverantor@natkompaniet.test"
SETTLED = {"faulty", "ready", "dropped"}
# Too many to send one by one each time: one of each kind, and all of them in the deep test.
QUICK = (
    "area elsewhere", "area by entity", "shared text", "billion laughs", "file by entity", "depth", "many parts",
    "size that lies", "slip", "macros", "endless line", "NUL", "PDF", "pixels", "shared count that lies",
)  # fmt: skip


async def send_all(site: Site, browser: Browser, names: tuple[str, ...]) -> dict[str, str]:
    """Upload each; name → address."""
    return {
        name: (await upload(browser, MINE, CHOSEN, HOSTILE[name][0](), f"{name}.xlsx")).headers["location"]
        for name in names
    }


async def upload_row(site: Site, upload_id: str) -> tuple[str, Any]:
    """Its status and problems."""
    async with site.installation.database.session(Context.for_system(CONCERN_ID)) as session:
        found = await session.execute(UPLOAD, {"id": upload_id})
        row = found.one()
        return row.status, row.problems


async def check(site: Site, browser: Browser, addresses: dict[str, str]) -> None:
    """Every upload is settled, says why, and its file of errors is a file or a refusal."""
    for name, address in addresses.items():
        status, problems = await upload_row(site, address.rpartition("/")[2])
        assert status in SETTLED, (name, status)
        code = HOSTILE[name][1]
        assert status == "faulty" or code in {"read", "any"}, (name, status)
        if status == "faulty":
            assert problems and problems[0]["message"].endswith("."), name
        assert (await browser.get(address)).status_code == 200, name
        assert (await browser.get(f"{address}/errors")).status_code in {200, 422}, name
    assert await site.rows("SELECT 1 FROM procrastinate_jobs WHERE status = 'failed'") == []


async def test_uploads_are_refused_in_words(site: Site) -> None:
    browser = await user(site, SUPPLIER)
    addresses = await send_all(site, browser, QUICK)
    await work(site)
    await check(site, browser, addresses)


@pytest.mark.deep
async def test_pages_answer_while_all_of_them_are_read(site: Site) -> None:
    browser, reader = await user(site, SUPPLIER), await user(site, "bestallare@gsf")
    addresses = await send_all(site, browser, tuple(HOSTILE))
    working = asyncio.create_task(work(site))
    times = []
    while not working.done():
        began = time.perf_counter()
        assert (await reader.get("/")).status_code == 200
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    await working
    print(f"{len(addresses)} files, {len(times)} pages, slowest {max(times):.2f} s")
    assert max(times) < 5
    await check(site, browser, addresses)
