"""portal rules: the official rule sets in force, and newer ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from portal.cli.output import print_json
from portal.cli.told import told
from portal.formats.rule_install import install_rules
from portal.formats.rulesets import RuleSet, list_rules
from portal.settings import Settings


@click.group()
def rules() -> None:
    """Regelverk för e-dokument."""


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
@told
def list_(*, as_json: bool) -> None:
    """Visa regelverken som gäller."""
    sets = list_rules(Settings.from_env().data_dir)
    if as_json:
        print_json([_element(one) for one in sets])
    else:
        _say(sets)


@rules.command("install")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="MAPP")
@told
def install(folder: Path) -> None:
    """Lägg till regelverken i en mapp med filen rules.toml."""
    _say(install_rules(folder, Settings.from_env().data_dir))


def _element(one: RuleSet) -> dict[str, object]:
    return {
        "name": one.name, "kind": one.kind, "layer": one.layer, "date": one.version_date.isoformat(),
        "applies_to": list(one.applies_to),
    }  # fmt: skip


def _say(sets: Sequence[RuleSet]) -> None:
    for one in sets:
        click.echo(f"{one.version_date} {one.name:16} {one.kind:10} {', '.join(one.applies_to)}")
