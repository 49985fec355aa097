"""A backup is a backup when it has been restored: everything is there, and what is damaged or empty says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from dev.demo_city.ids import CONCERN_ID
from portal.audit.log import Event, record
from portal.audit.sealing import anchor_path, seal_all
from portal.backup.create import create
from portal.backup.manifest import BackupError, Manifest, read_manifest
from portal.backup.programs import plain
from portal.backup.restore import rehearse, restore
from portal.cli import main
from portal.db.context import Context
from portal.db.embedded import EmbeddedServer
from portal.db.session import Database
from portal.integrations.object_store import FolderStore
from portal.kernel.identifiers import uuid7
from tests.conftest import AUDIT_KEY, DatabaseUrls, NewDatabase


@pytest.fixture
async def data_dir(seeded: Database, seeded_at: datetime, tmp_path: Path) -> Path:
    """A data folder with an original, the keys and sealed history, beside the seeded city."""
    folder = tmp_path / "data"
    await FolderStore(folder / "objects").put(b"<Invoice/>")
    (folder / "keys").mkdir()
    (folder / "keys" / "audit_key").write_bytes(AUDIT_KEY)
    async with seeded.session(Context.for_system(CONCERN_ID)) as session:
        await record(session, [Event("user:password:set", "user", uuid7(), seeded_at, actor="operator")])
    assert await seal_all(seeded, folder, seeded_at)
    return folder


@pytest.fixture
def made(
    database_server: EmbeddedServer,
    seeded_urls: DatabaseUrls,
    data_dir: Path,
    tmp_path: Path,
    seeded_at: datetime,
) -> tuple[Path, Manifest]:
    folder = tmp_path / "backup"
    url = database_server.url("superuser", seeded_urls.name)
    return folder, create(url, data_dir, folder, seeded_at)


@pytest.fixture
def empty_urls(new_database: NewDatabase) -> Iterator[DatabaseUrls]:
    with new_database("template0") as urls:
        yield urls


async def test_what_was_backed_up_is_restored_elsewhere(
    made: tuple[Path, Manifest], empty_urls: DatabaseUrls, tmp_path: Path, database_server: EmbeddedServer
) -> None:
    folder, manifest = made
    elsewhere = tmp_path / "elsewhere"
    await restore(folder, empty_urls.owner, empty_urls.app, elsewhere, b"")
    assert manifest.rows["article"] > 300 and manifest.rows["audit_event"] > 0 and manifest.chain[0] > 0
    with psycopg.connect(plain(database_server.url("superuser", empty_urls.name))) as connection:
        for table in ("article", "purchase_order", "decision", "receipt", "audit_event"):
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found == (manifest.rows[table],), table
    digest = next((elsewhere / "objects").glob("??/*"))
    assert digest.read_bytes() == b"<Invoice/>"
    assert (elsewhere / "keys" / "audit_key").read_bytes() == AUDIT_KEY
    assert anchor_path(elsewhere).exists()


async def test_the_restored_portal_obeys_row_level_security_and_seals_on(
    made: tuple[Path, Manifest], empty_urls: DatabaseUrls, tmp_path: Path, seeded_at: datetime
) -> None:
    folder, _ = made
    await restore(folder, empty_urls.owner, empty_urls.app, tmp_path / "elsewhere", AUDIT_KEY)
    database = Database(empty_urls.app, audit_key=AUDIT_KEY)
    try:
        with psycopg.connect(plain(empty_urls.app)) as connection:
            assert connection.execute("SELECT count(*) FROM invoice").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM purchase_order").fetchone() == (0,)
        async with database.session(Context.for_system(CONCERN_ID)) as session:
            await record(session, [Event("user:password:set", "user", uuid7(), seeded_at, actor="operator")])
        assert await seal_all(database, tmp_path / "elsewhere", seeded_at) == 1
    finally:
        await database.close()


async def test_a_rehearsal_restores_and_leaves_nothing(made: tuple[Path, Manifest]) -> None:
    folder, manifest = made
    assert await rehearse(folder, b"") == manifest


@pytest.mark.parametrize("name", ["database.dump", "data/audit/anchors.jsonl", "backup.json"])
async def test_a_damaged_backup_is_no_backup(made: tuple[Path, Manifest], name: str) -> None:
    folder, _ = made
    path = folder / name
    whole = path.read_bytes()
    for damage in (whole[:-1], whole[: len(whole) // 2] + b"x" + whole[len(whole) // 2 + 1 :], None):
        path.unlink()
        if damage is not None:
            path.write_bytes(damage)
        with pytest.raises(BackupError):
            await rehearse(folder, AUDIT_KEY)
        path.write_bytes(whole)


async def test_nothing_is_restored_over_what_is_there(
    made: tuple[Path, Manifest], seeded_urls: DatabaseUrls, empty_urls: DatabaseUrls, data_dir: Path
) -> None:
    folder, _ = made
    with pytest.raises(BackupError, match="inte tom"):
        await restore(folder, seeded_urls.owner, seeded_urls.app, data_dir.parent / "new", AUDIT_KEY)
    with pytest.raises(BackupError, match="redan data"):
        await restore(folder, empty_urls.owner, empty_urls.app, data_dir, AUDIT_KEY)


@pytest.mark.parametrize("role", ["app", "owner"])
def test_a_role_that_obeys_row_level_security_makes_no_backup(
    role: Any, database_server: EmbeddedServer, seeded_urls: DatabaseUrls, tmp_path: Path, seeded_at: datetime
) -> None:
    """K03: its dump would hold no decision, no receipt and no history, and say nothing of it."""
    with pytest.raises(BackupError, match="radskyddet"):
        create(database_server.url(role, seeded_urls.name), tmp_path / "data", tmp_path / "backup", seeded_at)
    with pytest.raises(BackupError, match="ingen hel säkerhetskopia"):
        read_manifest(tmp_path / "backup")


def test_a_folder_in_use_is_not_written_to(
    database_server: EmbeddedServer, seeded_urls: DatabaseUrls, tmp_path: Path, seeded_at: datetime
) -> None:
    (tmp_path / "annat").write_text("x")
    with pytest.raises(BackupError, match="inte tom"):
        create(database_server.url("superuser", seeded_urls.name), tmp_path, tmp_path, seeded_at)


def test_the_commands_make_prove_and_restore_a_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a seeded demo to another machine's empty folder, as an operator does it."""
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def portal(*arguments: str, data: str) -> str:
        monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / data))
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == 0, done.output
        return done.stdout

    try:
        portal("seed", data="one")
        assert "Säkerhetskopian finns i" in portal("backup", "create", str(tmp_path / "kopia"), data="one")
        assert "går att återställa" in portal("backup", "verify", str(tmp_path / "kopia"), data="one")
        assert "Återställt" in portal("backup", "restore", str(tmp_path / "kopia"), data="two")
        assert "bestallare@gsf" in portal("user", "list", data="two")
        assert "Kedjan är hel" in portal("audit", "verify", data="two")
    finally:
        for data in ("one", "two"):
            home = EmbeddedServer(tmp_path / data)._record().get("home")
            if home:
                shutil.rmtree(home, ignore_errors=True)
