"""portal search rebuild: the index of a search engine beside PostgreSQL, built anew."""

from __future__ import annotations

import click
from sqlalchemy import text

from portal.catalog.actions.indexing import rebuild as rebuild_index
from portal.cli.running import told, with_installation
from portal.db.context import Context
from portal.kernel.errors import Invalid
from portal.wiring import Installation

_CONCERNS = text("SELECT id FROM list_concerns()")


@click.group()
def search() -> None:
    """Sökmotorn."""


@search.command("rebuild")
@told
def rebuild() -> None:
    """Bygg sökmotorns index på nytt av artiklarna i databasen. Under tiden svarar PostgreSQL."""

    async def work(installation: Installation) -> int:
        engine = installation.meilisearch
        if engine is None:
            raise Invalid("MEILI_URL är inte satt: PostgreSQL söker, och har inget eget index att bygga.")
        async with installation.database.session(Context()) as session:
            concerns = (await session.execute(_CONCERNS)).scalars().all()
        return sum([await rebuild_index(engine, installation.database, concern) for concern in concerns])

    click.echo(f"Indexet är byggt: {with_installation(work)} artiklar.")
