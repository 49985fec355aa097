"""The pipeline itself: every place reached, races decided by the database, decisions that recompute."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Document, write
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.rulesets import packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.intake import Incoming, IntakeParts, receive_many
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.queries.deliveries import take
from portal.invoicing.queries.summary import recomputed
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import PLACES


@pytest.fixture
def reached() -> list[str]:
    return []


@pytest.fixture
def parts(seeded: Database, tmp_path: Path, reached: list[str]) -> IntakeParts:
    return IntakeParts(seeded, FolderStore(tmp_path), packaged_rules(), at=reached.append)


async def _take_in(parts: IntakeParts, now: datetime, *documents: Document | bytes) -> list[Any]:
    data = [one if isinstance(one, bytes) else write(one) for one in documents]
    received = await receive_many(parts, [Incoming(one, "command") for one in data], now=now)
    errors = await process_deliveries(parts, [one.delivery_id for one in received], now)
    assert not errors
    return received


async def _rows(database: Database, query: str) -> Sequence[Any]:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return (await session.execute(text(query))).all()


async def _one(database: Database, query: str) -> Any:
    return (await _rows(database, query))[0][0]


async def _invoice(
    database: Database, now: datetime, order: str = "EX-100001", number: str = "F-1"
) -> Document:
    return await invoice_for(database, order, number, stockholm_date(now))


async def test_every_place_is_reached(
    parts: IntakeParts, seeded: Database, seeded_at: datetime, reached: list[str]
) -> None:
    await _take_in(parts, seeded_at, await _invoice(seeded, seeded_at))
    missing = {f"{place}.{end}" for place in PLACES for end in ("before", "after")} - set(reached)
    assert missing == set()
    assert len(PLACES) >= 20


async def test_taken_in_by_two_at_once_it_is_one_invoice(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    data = write(await _invoice(seeded, seeded_at))
    await asyncio.gather(*(_take_in(parts, seeded_at, data, data) for _ in range(4)))
    assert await _one(seeded, "SELECT count(*) FROM invoice") == 1
    outcomes = await _rows(seeded, "SELECT outcome, count(*) FROM delivery GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in outcomes] == [("duplicate", 7), ("new", 1)]


async def test_one_delivery_processed_by_two_at_once(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    data = write(await _invoice(seeded, seeded_at))
    (received,) = await receive_many(parts, [Incoming(data, "command")], now=seeded_at)
    await asyncio.gather(*(process_deliveries(parts, [received.delivery_id], seeded_at) for _ in range(4)))
    assert await _one(seeded, "SELECT count(*) FROM invoice") == 1
    assert await _one(seeded, "SELECT sum(invoiced_quantity) FROM order_line") == 30


async def test_what_somebody_holds_who_then_dies_is_not_left_behind(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    """A killed worker's hold may outlive the job that takes its work up: there is no third to come after that one."""
    data = write(await _invoice(seeded, seeded_at))
    (received,) = await receive_many(parts, [Incoming(data, "command")], now=seeded_at)
    async with seeded.session(Context.for_system(CONCERN_ID)) as dying:
        assert await take(dying, [received.delivery_id]) == {received.delivery_id}
        other = asyncio.create_task(process_deliveries(parts, [received.delivery_id], seeded_at))
        await asyncio.sleep(1)
        assert not other.done()
    assert await other == {}
    assert await _one(seeded, "SELECT outcome FROM delivery") == "new"


async def test_the_loser_of_a_number_stops(parts: IntakeParts, seeded: Database, seeded_at: datetime) -> None:
    first = await _invoice(seeded, seeded_at, "EX-100001", "RACE-1")
    other = await _invoice(seeded, seeded_at, "EX-100003", "race/1")
    await asyncio.gather(_take_in(parts, seeded_at, first), _take_in(parts, seeded_at, other))
    stopped = await _rows(seeded, "SELECT reasons FROM invoice WHERE status = 'invoice_information'")
    assert [reason["code"] for row in stopped for reason in row.reasons] == ["number_taken"]
    assert await _one(seeded, "SELECT count(*) FROM number_claim") == 1


