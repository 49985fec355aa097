"""Takes documents in, one child process for each, so that a test can have the child killed where it wants.

Started once, because importing takes longer than the work; a line of JSON on standard input is one child:
{"failpoint": "process.match.before" or "", "file": path, "drain": whether to run what waits in the queue}.
Answers with the child's exit status, -9 when it was killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from portal.db.context import Context
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import no_rules
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.failpoints import VARIABLE
from portal.settings import Settings
from portal.wiring import build, intake_parts, registry
from portal.worker import drain


async def take_in(order: dict[str, str]) -> None:
    """One document to rest, and whatever a killed process left in the queue."""
    os.environ[VARIABLE] = order["failpoint"]
    settings = Settings.from_env()
    assert settings.database_url and settings.migration_database_url
    installation = build(settings, settings.database_url, settings.migration_database_url)
    parts = intake_parts(installation, no_rules)
    now = installation.clock.now()
    if order["file"]:
        received = await receive(parts, Path(order["file"]).read_bytes(), channel="command", now=now)
        errors = await process_deliveries(parts, [received.delivery_id], now)
        assert not errors, errors
    if order["drain"]:
        await drain(installation.database, registry(installation))
    async with installation.database.session(Context()) as session:
        await session.rollback()
    await installation.database.close()


def main() -> None:
    """Fork for every line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(take_in(json.loads(line)))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
