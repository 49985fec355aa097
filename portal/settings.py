"""Every setting of an installation, read from the environment in one place and handed down as arguments.

Rule numbers (tolerances, waiting days) are rows with valid_from, not settings.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, cast, get_args

from portal.kernel.errors import PortalError

Mode = Literal["demo", "development", "production", "test"]

SHORTEST_SECRET = 32
HIGHEST_PORT = 65535
MOST_UNDO_SECONDS = 600


class SettingsError(PortalError):
    """The environment holds something the portal cannot start with."""

    status = 500
    code = "settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen settings. `database_url` None means the embedded server in `data_dir`. Sizes are bytes.

    `undo_seconds`: how long an attest can be undone, and what it leads to waits; 0: at once.
    """

    data_dir: Path = Path(".portal")
    mode: Mode = "demo"
    database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)
    backup_database_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = field(default="", repr=False)
    audit_key: bytes = field(default=b"", repr=False)
    meili_url: str | None = None
    meili_key: str | None = field(default=None, repr=False)
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_starttls: bool | None = None
    mail_from: str = "portal@localhost"
    inbox_dir: Path = Path(".portal/inbox")
    max_document_bytes: int = 20_000_000
    processes: int = 1
    undo_seconds: int = 10
    proxies: tuple[str, ...] = ()
    support: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment (`os.environ` unless given). Raises SettingsError on what is wrong."""
        read = _Reader(os.environ if environ is None else environ)
        data_dir = Path(read.text("PORTAL_DATA_DIR") or ".portal").expanduser().absolute()
        mode, port = read.mode(), read.number("PORTAL_PORT", 8000, highest=HIGHEST_PORT)
        host = read.text("PORTAL_HOST") or "127.0.0.1"
        database_url, migration_database_url = read.databases()
        return cls(
            data_dir=data_dir,
            mode=mode,
            database_url=database_url,
            migration_database_url=migration_database_url,
            backup_database_url=_driver(read.secret("BACKUP_DATABASE_URL")),
            host=host,
            port=port,
            base_url=(read.text("PORTAL_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            secret_key=read.kept_secret("PORTAL_SECRET_KEY", data_dir, mode),
            audit_key=read.kept_secret("PORTAL_AUDIT_KEY", data_dir, mode).encode(),
            meili_url=read.text("MEILI_URL"),
            meili_key=read.secret("MEILI_KEY"),
            smtp_host=read.text("SMTP_HOST"),
            smtp_port=read.number("SMTP_PORT", 25, highest=HIGHEST_PORT),
            smtp_user=read.text("SMTP_USER"),
            smtp_password=read.secret("SMTP_PASSWORD"),
            smtp_starttls=read.flag("SMTP_STARTTLS"),
            mail_from=read.text("MAIL_FROM") or "portal@localhost",
            inbox_dir=Path(read.text("PORTAL_INBOX_DIR") or data_dir / "inbox").expanduser().absolute(),
            max_document_bytes=read.number("PORTAL_MAX_DOCUMENT_BYTES", 20_000_000),
            processes=read.number("PORTAL_PROCESSES", min(4, os.cpu_count() or 1)),
            undo_seconds=read.number("PORTAL_UNDO_SECONDS", 10, highest=MOST_UNDO_SECONDS, lowest=0),
            proxies=read.networks("PORTAL_PROXIES"),
            support=read.text("PORTAL_SUPPORT") or "",
        )

    @property
    def keys_dir(self) -> Path:
        """Folder of generated secrets, mode 0700."""
        return self.data_dir / "keys"

    @property
    def objects_dir(self) -> Path:
        """Folder of stored originals."""
        return self.data_dir / "objects"

    @property
    def mail_dir(self) -> Path:
        """Folder mail is written to when no SMTP server is set."""
        return self.data_dir / "mail"

    @property
    def embedded(self) -> bool:
        """Whether the portal runs its own PostgreSQL."""
        return self.database_url is None

    @property
    def production(self) -> bool:
        return self.mode == "production"


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def secret(self, name: str) -> str | None:
        """The variable, or the content of the file that NAME_FILE points at (how secrets are mounted)."""
        path = self.text(f"{name}_FILE")
        if path is None:
            return self.text(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            raise SettingsError(
                "%(name)s_FILE pekar på %(path)s, som inte går att läsa.", name=name, path=path
            ) from error

    def number(self, name: str, default: int, *, highest: int = 2**31 - 1, lowest: int = 1) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit()) or not lowest <= int(value) <= highest:
            raise SettingsError(
                "%(name)s är ”%(value)s”. Det ska vara ett heltal från %(lowest)s till %(highest)s.",
                name=name,
                value=value,
                lowest=lowest,
                highest=highest,
            )
        return int(value)

    def networks(self, name: str) -> tuple[str, ...]:
        """Addresses or networks, with commas between."""
        value = self.text(name) or ""
        try:
            return tuple(str(ip_network(part.strip())) for part in value.split(",") if part.strip())
        except ValueError as error:
            raise SettingsError(
                "%(name)s är ”%(value)s”. Det ska vara adresser eller nät med komma emellan, till exempel 10.0.0.7.",
                name=name,
                value=value,
            ) from error

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError("%(name)s är ”%(value)s”. Det ska vara 0 eller 1.", name=name, value=value)
        return value.lower() in {"1", "true", "yes"}

    def mode(self) -> Mode:
        value = self.text("PORTAL_MODE") or "demo"
        if value not in get_args(Mode):
            raise SettingsError(
                "PORTAL_MODE är ”%(value)s”. Det ska vara ett av: %(modes)s.",
                value=value,
                modes=", ".join(get_args(Mode)),
            )
        return cast(Mode, value)

    def databases(self) -> tuple[str | None, str | None]:
        urls = self.secret("DATABASE_URL"), self.secret("MIGRATION_DATABASE_URL")
        if urls[1] is not None and urls[0] is None:
            raise SettingsError("MIGRATION_DATABASE_URL är satt men inte DATABASE_URL. Ange båda.")
        return _driver(urls[0]), _driver(urls[1])

    def kept_secret(self, name: str, data_dir: Path, mode: Mode) -> str:
        """The secret that was given, or one made the first time and kept in the data folder."""
        given = self.secret(name)
        if given is None:
            return generated_secret(data_dir / "keys" / name.removeprefix("PORTAL_").lower())
        if mode == "production" and len(given) < SHORTEST_SECRET:
            raise SettingsError(
                "%(name)s är för kort för produktion: minst %(least)s tecken.",
                name=name,
                least=SHORTEST_SECRET,
            )
        return given


def _driver(url: str | None) -> str | None:
    """SQLAlchemy must be told to use psycopg 3, whatever common spelling of the URL was given."""
    for plain in ("postgres://", "postgresql://"):
        if url is not None and url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def generated_secret(path: Path) -> str:
    """The secret kept in `path` (mode 0600), made the first time. Two processes at once agree on it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # fails when another process was first: then its value holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
