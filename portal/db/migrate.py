"""Bring a database to the newest schema, as the owner's role."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# Two processes that migrate at once wait for each other; the number only has to be ours.
MIGRATION_LOCK = 735_009_99


def upgrade(migration_url: str, revision: str = "head") -> None:
    """Run all migrations up to `revision` in one transaction each, one process at a time."""
    engine = create_engine(migration_url)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
            connection.commit()
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
            connection.commit()
    finally:
        engine.dispose()


def configuration() -> Config:
    """Alembic over our migrations folder, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "os")
    return config
