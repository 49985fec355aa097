"""What stood in a state that is gone stands where a person meets it: the migration over such rows, both ways."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import Connection, create_engine, text

from dev.demo_city.ids import demo_id
from portal.db.embedded import EmbeddedServer
from portal.db.migrate import configuration
from portal.db.session import Database
from tests.conftest import DatabaseUrls

BEFORE, THIS = "0025", "0026"
CYKEL = demo_id("supplier", "Cykelverkstaden HB")
ORDER = demo_id("order", "EX-100001")


def _run(connection: Connection, what: Any, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    what(config, revision)
    connection.commit()


async def test_rows_in_states_that_are_gone(
    seeded: Database, seeded_urls: DatabaseUrls, database_server: EmbeddedServer
) -> None:
    await seeded.close()
    owner = create_engine(seeded_urls.owner)
    above = create_engine(database_server.url("superuser", seeded_urls.name))
    with owner.connect() as connection:
        _run(connection, command.downgrade, BEFORE)
    with above.connect() as connection:
        connection.execute(text("UPDATE purchase_order SET status = 'draft' WHERE id = :id"), {"id": ORDER})
        connection.execute(
            text("UPDATE supplier_relation SET status = 'invited' WHERE supplier_id = :id"), {"id": CYKEL}
        )
        organisations = connection.execute(
            text("SELECT count(*) FROM organisation WHERE is_internal_seller")
        ).scalar()
        charts = connection.execute(text("SELECT array_agg(DISTINCT chart) FROM concern")).scalar()
        connection.commit()
    assert (organisations, charts) == (0, ["own"])
    with owner.connect() as connection:
        _run(connection, command.upgrade, THIS)
        _run(connection, command.downgrade, BEFORE)
        _run(connection, command.upgrade, THIS)
    with above.connect() as connection:
        order = connection.execute(text("SELECT status FROM purchase_order WHERE id = :id"), {"id": ORDER})
        relation = connection.execute(
            text("SELECT count(*) FROM supplier_relation WHERE supplier_id = :id"), {"id": CYKEL}
        )
        assert (order.scalar_one(), relation.scalar_one()) == ("cancelled", 0)
        tables = {name for (name,) in connection.execute(text("SELECT tablename FROM pg_tables"))}
        assert "setting_change" in tables and not tables & {"organisation_module", "status_availability"}
    owner.dispose()
    above.dispose()
