"""Runs migrations as the owner of the tables, never as the app's role."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from portal.schema import METADATA, ours


def run(connection: Connection) -> None:
    """Run in one transaction: all of it, or nothing."""
    context.configure(connection=connection, target_metadata=METADATA, include_name=ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection:
        run(connection)
