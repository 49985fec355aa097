"""Every migration of today runs over data, as the owner's role, from the one before it and back (K05).

The city and its invoices are taken back to the schema of the tenth migration, and come forward again one step at a
time. Nothing is lost on the way, row-level security is forced after each step, and the end is what was there before.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from dev.invoices.demo import seed_demo_invoices
from portal.db.embedded import EmbeddedServer
from portal.db.migrate import configuration
from portal.db.session import Database
from portal.formats.rulesets import packaged_rules
from portal.integrations.object_store import FolderStore
from portal.invoicing.actions.intake import IntakeParts
from tests.conftest import DatabaseUrls

FIRST_WITH_DATA = "0010"
"""Migrations before it were written before there was anything to keep."""
MADE_ANEW = "search_word"
"""Words counted from the articles: another way to part them gives other words."""
TABLES = text(
    "SELECT relname, relrowsecurity AND NOT relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'procrastinate%'"
    " AND relname <> 'alembic_version' ORDER BY 1"
)


async def test_each_migration_keeps_the_data_of_the_one_before(
    seeded: Database,
    seeded_urls: DatabaseUrls,
    seeded_at: datetime,
    tmp_path: Path,
    database_server: EmbeddedServer,
) -> None:
    parts = IntakeParts(seeded, FolderStore(tmp_path), packaged_rules())
    assert await seed_demo_invoices(parts, seeded_at)
    await seeded.close()
    watcher = create_engine(database_server.url("superuser", seeded_urls.name))
    whole = _counts(watcher)
    assert whole["invoice"] > 10 and whole["rule_decision"] > 30 and whole["number_claim"] > 5
    _run(seeded_urls.owner, command.downgrade, FIRST_WITH_DATA)
    counts = _counts(watcher)
    for revision in _revisions():
        _run(seeded_urls.owner, command.upgrade, revision)
        after = _counts(watcher)
        lost = {
            name: (count, after.get(name))
            for name, count in counts.items()
            if name != MADE_ANEW and after.get(name, 0) < count
        }
        assert lost == {}, revision
        counts = after
    added = {name for name, count in counts.items() if count != whole[name]}
    # What a later schema alone can hold does not survive the way back.
    assert {name for name in added if counts[name] > whole[name]} == set()
    for kept in ("invoice", "invoice_line", "rule_decision", "number_claim", "purchase_order", "order_line",
                 "decision", "approval_step", "article", "supplier_account", "audit_event"):  # fmt: skip
        assert counts[kept] == whole[kept], kept
    watcher.dispose()


def _revisions() -> list[str]:
    scripts = ScriptDirectory.from_config(configuration())
    found = [script.revision for script in scripts.walk_revisions(FIRST_WITH_DATA, "head")]
    return [one for one in reversed(found) if one != FIRST_WITH_DATA]


def _run(url: str, what: object, revision: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        what(config, revision)  # type: ignore[operator]
        connection.commit()
    engine.dispose()


def _counts(engine: Engine) -> dict[str, int]:
    """Rows by table; a table whose security is on and not forced is a migration that forgot."""
    with engine.connect() as connection:
        tables = connection.execute(TABLES).all()
        assert [name for name, unforced in tables if unforced] == []
        return {name: _count(connection, name) for name, _ in tables}


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())
