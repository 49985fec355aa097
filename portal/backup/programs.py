"""PostgreSQL's own programs for dump and restore: those of the server's version where they are, else newer ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from portal.backup.manifest import BackupError
from portal.db.embedded_host import wheel_programs

_VERSION = re.compile(r"(\d+)(?:\.\d+|devel|beta|rc)")
_ENVIRONMENT = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
                "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
_LAST_LINES = 5
MISSING = "Programmet %(program)s för PostgreSQL %(version)s eller senare finns inte här. Installera det."


def run(program: str, url: str, version: int, arguments: Sequence[str]) -> str:
    """Run pg_dump or pg_restore against a database of this major version; what it printed. BackupError with its own
    words when it fails. The password goes by the environment, where other users of the machine do not see it."""
    command = [str(_find(program, version)), *arguments]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        command, check=False, capture_output=True, text=True, env=os.environ | environment(url)
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise BackupError("%(program)s misslyckades: %(said)s", program=program, said=said)
    return done.stdout


def environment(url: str) -> dict[str, str]:
    """The database's address as PostgreSQL's programs read it."""
    parts = conninfo_to_dict(plain(url))
    return {name: str(parts[key]) for key, name in _ENVIRONMENT.items() if parts.get(key)}


def plain(url: str) -> str:
    """The URL without the name of a driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _find(program: str, version: int) -> Path:
    found = sorted((major, path) for path in _places(program) if (major := _major(path)) >= version)
    if not found:
        raise BackupError(MISSING, program=program, version=version)
    return found[0][1]


def _places(program: str) -> Iterator[Path]:
    on_path = shutil.which(program)
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), wheel_programs()]
    yield from (folder / program for folder in folders if (folder / program).exists())
    if on_path:
        yield Path(on_path)


def _major(path: Path) -> int:
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout  # noqa: S603
    found = _VERSION.search(said)
    return int(found[1]) if found else 0
