"""The command group. Exit codes: 0 fine, 1 something was refused, 2 usage."""

from __future__ import annotations

from importlib import import_module

import click

from portal import logs

COMMANDS = {
    "catalogue": "portal.cli.catalogue:catalogue",
    "audit": "portal.cli.audit:audit",
    "backup": "portal.cli.backup:backup",
    "bench": "portal.cli.bench:bench",
    "check": "portal.cli.check:check",
    "demo": "portal.cli.serve:demo",
    "doctor": "portal.cli.database:doctor",
    "intake": "portal.cli.intake:intake",
    "invoice": "portal.cli.invoices:invoice",
    "jobs": "portal.cli.jobs:jobs",
    "migrate": "portal.cli.database:migrate",
    "rules": "portal.cli.rules:rules",
    "search": "portal.cli.search:search",
    "seed": "portal.cli.database:seed",
    "serve": "portal.cli.serve:serve",
    "setting": "portal.cli.settings:setting",
    "unspsc": "portal.cli.unspsc:unspsc",
    "user": "portal.cli.users:user",
    "worker": "portal.cli.serve:worker",
}
"""Command → where it is: only the one that is run is loaded, so that `portal check` starts at once."""


class Commands(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--mode", envvar="PORTAL_MODE", default="demo", hidden=True)
def main(mode: str) -> None:
    """Beställning och faktura för offentlig sektor: från katalog till betald faktura."""
    logs.configure(production=mode == "production")
