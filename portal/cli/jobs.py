"""portal jobs: list them, release one that was parked, run one now as of a date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from portal.cli.running import REFUSED, told, with_installation
from portal.db.context import Context
from portal.jobs.context import JobContext
from portal.jobs.parked import Parked, parked_jobs, release
from portal.kernel.dates import STOCKHOLM, FixedClock
from portal.kernel.errors import NotFound
from portal.settings import Settings
from portal.wiring import Installation, registry


@click.group()
def jobs() -> None:
    """Jobb."""


@jobs.command("list")
@told
def list_jobs() -> None:
    """Visa alla jobb, och de som är parkerade."""

    async def work(installation: Installation) -> tuple[list[str], Sequence[Parked]]:
        async with installation.database.session(Context.for_system(None)) as session:
            return sorted(registry(installation)), await parked_jobs(session)

    names, parked = with_installation(work)
    for name in names:
        click.echo(name)
    click.echo(f"\nParkerade: {len(parked) or 'inga'}.")
    for job in parked:
        when = f"{job.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" if job.at else ""
        click.echo(f"  {job.id}  {job.name}  {when}  {job.reason}")
    if parked:
        click.echo("Släpp ett parkerat jobb med portal jobs release NUMMER.")


@jobs.command("release")
@click.argument("number", type=int, metavar="NUMMER")
@told
def release_job(number: int) -> None:
    """Släpp ett parkerat jobb, så att arbetaren försöker igen."""

    async def work(installation: Installation) -> str | None:
        async with installation.database.session(Context.for_system(None)) as session:
            return await release(session, number)

    name = with_installation(work)
    if name is None:
        raise NotFound("Jobb %(number)s är inte parkerat. Se portal jobs list.", number=number)
    click.echo(f"{name} är släppt. Arbetaren tar det strax.")


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
