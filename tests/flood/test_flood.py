"""Many deliveries of few invoices through two doors at once: each takes effect exactly once.

A fifth of the invoices are sent again under the same number in other bytes: exactly as many stop, `number_taken`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context
from portal.db.session import Database
from tests.conftest import AUDIT_KEY, DatabaseUrls
from tests.flood.documents import Size, write_documents

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 20


COUNTS = text("""
SELECT
  (SELECT count(*) FROM invoice WHERE number LIKE 'FL-%') AS invoices,
  (SELECT count(*) FROM invoice WHERE number LIKE 'FL-%' AND status = 'done') AS done,
  (SELECT count(*) FROM invoice WHERE number LIKE 'FL-%' AND status = 'invoice_information'
     AND jsonb_path_query_array(reasons, '$[*].code') = '["number_taken"]') AS number_taken,
  (SELECT count(DISTINCT supplier_id) FROM invoice WHERE number LIKE 'FL-%') AS suppliers,
  (SELECT count(*) FROM number_claim c JOIN invoice i ON i.concern_id = c.concern_id AND i.id = c.invoice_id
     WHERE i.number LIKE 'FL-%') AS claims,
  (SELECT count(*) FROM original o WHERE EXISTS (SELECT 1 FROM invoice i WHERE i.sha256 = o.sha256
     AND i.number LIKE 'FL-%')) AS originals,
  (SELECT count(*) FROM delivery WHERE filename LIKE 'FL-%') AS deliveries,
  (SELECT count(*) FROM delivery WHERE filename LIKE 'FL-%' AND outcome = 'new') AS taken_in,
  (SELECT count(*) FROM delivery WHERE filename LIKE 'FL-%' AND outcome = 'duplicate') AS duplicates,
  (SELECT count(*) FROM audit_event e JOIN invoice i ON i.concern_id = e.concern_id AND i.id = e.subject_id
     WHERE i.number LIKE 'FL-%' AND e.to_status = 'done') AS ends,
  (SELECT count(*) FROM order_line l JOIN purchase_order o ON o.concern_id = l.concern_id AND o.id = l.order_id
     WHERE o.number LIKE 'FL-%' AND l.invoiced_quantity <> l.quantity) AS wrong_lines
""")


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(Size(600, 120), id="small"),
        pytest.param(Size(10_000, 2_000), id="large", marks=pytest.mark.deep),
    ],
)
async def test_each_takes_effect_exactly_once(
    seeded: Database, seeded_urls: DatabaseUrls, tmp_path: Path, seeded_at: datetime, size: Size
) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    names = await write_documents(seeded, tmp_path, size, seeded_at)
    _deliver(seeded_urls, tmp_path, names, size, seed)
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        counted: Any = (await session.execute(COUNTS)).one()
    repeated = size.documents - size.numbers
    assert counted._asdict() == {
        "invoices": size.documents, "done": size.numbers, "number_taken": repeated, "suppliers": 10,
        "claims": size.numbers, "originals": size.documents, "deliveries": size.deliveries,
        "taken_in": size.documents, "duplicates": size.deliveries - size.documents, "ends": size.numbers,
        "wrong_lines": 0,
    }  # fmt: skip


def _deliver(urls: DatabaseUrls, folder: Path, names: list[str], size: Size, seed: int) -> None:
    chance = random.Random(seed)
    deliveries = names + chance.choices(names, k=size.deliveries - len(names))
    chance.shuffle(deliveries)
    half = len(deliveries) // 2
    (folder / "deliveries.txt").write_text("\n".join(deliveries[:half]))
    inbox = folder / "inbox"
    inbox.mkdir()
    for position, name in enumerate(deliveries[half:]):
        (inbox / f"{name[:-4]}-{position}.xml").write_bytes((folder / name).read_bytes())
    keys = folder / "keys"
    keys.mkdir()
    (keys / "audit_key").write_text(AUDIT_KEY.decode())
    environment = {**os.environ, "DATABASE_URL": urls.app, "MIGRATION_DATABASE_URL": urls.owner,
                   "PORTAL_DATA_DIR": str(folder), "PORTAL_MODE": "test"}  # fmt: skip
    doors = (["command", str(folder), str(seed)], ["inbox", str(inbox)])
    processes = [
        subprocess.Popen([sys.executable, "-m", "tests.flood.program", *door], env=environment, cwd=ROOT)
        for door in doors
    ]
    try:
        assert [process.wait(MINUTES * 60) for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.kill()
