"""Which edition of the official rules judged an invoice: chosen by its day of arrival, kept with the decision."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import invoice_for
from dev.invoices.writer import write
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.rulesets import BILLING, RuleSet, packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.intake import Incoming, IntakeParts, receive_many
from portal.invoicing.actions.parts import OneByOne
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from tests.formats.test_rules import SHEET

STAND_IN = "2026.5-stand-in"


async def rows(database: Database, query: str) -> Sequence[Any]:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return (await session.execute(text(query))).all()


async def take_in(parts: IntakeParts, data: bytes, arrived: datetime, processed: datetime) -> None:
    received = await receive_many(parts, [Incoming(data, "command")], now=arrived)
    assert [one.findings for one in received] == [()]
    assert not await process_deliveries(parts, [one.delivery_id for one in received], processed)


def parts_of(database: Database, folder: Path, rules: tuple[RuleSet, ...]) -> IntakeParts:
    return IntakeParts(database, FolderStore(folder), rules, check=OneByOne(rules))


@pytest.fixture
def with_next(tmp_path: Path, seeded_at: datetime) -> tuple[RuleSet, ...]:
    """The packaged rules, and from tomorrow an edition by which every invoice breaks a rule."""
    sheet = tmp_path / "next.xsl"
    sheet.write_text(SHEET)
    tomorrow = stockholm_date(seeded_at) + timedelta(days=1)
    coming = RuleSet("peppol", tomorrow, sheet, BILLING, edition="2026.11", in_force=tomorrow)
    return (*packaged_rules(), coming)


async def decided(database: Database) -> list[tuple[str | None, list[str]]]:
    """Edition and fatal ids in each stored arrival decision, oldest first."""
    stored = await rows(
        database, "SELECT stored FROM rule_decision WHERE kind = 'arrival' ORDER BY decided_at, id"
    )
    headers = [json.loads(row.stored)["inputs"]["header"] for row in stored]
    return [(header["rule_edition"], header["fatal_rules"]) for header in headers]


async def test_it_is_judged_by_the_edition_of_its_day_of_arrival_whenever_it_is_run(
    seeded: Database, seeded_at: datetime, tmp_path: Path, with_next: tuple[RuleSet, ...]
) -> None:
    """C33."""
    parts = parts_of(seeded, tmp_path, with_next)
    later = seeded_at + timedelta(days=1)
    for number, arrived in (("RE-1", seeded_at), ("RE-2", later)):
        document = await invoice_for(seeded, "EX-100001", number, stockholm_date(seeded_at))
        await take_in(parts, write(document), arrived, later)
    assert await decided(seeded) == [(STAND_IN, []), ("2026.11", ["SE-R-013"])]
    kept = await rows(seeded, "SELECT number, rule_edition FROM invoice ORDER BY number")
    assert [tuple(row) for row in kept] == [("RE-1", STAND_IN), ("RE-2", "2026.11")]


async def test_a_decision_made_again_names_the_edition_that_judged(
    seeded: Database, seeded_at: datetime, tmp_path: Path, with_next: tuple[RuleSet, ...]
) -> None:
    parts = parts_of(seeded, tmp_path, with_next)
    later = seeded_at + timedelta(days=1)
    document = await invoice_for(seeded, "EX-100001", "RE-3", stockholm_date(seeded_at))
    await take_in(parts, write(document), later, later)
    (row,) = await rows(seeded, "SELECT id, status FROM invoice")
    assert row.status == "invoice_information"
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        await session.execute(text("UPDATE invoice SET manual_controls = '[\"sum\"]'"))
    await rerun(seeded, CONCERN_ID, [row.id], later + timedelta(days=1))
    assert (await decided(seeded))[-1] == ("2026.11", ["SE-R-013"])


async def test_one_attachment_of_eight_megabytes_is_taken_in(
    seeded: Database, seeded_at: datetime, tmp_path: Path
) -> None:
    """Case CI19."""
    document = await invoice_for(seeded, "EX-100001", "RE-4", stockholm_date(seeded_at))
    part = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="underlag.pdf">'
        f"{base64.b64encode(bytes(8_000_000)).decode()}</cbc:EmbeddedDocumentBinaryObject>"
        "</cac:Attachment></cac:AdditionalDocumentReference>"
    )
    before = "<cac:AccountingSupplierParty>"
    data = write(document).decode().replace(before, part + before, 1).encode()
    await take_in(parts_of(seeded, tmp_path, packaged_rules()), data, seeded_at, seeded_at)
    (row,) = await rows(seeded, "SELECT status, document->'attachments' AS attachments FROM invoice")
    assert row.status == "done"
    assert [(one["filename"], one["size"]) for one in row.attachments] == [("underlag.pdf", 8_000_000)]
