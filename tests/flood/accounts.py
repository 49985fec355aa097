"""What must be found in the database after a storm: each thing once, and each charged to itself."""

from __future__ import annotations

import asyncio
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from portal.db.session import Database
from tests.attack.hostile_files import HOSTILE
from tests.flood.documents import Size
from tests.flood.storm import Storm
from tests.kills.portal import DATABASE, WORKER, Portal

JUNK = b"<Invoice>this is none"
STUCK = 120.0  # seconds in which nothing gets less

BY_DOCUMENT = text("""
SELECT d.sha256, count(*) FILTER (WHERE d.outcome = 'new') AS new, count(*) FILTER (WHERE d.outcome = 'refused')
  AS refused, count(*) FILTER (WHERE d.outcome = 'received') AS waiting, count(*) AS deliveries,
  bool_and(d.outcome <> 'refused' OR jsonb_array_length(d.findings) > 0) AS told,
  (SELECT count(*) FROM invoice i WHERE i.sha256 = d.sha256) AS invoices,
  (SELECT min(i.status) FROM invoice i WHERE i.sha256 = d.sha256) AS status,
  (SELECT jsonb_path_query_array(min(i.reasons::text)::jsonb, '$[*].code') FROM invoice i WHERE i.sha256 = d.sha256)
  AS codes
FROM delivery d GROUP BY d.sha256
""")
SUMS = text("""
SELECT count(*) AS klar, sum(i.payable_amount) AS paid,
  (SELECT sum(o.gross_amount) FROM purchase_order o WHERE o.number LIKE 'FL-%') AS ordered,
  (SELECT count(*) FROM order_line l JOIN purchase_order o ON o.concern_id = l.concern_id AND o.id = l.order_id
    WHERE o.number LIKE 'FL-%' AND l.invoiced_quantity <> l.quantity) AS wrong_lines,
  (SELECT count(*) FROM audit_event e WHERE e.subject_type = 'invoice' AND e.to_status = 'done') AS ends
FROM invoice i WHERE i.status = 'done' AND i.number LIKE 'FL-%'
""")
UPLOADS = text("SELECT id, status, problems, filename FROM catalogue_upload")
JOBS = text("SELECT task_name, status::text AS status, attempts, args FROM procrastinate_jobs")
WAITING = text("""
SELECT (SELECT count(*) FROM delivery WHERE outcome = 'received')
  + (SELECT count(*) FROM catalogue_upload WHERE status NOT IN ('faulty', 'asking', 'ready', 'dropped', 'published'))
  + (SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id))
""")
STILL = text("""
SELECT 'delivery', id, outcome FROM delivery WHERE outcome = 'received'
UNION ALL SELECT filename, id, status FROM catalogue_upload
  WHERE status NOT IN ('faulty', 'asking', 'ready', 'dropped', 'published')
UNION ALL SELECT e.tag, e.subject_id, e.id::text FROM audit_event e
  WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id)
""")


async def come_to_rest(database: Database, portal: Portal) -> None:
    """Until the inbox is empty, and nothing waits to be settled or sealed; for as long as it gets less."""
    left, since = (-1, -1), time.monotonic()
    while left != (0, 0):
        in_the_inbox = len(list((portal.folder / "inbox").glob("*.xml")))
        async with database.session(Context.for_system(CONCERN_ID)) as session:
            now_left = in_the_inbox, (await session.execute(WAITING)).scalar_one()
        if now_left != left:
            left, since = now_left, time.monotonic()
        stuck = time.monotonic() - since > STUCK
        assert not stuck, f"{STUCK:.0f} s: {left} in the inbox, and waiting: {await _what_waits(database)}"
        await asyncio.sleep(0.5)


async def _what_waits(database: Database) -> list[Any]:
    """What has not come to rest, and the jobs that are still there."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return [[tuple(row) for row in (await session.execute(query)).all()] for query in (STILL, JOBS)]


async def invoices_are_exactly_once(database: Database, size: Size, folder: Path, names: list[str]) -> None:
    """Each document is Klar, stopped with its reason or refused with a finding, once; and so are the sums."""
    async with database.session(Context.for_system(None)) as session:
        all_rows = (await session.execute(BY_DOCUMENT)).all()  # also of what is for nobody here
        junk = next(row for row in all_rows if bytes(row.sha256) == sha256(JUNK).digest())
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        found = {bytes(row.sha256): row for row in (await session.execute(BY_DOCUMENT)).all()}
        sums: Any = (await session.execute(SUMS)).one()
    assert (junk.new, junk.invoices, junk.waiting, junk.told) == (0, 0, 0, True) and junk.refused >= 1
    found.pop(bytes(junk.sha256), None)
    assert found.keys() == {sha256((folder / name).read_bytes()).digest() for name in names}
    for row in found.values():
        assert (row.new, row.invoices, row.waiting, row.refused) == (1, 1, 0, 0), row
        assert row.status == "done" or row.codes == ["number_taken"], row
    assert (sums.klar, sums.ends, sums.wrong_lines) == (size.numbers, size.numbers, 0)
    assert sums.paid == sums.ordered


async def uploads_are_settled(database: Database, uploads: dict[str, str]) -> None:
    """Every acknowledged upload is there, and judged as the file deserves."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        rows = {str(row.id): row for row in (await session.execute(UPLOADS)).all()}
    for name, address in uploads.items():
        row = rows[address.rpartition("/")[2]]
        code = "read" if name == "honest" else HOSTILE[name][1]
        assert row.status == "faulty" or code in {"read", "any"}, (name, row.status)
        assert row.status != "faulty" or row.problems, name
    assert rows[uploads["honest"].rpartition("/")[2]].status != "faulty" or "honest" not in uploads


async def charged_to_themselves(database: Database, storm: Storm) -> None:
    """No job has failed, and none was tried more often than the kills of worker and database explain."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        jobs = (await session.execute(JOBS)).all()
    failed = [job for job in jobs if job.status == "failed"]
    most = storm.kills.count(DATABASE) + storm.kills.count(WORKER)
    assert failed == []
    assert max((job.attempts for job in jobs), default=0) <= most + 1
