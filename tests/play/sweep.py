"""What must hold of the whole database when a lot has been played: no row is left that nothing accounts for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.audit.sealing import anchor_path, seal_all
from portal.audit.verify import verify
from portal.db.context import Context
from portal.db.session import Database

# Each finds rows that should not be there.
SWEEPS: Mapping[str, str] = {
    "held and Klar": "SELECT number FROM invoice WHERE status = 'done' AND under_investigation",
    "no receipt of what came in": (
        "SELECT id FROM delivery d WHERE outcome NOT IN ('new', 'duplicate', 'refused') OR (outcome = 'new' AND"
        " NOT EXISTS (SELECT 1 FROM invoice i WHERE i.concern_id = d.concern_id AND i.id = d.invoice_id))"
    ),
    "one document, two invoices": "SELECT sha256 FROM invoice GROUP BY concern_id, sha256 HAVING count(*) > 1",
    "a status that its history does not end in": (
        "SELECT i.number, i.status FROM invoice i WHERE i.number LIKE 'P%' AND i.status IS DISTINCT FROM (SELECT"
        " e.to_status FROM audit_event e WHERE e.concern_id = i.concern_id AND e.subject_id = i.id"
        " AND e.to_status IS NOT NULL ORDER BY e.id DESC LIMIT 1)"
    ),
    "Klar twice": (
        "SELECT subject_id FROM audit_event WHERE subject_type = 'invoice' AND to_status = 'done'"
        " AND from_status <> 'done' GROUP BY subject_id HAVING count(*) > 1"
    ),
    "received is not what came": (
        "SELECT l.item_no FROM order_line l JOIN purchase_order o ON o.concern_id = l.concern_id"
        " AND o.id = l.order_id WHERE o.number LIKE 'PO-%' AND l.received_quantity <> coalesce((SELECT"
        " sum(r.quantity) FROM receipt_line r WHERE r.concern_id = l.concern_id AND r.order_line_id = l.id), 0)"
    ),
    "a number claimed by what is cancelled": (
        "SELECT i.number FROM number_claim c JOIN invoice i ON i.concern_id = c.concern_id"
        " AND i.id = c.invoice_id WHERE i.status = 'cancelled'"
    ),
    "two decisions of one person in one case": (
        "SELECT a.subject_id FROM decision a JOIN decision b ON b.concern_id = a.concern_id"
        " AND b.subject_id = a.subject_id AND b.person_id = a.person_id WHERE a.subject_type = 'invoice'"
        " AND a.voided_at IS NULL AND b.voided_at IS NULL AND a.act = 'approve'"
        " AND b.act IN ('review', 'accept_deviation')"
    ),
}  # fmt: skip


async def sweep(database: Database, folder: Path, now: datetime) -> None:
    """AssertionError when anything is found, or the audit chain is not whole."""
    found: dict[str, list[Any]] = {}
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        for name, sql in SWEEPS.items():
            if rows := (await session.execute(text(sql))).all():
                found[name] = [tuple(row) for row in rows[:5]]
    assert not found, found
    await seal_all(database, folder, now)
    async with database.session(Context.for_system(None)) as session:
        report = await verify(session, anchor_path(folder), database.audit_key)
    assert not report.findings, report.findings[:5]
