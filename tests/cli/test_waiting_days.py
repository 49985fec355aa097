"""A5.06, A6.23: day 5 reminds, day 6 waits, day 7 moves; a receipt lets it through at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from decimal import Decimal as D
from typing import Any

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.actions.again import rerun
from portal.jobs.context import JobContext
from portal.kernel.money import format_sv
from portal.settings import Settings
from portal.wiring import build, registry
from tests.cli.conftest import Command

JOB = "invoicing.waiting_days"


def _on(portal: Command, days: int) -> str:
    portal.run("jobs", "run", JOB, "--at", str(portal.day + timedelta(days)), exit_code=0)
    element: dict[str, Any] = portal.json("invoice", "show", "F-1")[0]
    return str(element["status"])


def test_day_six_waits_and_day_seven_moves(portal: Command) -> None:
    portal.intake(portal.invoice("EX-100002"))
    assert _on(portal, 4) == "awaiting_receipt"
    assert _on(portal, 6) == "awaiting_receipt"
    assert _on(portal, 7) == "matching_required"
    shown = portal.json("invoice", "show", "F-1")[0]
    assert shown["handler"] == "bestallare@gsf"
    assert [reason["code"] for reason in shown["reasons"]] == ["receipt_missing"]
    assert shown["history"][-1]["from"] == "awaiting_receipt"
    assert shown["recomputed"] == "same"
    told = portal.run("invoice", "show", "F-1")
    assert f"Att betala {format_sv(D(shown['amounts']['payable']))} SEK" in told
    assert "Ordermatchning krävs" in told and "awaiting_receipt" not in told and "T0" not in told


def test_reminder_goes_out_once(portal: Command) -> None:
    portal.intake(portal.invoice("EX-100002"))
    for day in (5, 5, 6):
        _on(portal, day)
    assert asyncio.run(_scalar(portal, _REMINDERS)) == 1
    asyncio.run(_send(portal))
    mails = list((portal.folder / "data" / "mail").glob("*.eml"))
    assert len(mails) == 1
    assert "bestallare@gsf.exempelstad.test" in mails[0].read_text()


def test_receipt_lets_it_through_at_once(portal: Command) -> None:
    portal.intake(portal.invoice("EX-100002"))
    asyncio.run(_receive(portal, Decimal(5)))
    shown = portal.json("invoice", "show", "F-1")[0]
    assert (shown["status_label"], shown["handler"], shown["recomputed"]) == ("Klar", None, "same")


def test_part_of_it_received_is_for_a_person(portal: Command) -> None:
    portal.intake(portal.invoice("EX-100002"))
    asyncio.run(_receive(portal, Decimal(2)))
    shown = portal.json("invoice", "show", "F-1")[0]
    assert [reason["code"] for reason in shown["reasons"]] == ["quantity_over_received"]
    asyncio.run(_receive(portal, Decimal(5)))
    assert portal.json("invoice", "show", "F-1")[0]["status_label"] == "Klar"


_REMINDERS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'invoicing.remind_receipt'"
_RECEIVED = text("UPDATE order_line SET received_quantity = :quantity WHERE order_id = :order")
_WAITING = text("SELECT id FROM invoice WHERE order_id = :order")


async def _scalar(portal: Command, query: str) -> Any:
    database = portal.database()
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        found = (await session.execute(text(query))).scalar()
    await database.close()
    return found


async def _receive(portal: Command, quantity: Decimal) -> None:
    order, database = demo_id("order", "EX-100002"), portal.database()
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(_RECEIVED, {"quantity": quantity, "order": order})
        ids = list((await session.execute(_WAITING, {"order": order})).scalars())
    await rerun(database, CONCERN_ID, ids, datetime.now(UTC))
    await database.close()


async def _send(portal: Command) -> None:
    installation = build(Settings.from_env(), portal.urls.app, portal.urls.owner)
    database: Database = installation.database
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        invoice = (await session.execute(_WAITING, {"order": demo_id("order", "EX-100002")})).scalar_one()
    job = registry(installation)["invoicing.remind_receipt"]
    now = installation.clock.now
    await job(JobContext(database, now, "remind", 0, 1, CONCERN_ID), invoice_id=str(invoice))
    await database.close()
