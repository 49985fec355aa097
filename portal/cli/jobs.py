"""portal jobs: run a job now, as of a date."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from portal.cli.running import REFUSED, told, with_installation
from portal.jobs.context import JobContext
from portal.kernel.dates import STOCKHOLM, FixedClock
from portal.settings import Settings
from portal.wiring import Installation, registry


@click.group()
def jobs() -> None:
    """Jobb."""


@jobs.command("list")
@told
def list_jobs() -> None:
    """Visa alla jobb."""

    async def work(installation: Installation) -> list[str]:
        return sorted(registry(installation))

    for name in with_installation(work):
        click.echo(name)


@jobs.command("run")
@click.argument("name")
@click.option("--at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Som den dagen, svensk tid.")
@told
def run_job(name: str, at: datetime | None) -> None:
    """Kör ett återkommande jobb nu, eller som om det vore en annan dag. Bara utanför produktion."""
    settings = Settings.from_env()
    if settings.production:
        click.echo("Jobb körs inte för hand i en produktionsmiljö.", err=True)
        sys.exit(REFUSED)

    async def work(installation: Installation) -> bool:
        known = registry(installation)
        if name not in known:
            return False
        instant = at.replace(tzinfo=STOCKHOLM) + timedelta(0) if at else installation.clock.now()
        clock = FixedClock(instant)
        await known[name](JobContext(installation.database, clock.now, name, 0, 1, None, instant))
        return True

    if not with_installation(work, settings):
        raise click.UsageError(f"Jobbet {name} finns inte. Se portal jobs list.")
    click.echo(f"{name} är kört.")
