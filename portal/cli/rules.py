"""portal rules: the official rule sets in force, and newer ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from portal.cli.output import print_json
from portal.cli.told import told
from portal.formats.rule_install import install_rules
from portal.formats.rule_jar import install_jar
from portal.formats.rulesets import STAND_IN, RuleSet, in_force, kept_rules
from portal.kernel.dates import SystemClock, stockholm_date
from portal.kernel.errors import Invalid
from portal.settings import Settings


@click.group()
def rules() -> None:
    """Regelverk för e-dokument."""


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Skriv en JSON-lista.")
@told
def list_(*, as_json: bool) -> None:
    """Visa regelverken som gäller, de som kommer och de som har gällt."""
    sets, today = kept_rules(Settings.from_env().data_dir), _today()
    if as_json:
        states = _states(sets, today)
        print_json([_element(one, state) for one, state in zip(sets, states, strict=True)])
    else:
        _say(sets, today)


@rules.command("install")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="FIL.jar|MAPP")
@click.option(
    "--in-force",
    "days",
    multiple=True,
    metavar="UTGÅVA=DATUM",
    help="När en utgåva i arkivet börjar gälla, om portalen inte vet det.",
)
@told
def install(source: Path, days: Sequence[str]) -> None:
    """Lägg till Peppols regler ur ett arkiv (jar), eller regelverken i en mapp med filen rules.toml."""
    data_dir, today = Settings.from_env().data_dir, _today()
    if source.is_dir():
        install_rules(source, data_dir)
    else:
        install_jar(source, data_dir, today, _days(days))
    _say(kept_rules(data_dir), today)


def _today() -> date:
    return stockholm_date(SystemClock().now())


def _days(written: Sequence[str]) -> Mapping[str, date]:
    days = {}
    for one in written:
        edition, _, day = one.partition("=")
        try:
            days[edition.strip()] = date.fromisoformat(day.strip())
        except ValueError:
            raise Invalid("%(written)s är ingen utgåva och dag. Skriv till exempel 2026.11=2027-02-22.",
                          written=one) from None  # fmt: skip
    return days


def _states(sets: Sequence[RuleSet], today: date) -> list[str]:
    """For each set: in_force, coming or replaced."""
    now = in_force(sets, today)
    return [
        "in_force" if one in now else "coming" if one.in_force > today else "replaced"
        for one in sets
    ]  # fmt: skip


def _element(one: RuleSet, state: str) -> dict[str, object]:
    return {
        "name": one.name, "kind": one.kind, "layer": one.layer, "date": one.version_date.isoformat(),
        "edition": one.edition.removesuffix(STAND_IN), "stand_in": one.stands_in,
        "in_force": one.in_force.isoformat(), "state": state, "applies_to": list(one.applies_to),
    }  # fmt: skip


def _say(sets: Sequence[RuleSet], today: date) -> None:
    for one, state in zip(sets, _states(sets, today), strict=True):
        words = {"in_force": "gäller sedan", "coming": "gäller från", "replaced": "ersatt, gällde från"}[
            state
        ]
        edition = one.edition.removesuffix(STAND_IN) + (" (ersättning)" if one.stands_in else "")
        click.echo(f"{one.name:30} {edition:22} {words} {one.in_force}  {', '.join(one.applies_to)}")
