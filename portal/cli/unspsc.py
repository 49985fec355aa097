"""portal unspsc: the organisation's own list of UNSPSC codes."""

from __future__ import annotations

from pathlib import Path

import click

from portal.cli.told import told
from portal.formats.code_list import install_codes, kept_codes
from portal.settings import Settings


@click.group()
def unspsc() -> None:
    """Lista över UNSPSC-koder."""


@unspsc.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FIL.csv")
@told
def load(file: Path) -> None:
    """Läs in listan ni har köpt (CSV med kolumnerna Kod och Namn). Den ersätter en tidigare."""
    codes = install_codes(file.read_bytes(), Settings.from_env().data_dir)
    click.echo(f"Listan är inläst: {len(codes.names)} koder. Den visas där leverantörer söker koder.")


@unspsc.command("show")
@click.argument("code", metavar="KOD")
@told
def show(code: str) -> None:
    """Visa vad en kod, eller en grupps första siffror, heter i listan."""
    codes = kept_codes(Settings.from_env().data_dir)
    if not codes.names:
        click.echo("Ingen lista är inläst. Läs in en med: portal unspsc load FIL.csv")
    else:
        click.echo(codes.name(code) or "Koden finns inte i listan.")
