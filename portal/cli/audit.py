"""portal audit verify."""

from __future__ import annotations

import sys

import click

from portal.audit.sealing import anchor_path
from portal.audit.verify import Report, verify
from portal.cli.running import REFUSED, told, with_installation
from portal.db.context import Context
from portal.wiring import Installation


@click.group()
def audit() -> None:
    """Behandlingshistoriken."""


@audit.command("verify")
@told
def verify_chain() -> None:
    """Bevisa att ingen rad är ändrad, borttagen, tillagd, omkastad eller kapad."""

    async def work(installation: Installation) -> Report:
        async with installation.database.session(Context.for_system(None)) as session:
            anchor = anchor_path(installation.settings.data_dir)
            return await verify(session, anchor, installation.database.audit_key)

    report = with_installation(work)
    click.echo(f"{report.sealed} förseglade rader, {report.unsealed} väntar på försegling.")
    for finding in report.findings:
        where = ", ".join(
            part
            for part in (
                f"rad {finding.event_id}" if finding.event_id else "",
                f"länk {finding.seq}" if finding.seq else "",
            )
            if part
        )
        click.echo(f"FEL {where}: {finding.message}")
    if report.findings:
        sys.exit(REFUSED)
    click.echo("Kedjan är hel.")
