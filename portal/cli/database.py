"""portal migrate, seed, doctor."""

from __future__ import annotations

import sys

import click

from dev.demo_city.prepare import prepare_demo
from portal.cli.running import REFUSED, told, with_installation
from portal.db.migrate import upgrade
from portal.doctor import Finding, examine
from portal.settings import Settings
from portal.wiring import Installation


@click.command()
@told
def migrate() -> None:
    """Uppgradera databasen till senaste schemat."""

    async def work(installation: Installation) -> None:
        upgrade(installation.owner_url)

    with_installation(work)
    click.echo("Databasen har det senaste schemat.")


@click.command()
@told
def seed() -> None:
    """Bygg demostaden Exempelstad i en tom databas."""
    settings = Settings.from_env()
    if settings.production:
        click.echo("Demostaden byggs inte i en produktionsmiljö.", err=True)
        sys.exit(REFUSED)

    async def work(installation: Installation) -> bool:
        upgrade(installation.owner_url)
        return await prepare_demo(installation)

    made = with_installation(work, settings)
    click.echo("Exempelstad är byggd." if made else "Exempelstad finns redan.")


@click.command()
@told
def doctor() -> None:
    """Undersök installationen: roller, schema, radskydd, nycklar."""
    findings = with_installation(examine)
    for finding in findings:
        click.echo(f"{_mark(finding)} {finding.text}")
    if any(finding.fatal for finding in findings):
        sys.exit(REFUSED)


def _mark(finding: Finding) -> str:
    if finding.fatal:
        return "FEL "
    return "OBS " if finding.warning else "OK  "
