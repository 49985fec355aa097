"""One door of the flood, as a process of its own: `command FOLDER SEED` or `inbox FOLDER`."""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from pathlib import Path

from portal.invoicing.actions.inbox import watch_inbox
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import no_rules
from portal.invoicing.actions.pipeline import process_deliveries
from portal.settings import Settings
from portal.wiring import Installation, build, intake_parts, registry
from portal.worker import drain, work

LARGEST_BATCH = 60
POLL_SECONDS = 0.2


async def command_door(installation: Installation, folder: Path, seed: int) -> None:
    """Files listed in `deliveries.txt`, in batches of random size, each to rest."""
    chance = random.Random(seed)
    parts = intake_parts(installation, no_rules)
    names = (folder / "deliveries.txt").read_text().split()
    while names:
        size = chance.randint(1, LARGEST_BATCH)
        batch, names = names[:size], names[size:]
        now = installation.clock.now()
        incoming = [Incoming((folder / name).read_bytes(), "command", name) for name in batch]
        received = await receive_many(parts, incoming, now=now)
        errors = await process_deliveries(parts, [one.delivery_id for one in received], now)
        assert not errors, errors


async def inbox_door(installation: Installation, folder: Path) -> None:
    """The watched folder and the worker behind it, until nothing is left in either."""
    stop = asyncio.Event()
    clock = installation.clock.now

    async def watch(stop: asyncio.Event) -> None:
        await watch_inbox(intake_parts(installation, no_rules), folder, clock, stop)

    jobs = registry(installation)
    working = asyncio.create_task(
        work(installation.database, jobs, watchers={"inbox": watch}, schedule=(), stop=stop)
    )
    while any(path.suffix == ".xml" for path in folder.iterdir()):
        await asyncio.sleep(POLL_SECONDS)
    stop.set()
    await working
    await drain(installation.database, jobs)


def main() -> None:
    """Run the door named on the command line, with the official rules left out: they are not what is flooded."""
    settings = Settings.from_env()
    assert settings.database_url and settings.migration_database_url
    built = build(settings, settings.database_url, settings.migration_database_url)
    installation = replace(built, rule_check=no_rules)  # type: ignore[arg-type]
    folder = Path(sys.argv[2])
    if sys.argv[1] == "command":
        asyncio.run(command_door(installation, folder, int(sys.argv[3])))
    else:
        asyncio.run(inbox_door(installation, folder))


if __name__ == "__main__":
    main()
