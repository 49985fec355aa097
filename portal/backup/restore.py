"""Restore a backup into an empty database and data folder, and prove that it is the same: rows, history, originals."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from portal.audit.sealing import anchor_path
from portal.audit.verify import verify
from portal.backup.create import copy_data, count_rows
from portal.backup.manifest import DATA, DUMP, KEPT, BackupError, Manifest, damaged, read_manifest
from portal.backup.programs import plain, run
from portal.db.context import Context
from portal.db.embedded import embedded
from portal.db.session import Database
from portal.integrations.object_store import digest_of

_MAJOR = 10_000
SECRETS = ("audit_key", "secret_key")
_THERE = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
# What the dump holds before row-level security is switched on: until then the owner can count what came in.
_ROWS, _REST = ("--section=pre-data", "--section=data"), ("--section=post-data",)


async def restore(folder: Path, owner_url: str, app_url: str, data_dir: Path, audit_key: bytes) -> Manifest:
    """Restore into the database of these two roles and into `data_dir`, both empty. BackupError when the backup is
    damaged, when something is there already, or when what was restored is not what was backed up."""
    return await _restore(folder, _whole(folder), owner_url, app_url, data_dir, audit_key)


async def rehearse(folder: Path, audit_key: bytes) -> Manifest:
    """Restore into a database made for it and thrown away again. `audit_key`: where the backup holds none."""
    manifest = _whole(folder)  # looked at before a server is made for it
    with _scratch() as home, embedded(home / "database", durable=False) as server:
        urls = server.url("owner"), server.url("app")
        return await _restore(folder, manifest, *urls, home / DATA, audit_key)


def _whole(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    refuse_damaged(folder, manifest)
    return manifest


async def _restore(
    folder: Path, manifest: Manifest, owner_url: str, app_url: str, data_dir: Path, audit_key: bytes
) -> Manifest:
    _refuse_used(owner_url, data_dir)
    _restore_rows(folder / DUMP, owner_url, manifest)
    copy_data(folder / DATA, data_dir, [name for name in KEPT if name != "keys"])
    kept = _restore_keys(folder / DATA / "keys", data_dir / "keys")
    await _refuse_broken(app_url, data_dir, kept or audit_key, manifest)
    _refuse_changed_originals(data_dir)
    return manifest


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portal-restore-") as place:
        Path(place).chmod(0o755)  # the server runs as another user when we are root
        yield Path(place)


def refuse_damaged(folder: Path, manifest: Manifest) -> None:
    """BackupError when a file is missing or changed since it was written."""
    if found := damaged(folder, manifest):
        named = ", ".join(found[:3])
        raise BackupError("Säkerhetskopian är skadad: %(count)s filer saknas eller är ändrade (%(named)s).",
                          count=len(found), named=named)  # fmt: skip


def _restore_keys(source: Path, target: Path) -> bytes | None:
    """The installation's own secrets, not the database's passwords; history's key, when it was kept there."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in SECRETS:
        if (source / name).exists():
            shutil.copy2(source / name, target / name)
    kept = source / "audit_key"
    return kept.read_text(encoding="utf-8").strip().encode() if kept.exists() else None


def _refuse_used(owner_url: str, data_dir: Path) -> None:
    with psycopg.connect(plain(owner_url)) as connection:
        found = connection.execute(_THERE).fetchone()
    if found and found[0]:
        raise BackupError("Databasen är inte tom. Återställ till en ny, tom databas.")
    if any((data_dir / name).exists() for name in ("objects", "audit")):
        raise BackupError(
            "Datamappen %(folder)s innehåller redan data. Ange en ny i PORTAL_DATA_DIR.", folder=data_dir
        )


def _restore_rows(dump: Path, owner_url: str, manifest: Manifest) -> None:
    with psycopg.connect(plain(owner_url), autocommit=True) as connection:
        version = connection.info.server_version // _MAJOR
        base = ["--no-owner", "--exit-on-error", f"--dbname={connection.info.dbname}"]
        run("pg_restore", owner_url, version, [*base, *_ROWS, str(dump)])
        _refuse_other_rows(manifest.rows, count_rows(connection))
        run("pg_restore", owner_url, version, [*base, *_REST, str(dump)])


def _refuse_other_rows(wanted: Mapping[str, int], found: Mapping[str, int]) -> None:
    differ = [name for name in sorted(wanted.keys() | found.keys()) if wanted.get(name) != found.get(name)]
    if differ:
        raise BackupError("Återställningen stämmer inte: %(named)s har inte så många rader som när kopian gjordes.",
                          named=", ".join(differ))  # fmt: skip


async def _refuse_broken(app_url: str, data_dir: Path, audit_key: bytes, manifest: Manifest) -> None:
    """The history walked through from end to end, by the app's own role."""
    database = Database(app_url, audit_key=audit_key)
    try:
        async with database.session(Context.for_system(None)) as session:
            report = await verify(session, anchor_path(data_dir), audit_key)
    finally:
        await database.close()
    if report.findings or report.sealed != manifest.chain[0]:
        what = report.findings[0].message if report.findings else "antalet länkar stämmer inte"
        raise BackupError("Behandlingshistoriken håller inte efter återställningen: %(what)s.", what=what)


def _refuse_changed_originals(data_dir: Path) -> None:
    """An original's name is the hash of its bytes."""
    for path in sorted((data_dir / "objects").glob("??/*")):
        if digest_of(path.read_bytes()) != path.parent.name + path.name:
            raise BackupError("Originalet %(name)s är skadat.", name=path.parent.name + path.name)
