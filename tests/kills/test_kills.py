"""SIGKILL before and after every named place of intake and match: nothing lost, nothing doubled, no lock stuck."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import write
from dev.volumes.orders import Wanted, make_orders, order_number
from portal.audit.sealing import anchor_path, seal_all
from portal.audit.verify import verify
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.status import DONE
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import INTAKE_PLACES, PIPELINE_PLACES, STORE_PLACES
from tests.conftest import AUDIT_KEY, DatabaseUrls

ROOT = Path(__file__).resolve().parents[2]
ENDS = [f"{name}.{end}" for name in INTAKE_PLACES + PIPELINE_PLACES for end in ("before", "after")]
FAILPOINTS = [*STORE_PLACES, *ENDS]
KILLED = -9
FOUND = text("""
SELECT i.status, l.quantity, l.invoiced_quantity,
  (SELECT count(*) FROM invoice x WHERE x.concern_id = i.concern_id AND x.number = i.number) AS invoices,
  (SELECT count(*) FROM number_claim c WHERE c.concern_id = i.concern_id AND c.invoice_id = i.id) AS claims,
  (SELECT count(*) FROM audit_event e WHERE e.subject_id = i.id AND e.to_status = :done) AS ends,
  (SELECT count(*) FROM original o WHERE o.sha256 = i.sha256) AS originals,
  (SELECT count(*) FROM delivery d WHERE d.sha256 = i.sha256 AND d.outcome = 'received') AS waiting,
  (SELECT count(*) FROM delivery d WHERE d.sha256 = i.sha256 AND d.outcome = 'new') AS taken_in
FROM invoice i JOIN order_line l ON l.concern_id = i.concern_id AND l.order_id = i.order_id
WHERE i.concern_id = :concern AND i.number = :number
""")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def program(module_seeded_urls: DatabaseUrls, folder: Path) -> Iterator[subprocess.Popen[str]]:
    keys = folder / "keys"
    keys.mkdir()
    (keys / "audit_key").write_text(AUDIT_KEY.decode())
    environment = {**os.environ, "DATABASE_URL": module_seeded_urls.app, "PORTAL_DATA_DIR": str(folder),
                   "MIGRATION_DATABASE_URL": module_seeded_urls.owner, "PORTAL_MODE": "test"}  # fmt: skip
    command = [sys.executable, "-m", "tests.kills.program"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        yield process
        process.kill()


def _run(program: subprocess.Popen[str], *, failpoint: str = "", file: str = "", drain: bool = False) -> int:
    assert program.stdin and program.stdout
    program.stdin.write(json.dumps({"failpoint": failpoint, "file": file, "drain": drain}) + "\n")
    program.stdin.flush()
    return int(program.stdout.readline())


@pytest.fixture
async def documents(shared_seeded: Database, folder: Path, seeded_at: datetime) -> dict[str, Path]:
    """One order and its clean invoice for every failpoint, made once."""
    files = {failpoint: folder / f"{failpoint}.xml" for failpoint in FAILPOINTS}
    if all(path.exists() for path in files.values()):
        return files
    today = stockholm_date(seeded_at)
    async with shared_seeded.session(Context.for_system(CONCERN_ID)) as session:
        await make_orders(session, Wanted("KILL", len(FAILPOINTS), lines=1), seeded_at)
        for position, (failpoint, path) in enumerate(files.items(), start=1):
            ordered = await read_order(session, order_number("KILL", position))
            path.write_bytes(write(document(ordered, f"K-{failpoint}", today)))
    return files


@pytest.mark.parametrize("failpoint", FAILPOINTS)
async def test_killed_there_it_is_still_done_exactly_once(
    shared_seeded: Database, program: subprocess.Popen[str], documents: dict[str, Path], failpoint: str
) -> None:
    file = str(documents[failpoint])
    assert _run(program, failpoint=failpoint, file=file) == KILLED, "the place was not reached"
    assert (
        _run(program, file=file, drain=True) == 0
    )  # the sender sends again; the worker runs what was queued
    row = await _invoice(shared_seeded, f"K-{failpoint}")
    assert row.status == DONE
    assert row.invoiced_quantity == row.quantity
    assert (row.invoices, row.claims, row.ends, row.originals, row.waiting, row.taken_in) == (
        1,
        1,
        1,
        1,
        0,
        1,
    )


async def test_what_was_committed_needs_no_second_sending(
    shared_seeded: Database, program: subprocess.Popen[str], folder: Path, seeded_at: datetime
) -> None:
    """Killed right after the commit that acknowledges: the worker alone brings it to rest."""
    async with shared_seeded.session(Context.for_system(CONCERN_ID)) as session:
        await make_orders(session, Wanted("KILLA", 1, lines=1), seeded_at)
        ordered = await read_order(session, order_number("KILLA", 1))
    path = folder / "acknowledged.xml"
    path.write_bytes(write(document(ordered, "K-acknowledged", stockholm_date(seeded_at))))
    assert _run(program, failpoint="intake.commit.after", file=str(path)) == KILLED
    assert _run(program, drain=True) == 0
    assert (await _invoice(shared_seeded, "K-acknowledged")).status == DONE


async def test_afterwards_the_chain_is_whole_and_nothing_is_stuck(
    shared_seeded: Database, program: subprocess.Popen[str], folder: Path, seeded_at: datetime
) -> None:
    await seal_all(shared_seeded, folder, seeded_at)
    async with shared_seeded.session(Context.for_system(None)) as session:
        report = await verify(session, anchor_path(folder), AUDIT_KEY)
        stuck = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        left = (await session.execute(stuck)).scalar_one()
        locks = (await session.execute(text("SELECT count(*) FROM record_lock"))).scalar_one()
    assert (report.findings, left, locks) == ((), 0, 0)


async def _invoice(database: Database, number: str) -> Any:
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        values = {"concern": CONCERN_ID, "number": number, "done": DONE}
        return (await session.execute(FOUND, values)).one()
