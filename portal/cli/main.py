"""The command group. Exit codes: 0 fine, 1 something was refused, 2 usage."""

from __future__ import annotations

import click

from portal.cli.audit import audit
from portal.cli.database import doctor, migrate, seed
from portal.cli.jobs import jobs
from portal.cli.serve import demo, serve, worker
from portal.cli.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Beställning och faktura för offentlig sektor: från katalog till betald faktura."""


for command in (demo, serve, worker, seed, migrate, doctor, user, audit, jobs):
    main.add_command(command)