async def test_of_two_alike_numbers_at_once_one_stops(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    """S06: no unique key says so, the numbers are held while it is asked."""
    clean = replace(await _invoice(seeded, seeded_at), order=None, reference="GSF100")
    numbers = ("2026-001", "2026001", "20260-01", "02026001")
    await asyncio.gather(*(_take_in(parts, seeded_at, replace(clean, number=one)) for one in numbers))
    statuses = await _rows(seeded, "SELECT status FROM invoice ORDER BY status")
    assert [row.status for row in statuses] == ["invoice_information"] * 3 + ["review"]
    assert await _one(seeded, "SELECT count(*) FROM number_claim") == 1


async def test_the_same_number_twice_in_a_batch(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    first = await _invoice(seeded, seeded_at)
    await _take_in(parts, seeded_at, first, replace(first, note="annan"), write(first))
    statuses = await _rows(seeded, "SELECT status FROM invoice ORDER BY status")
    assert [row.status for row in statuses] == ["done", "invoice_information"]


async def test_received_goods_are_matched_once(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    """Two invoices for the same six, at once: one is Klar, the other a deviation."""
    clean = await _invoice(seeded, seeded_at, "EX-100003")
    six = replace(clean, lines=(replace(clean.lines[0], quantity=Decimal(6)),))
    await asyncio.gather(
        _take_in(parts, seeded_at, replace(six, number="A")),
        _take_in(parts, seeded_at, replace(six, number="B")),
    )
    statuses = await _rows(seeded, "SELECT status FROM invoice ORDER BY status")
    assert [row.status for row in statuses] == ["done", "matching_required"]


async def test_a_batch_that_fails_is_run_one_by_one(
    seeded: Database, tmp_path: Path, seeded_at: datetime
) -> None:
    broken = Broken()
    parts = IntakeParts(seeded, FolderStore(tmp_path), packaged_rules(), at=broken)
    one, other = await _invoice(seeded, seeded_at), await _invoice(seeded, seeded_at, "EX-100005", "F-2")
    await _take_in(parts, seeded_at, one, other)
    assert broken.fell
    statuses = await _rows(seeded, "SELECT status FROM invoice")
    assert [row.status for row in statuses] == ["done", "done"]


class Broken:
    """Fails once, late in the transaction."""

    def __init__(self) -> None:
        self.fell = False

    def __call__(self, end: str) -> None:
        if end == "process.orders.after" and not self.fell:
            self.fell = True
            raise RuntimeError("the database went away")


async def test_klar_leaves_everything_in_its_place(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    await _take_in(parts, seeded_at, await _invoice(seeded, seeded_at))
    coding = await _rows(
        seeded,
        "SELECT account, responsibility, operation, amount, source FROM invoice_coding ORDER BY position",
    )
    assert [tuple(row) for row in coding] == [
        ("6451", "31100", "440", Decimal("499.00"), "från ordern"),
        ("6451", "31100", "440", Decimal("250.00"), "från ordern"),
    ]
    assert await _one(seeded, "SELECT status FROM purchase_order WHERE number = 'EX-100001'") == "closed"
    assert await _one(seeded, "SELECT payment_date >= issue_date + 30 FROM invoice")
    assert await _one(seeded, "SELECT count(*) FROM invoice_line WHERE order_line_id IS NOT NULL") == 2
    kinds = await _rows(seeded, "SELECT kind FROM rule_decision ORDER BY id")
    assert [row.kind for row in kinds] == ["arrival", "flow", "match", "final"]
    events = await _rows(
        seeded, "SELECT tag FROM audit_event WHERE subject_type IN ('invoice', 'order') ORDER BY id"
    )
    assert [row.tag for row in events] == [
        "invoice:arrival:receive", "invoice:status:finish_match", "order:status:finish",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("arrival", (("inputs", "header", "net"), "1.00")),
        ("flow", (("inputs", "order_reference"), "OTHER")),
        ("match", (("inputs", "order", "lines", 0, "price"), "50.00")),
        ("match", (("limits", "price_percent"), "5")),
        ("match", (("rules", 0), "A6.10.pairing/0")),
        ("final", (("inputs", "coding", 0, "amount"), "1.00")),
        ("final", (("limits", "vat_tolerance"), "0.02")),
    ],
)
async def test_a_changed_input_limit_or_rule_is_different(
    parts: IntakeParts, seeded: Database, seeded_at: datetime, kind: str, change: tuple[tuple[Any, ...], str]
) -> None:
    path, value = change
    await _take_in(parts, seeded_at, await _invoice(seeded, seeded_at))
    stored = bytes(await _one(seeded, f"SELECT stored FROM rule_decision WHERE kind = '{kind}'"))
    assert recomputed([stored]) == "same"
    decision = json.loads(stored)
    inside = decision
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    changed = json.dumps(decision, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert recomputed([changed]) == "different"


async def test_a_corrected_sum_goes_on(parts: IntakeParts, seeded: Database, seeded_at: datetime) -> None:
    """A4.17: the header put right by a person; the same row goes on from where it stands."""
    clean = await _invoice(seeded, seeded_at)
    wrong = replace(clean, totals=replace(clean.totals, gross=Decimal("936.20"), payable=Decimal("936.20")))
    await _take_in(parts, seeded_at, wrong)
    assert await _one(seeded, "SELECT status FROM invoice") == "invoice_information"
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(text("UPDATE invoice SET gross_amount = 936.25, payable_amount = 936.25"))
    invoice_id = await _one(seeded, "SELECT id FROM invoice")
    await rerun(seeded, CONCERN_ID, [invoice_id], seeded_at)
    await rerun(seeded, CONCERN_ID, [invoice_id], seeded_at)
    assert await _one(seeded, "SELECT status FROM invoice") == "done"
    assert await _one(seeded, "SELECT count(*) FROM invoice_coding") == 2
    assert await _one(seeded, "SELECT count(*) FROM invoice_participant WHERE waiting") == 0


async def test_a_rerun_that_changes_nothing_writes_nothing(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    await _take_in(parts, seeded_at, await _invoice(seeded, seeded_at, "EX-100004"))
    invoice_id = await _one(seeded, "SELECT id FROM invoice")
    before = await _one(seeded, "SELECT count(*) FROM audit_event")
    await rerun(seeded, CONCERN_ID, [invoice_id], seeded_at)
    assert await _one(seeded, "SELECT count(*) FROM audit_event") == before
    waiting = await _rows(seeded, "SELECT user_id FROM invoice_participant WHERE waiting")
    assert [row.user_id for row in waiting] == [demo_id("user", "bestallare@gsf")]


async def test_a_cancelled_invoice_frees_bytes_and_number(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    data = write(replace(await _invoice(seeded, seeded_at), currency="EUR"))
    await _take_in(parts, seeded_at, data)
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(text("UPDATE invoice SET status = 'cancelled'"))
        await session.execute(text("DELETE FROM number_claim"))  # it goes with the invoice
    await _take_in(parts, seeded_at, data)
    assert await _one(seeded, "SELECT count(*) FROM invoice") == 2
    await _take_in(parts, seeded_at, data)
    assert await _one(seeded, "SELECT count(*) FROM invoice") == 2


async def test_a_coding_is_proposed_for_the_manual_way(
    parts: IntakeParts, seeded: Database, seeded_at: datetime
) -> None:
    document = replace(await _invoice(seeded, seeded_at), order=None, reference="GSF100")
    await _take_in(parts, seeded_at, document)
    rows = await _rows(seeded, "SELECT account, amount, source FROM invoice_coding ORDER BY position")
    assert [tuple(row) for row in rows] == [("6451", Decimal("749.00"), "UNSPSC 14")]
