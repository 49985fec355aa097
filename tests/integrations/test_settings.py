"""Settings are read once, secrets from files too, and what is wrong is said before anything starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError


def read(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_env({"PORTAL_DATA_DIR": str(tmp_path / "data"), **environ})


def test_nothing_given_is_a_demo_on_this_machine_with_its_own_database(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.mode, settings.host, settings.port) == ("demo", "127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.embedded
    assert settings.inbox_dir == tmp_path / "data" / "inbox"
    assert settings.max_document_bytes == 20_000_000


def test_secrets_are_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    first = read(tmp_path)
    assert len(first.secret_key) == 64
    assert first.secret_key.encode() != first.audit_key
    assert (read(tmp_path).secret_key, read(tmp_path).audit_key) == (first.secret_key, first.audit_key)
    assert [path.stat().st_mode & 0o777 for path in first.keys_dir.iterdir()] == [0o600, 0o600]


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    program = "import sys, pathlib; from portal.settings import generated_secret as s; "
    program += "print(s(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(tmp_path / "keys" / "k")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


def test_secrets_come_from_files_where_they_are_mounted(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://portal_app:hemlig@db/portal\n")
    settings = read(tmp_path, DATABASE_URL_FILE=str(tmp_path / "url"))
    assert settings.database_url == "postgresql+psycopg://portal_app:hemlig@db/portal"
    with pytest.raises(SettingsError, match="MEILI_KEY_FILE"):
        read(tmp_path, MEILI_KEY_FILE=str(tmp_path / "missing"))


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    shown = repr(
        read(tmp_path, DATABASE_URL="postgresql://a:hemlig@b/c", SMTP_PASSWORD="hemlig", MEILI_KEY="hemlig")
    )
    assert "hemlig" not in shown
    assert "key=" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_PORT", "åttatusen"),
        ("PORTAL_PORT", "0"),
        ("PORTAL_PORT", "65536"),
        ("PORTAL_PORT", "-1"),
        ("PORTAL_PORT", "²"),
        ("PORTAL_MODE", "prod"),
        ("SMTP_STARTTLS", "kanske"),
        ("MIGRATION_DATABASE_URL", "postgresql://a@b/c"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, **{name: value})


def test_a_short_secret_is_refused_in_production(tmp_path: Path) -> None:
    assert read(tmp_path, PORTAL_SECRET_KEY="kort").secret_key == "kort"
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY är för kort"):
        read(tmp_path, PORTAL_SECRET_KEY="kort", PORTAL_MODE="production")
