"""Make a backup while the portal runs: one moment of the database, and every original its rows name.

The order matters. Anchors are taken before the database, so that none of them names a link the copy lacks; originals
after it, so that every row of the copy has its own: one more than the rows name does no harm.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from portal.backup.manifest import DATA, DUMP, KEPT, BackupError, Manifest, digests
from portal.backup.programs import plain, run
from portal.kernel.dates import format_clock, stockholm_date

_ROLE = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " ORDER BY relname"
)
_HEAD = "SELECT seq, encode(chain, 'hex') FROM audit_seal ORDER BY seq DESC LIMIT 1"
_MAJOR = 10_000
NO_ROLE = (
    "Databasrollen %(role)s går inte förbi radskyddet, så kopian skulle bli tom. Ange en roll med BYPASSRLS i"
    " BACKUP_DATABASE_URL."
)


def create(url: str, data_dir: Path, folder: Path, now: datetime) -> Manifest:
    """Back up the database at `url` and the data folder into an empty folder. BackupError with the reason else."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError("Mappen %(folder)s är inte tom. Ange en ny mapp.", folder=folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy_data(data_dir, folder / DATA, [name for name in KEPT if name != "objects"])
    with psycopg.connect(plain(url)) as connection:
        manifest = _dump(connection, url, folder, now)
    copy_data(data_dir, folder / DATA, ["objects"])
    whole = Manifest(manifest.created_at, manifest.revision, manifest.rows, manifest.chain, digests(folder))
    whole.write(folder)
    return whole


def _dump(connection: psycopg.Connection[Any], url: str, folder: Path, now: datetime) -> Manifest:
    """Dump and count in one snapshot: what is counted is what is dumped."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if not _one(connection, _ROLE):
        raise BackupError(NO_ROLE, role=_one(connection, "SELECT current_user"))
    snapshot = _one(connection, "SELECT pg_export_snapshot()")
    rows = count_rows(connection)
    head = connection.execute(_HEAD).fetchone() or (0, "")
    revision = str(_one(connection, "SELECT version_num FROM alembic_version"))
    version = connection.info.server_version // _MAJOR
    run("pg_dump", url, version, ["--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}"])
    moment = f"{stockholm_date(now)} {format_clock(now)}"
    return Manifest(moment, revision, rows, (int(head[0]), str(head[1])), {})


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Table → rows, as this role sees them."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: int(_one(connection, count.format(sql.Identifier(name)))) for name in tables}


def copy_data(source: Path, target: Path, names: list[str]) -> None:
    """Copy folders of the data folder; a file that is just being written is left out, it has no row yet."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns(".*.tmp"))


def _one(connection: psycopg.Connection[Any], query: str | sql.Composed) -> Any:
    found = connection.execute(query).fetchone()
    return found[0] if found else None
