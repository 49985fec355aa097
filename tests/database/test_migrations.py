"""Every migration goes up and down, and leaves the schema the models describe."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from portal.db.migrate import configuration, upgrade
from portal.schema import METADATA, ours
from tests.conftest import DatabaseUrls

LEFT_BEHIND = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
    " AND relname <> 'alembic_version' UNION ALL SELECT proname FROM pg_proc p WHERE"
    " pronamespace = 'public'::regnamespace AND NOT EXISTS"
    " (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)


def test_down_leaves_nothing_and_up_again_gives_the_models(database_urls: DatabaseUrls) -> None:
    engine = create_engine(database_urls.owner)
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        assert connection.execute(LEFT_BEHIND).scalars().all() == []
    upgrade(database_urls.owner)
    with engine.connect() as connection:
        assert _differences(connection) == []
    engine.dispose()


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
    return list(compare_metadata(context, METADATA))
