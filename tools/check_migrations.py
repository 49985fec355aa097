"""Fail when the migrations do not lead, in one line, to the tables the models describe."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from pprint import pformat

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from portal.db.embedded import embedded
from portal.db.migrate import upgrade
from portal.schema import METADATA, ours

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 when there is one head and no difference."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        sys.stdout.write(f"fler än ett huvud bland migreringarna: {heads}\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="portal-migrations-") as folder:
        Path(folder).chmod(0o755)
        with embedded(Path(folder) / "data", durable=False) as server:
            found = differences(server.url("owner"))
    for difference in found:
        sys.stdout.write(f"modell och databas skiljer sig: {pformat(difference)}\n")
    return 1 if found else 0


def differences(url: str) -> list[object]:
    """What autogenerate would add to a freshly migrated database."""
    upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    return list(found)


if __name__ == "__main__":
    sys.exit(main())
