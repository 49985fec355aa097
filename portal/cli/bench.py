"""portal bench: the works of bench/, each on its own temporary data folder."""

from __future__ import annotations

import asyncio
import json

import click

from bench.figures import Figures
from bench.run import WORKS


async def _run(work: str) -> Figures:
    return await WORKS[work]()


@click.command()
@click.argument("work", type=click.Choice(sorted(WORKS), case_sensitive=False))
@click.option("--json", "as_json", is_flag=True, help="Skriv ett JSON-objekt.")
def bench(work: str, *, as_json: bool) -> None:
    """Mät ett arbete (W1–W5) och vad maskinens egna delar klarar, i samma körning."""
    figures = asyncio.run(_run(work))
    if as_json:
        click.echo(json.dumps(figures.as_json(), ensure_ascii=False))
        return
    click.echo(f"{figures.work}")
    for name, value in figures.figures.items():
        click.echo(f"  {name:32} {value}")
    click.echo("  gräns:")
    for name, value in figures.limits.items():
        click.echo(f"  {name:32} {value}")
