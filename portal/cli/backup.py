"""portal backup: make a backup, prove that it can be restored, restore it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from portal.backup.create import create as make
from portal.backup.manifest import Manifest
from portal.backup.restore import rehearse, restore
from portal.cli.running import told, with_installation
from portal.db.embedded import EmbeddedServer
from portal.settings import Settings
from portal.wiring import Installation

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="MAPP")
KEYS = "Kopian innehåller portalens nycklar och allt som är sekretessmarkerat. Förvara den som ett lösenord."


@click.group()
def backup() -> None:
    """Säkerhetskopior: databasen och datamappen tillsammans."""


@backup.command()
@FOLDER
@told
def create(folder: Path) -> None:
    """Gör en säkerhetskopia i en tom mapp; portalen får vara igång."""

    async def work(installation: Installation) -> Manifest:
        settings = installation.settings
        url = settings.backup_database_url or (
            EmbeddedServer(settings.data_dir).url("superuser")
            if settings.embedded
            else installation.owner_url
        )
        return await asyncio.to_thread(make, url, settings.data_dir, folder, installation.clock.now())

    _say(with_installation(work), f"Säkerhetskopian finns i {folder}.")
    click.echo(KEYS)


@backup.command()
@FOLDER
@told
def verify(folder: Path) -> None:
    """Återställ kopian i en tillfällig databas och kontrollera att allt finns kvar."""
    manifest = asyncio.run(rehearse(folder, Settings.from_env().audit_key))
    _say(manifest, "Kopian går att återställa: rader, behandlingshistorik och original stämmer.")


@backup.command("restore")
@FOLDER
@told
def restore_(folder: Path) -> None:
    """Återställ kopian till en tom databas och en tom datamapp."""

    async def work(installation: Installation) -> Manifest:
        return await restore(
            folder, installation.owner_url, installation.app_url, installation.settings.data_dir,
            installation.database.audit_key,
        )  # fmt: skip

    _say(with_installation(work), "Återställt: rader, behandlingshistorik och original stämmer med kopian.")


def _say(manifest: Manifest, what: str) -> None:
    rows = sum(manifest.rows.values())
    click.echo(f"{what}")
    click.echo(
        f"Tagen {manifest.created_at}, schema {manifest.revision}: {rows} rader i {len(manifest.rows)} tabeller,"
        f" {manifest.chain[0]} länkar i behandlingshistoriken, {len(manifest.files)} filer."
    )
