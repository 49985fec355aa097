"""The migration of number keys with data: keys made anew, claims that collide kept, and the way back."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from portal.db.migrate import configuration, upgrade
from tests.conftest import DatabaseUrls

BEFORE = next(
    str(script.down_revision)
    for script in ScriptDirectory.from_config(configuration()).walk_revisions()
    if "number_keys" in script.path
)
# number, the key it had, claimed (place in time) or not
ROWS: tuple[tuple[str, str, int | None], ...] = (
    ("26-1-11", "26111", 1),
    ("A_1", "A_1", 3),
    ("A-1", "A1", 2),
    ("A1_", "A1_", 4),
    ("A1", "A1", None),
    ("åb 007", "ÅB007", 5),
    ("A-1", "A1", None),
)
INSERT_INVOICE = text(
    "INSERT INTO invoice (concern_id, id, supplier_id, sha256, status, status_since, secret, is_credit_note, number,"
    " number_key, seller_name, issue_date, arrived_at, arrival_date, currency, net_amount, tax_amount, gross_amount,"
    " prepaid_amount, rounding_amount, payable_amount, reasons, manual_controls, under_investigation,"
    " credited_numbers)"
    " SELECT c.id, gen_random_uuid(), s.id, '\\x00', 'review', now(), false, false, :number, :key, 'X', current_date,"
    " now(), current_date, 'SEK', 1, 0, 1, 0, 0, 1, '[]', '[]', false, '[]'"
    " FROM concern c, supplier s WHERE s.name = 'Kontorsbolaget AB' RETURNING id"
)
INSERT_CLAIM = text(
    "INSERT INTO number_claim (concern_id, supplier_id, number_key, invoice_id, claimed_at)"
    " SELECT concern_id, supplier_id, number_key, id, now() + make_interval(secs => :place) FROM invoice"
    " WHERE id = :id"
)
FORCED = text(
    "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('invoice', 'number_claim')"
)


def _down(url: str, target: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, target)
        connection.commit()
    engine.dispose()


def _open(connection: Connection, how: str) -> None:
    for table in ("invoice", "number_claim"):
        connection.execute(text(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY"))


def _keys(connection: Connection) -> list[tuple[Any, ...]]:
    query = (
        "SELECT i.number, i.number_key, c.number_key, to_jsonb(c) ->> 'folded_key' FROM invoice i"
        " LEFT JOIN number_claim c ON c.invoice_id = i.id ORDER BY c.claimed_at NULLS LAST, i.number"
    )
    return [tuple(row) for row in connection.execute(text(query))]


def test_keys_are_made_anew_and_no_claim_is_lost(seeded_urls: DatabaseUrls) -> None:
    _down(seeded_urls.owner, BEFORE)
    engine = create_engine(seeded_urls.owner)
    with engine.begin() as connection:
        _open(connection, "NO FORCE")
        for number, key, place in ROWS:
            made = connection.execute(INSERT_INVOICE, {"number": number, "key": key}).scalar_one()
            if place is not None:
                connection.execute(INSERT_CLAIM, {"id": made, "place": place})
        _open(connection, "FORCE")
    upgrade(seeded_urls.owner)
    with engine.begin() as connection:
        assert connection.execute(FORCED).scalar() is True
        _open(connection, "NO FORCE")
        assert _keys(connection) == [
            ("26-1-11", "26-1-11", "26-1-11", "26111"),
            ("A-1", "A-1", "A-1", "A1"),
            ("A_1", "A-1_2", "A-1_2", "A1"),
            ("A1_", "A1", "A1", "A1"),
            ("åb 007", "ÅB-007", "ÅB-007", "ÅB007"),
            ("A-1", "A-1", None, None),
            ("A1", "A1", None, None),
        ]
        _open(connection, "FORCE")
    _is_used(seeded_urls.owner, "A-1", "A1")
    _down(seeded_urls.owner, BEFORE)
    with engine.begin() as connection:
        _open(connection, "NO FORCE")
        assert [row[2] for row in _keys(connection) if row[2]] == ["26111", "A1", "A_1", "A1_", "ÅB007"]
        _open(connection, "FORCE")
    engine.dispose()
    upgrade(seeded_urls.owner)


def _is_used(url: str, key: str, folded: str) -> None:
    """Also when the first that claimed it is Makulerad, the one behind it holds the number."""
    engine = create_engine(url)
    with engine.connect() as connection:
        _open(connection, "NO FORCE")
        connection.execute(text("SELECT set_config('app.concern', (SELECT id::text FROM concern), true)"))
        for claimed in (key, f"{key}_2"):
            assert _asked(connection, key, folded) == [True]
            connection.execute(text("DELETE FROM number_claim WHERE number_key = :key"), {"key": claimed})
        assert _asked(connection, key, folded) == []
        connection.rollback()
    engine.dispose()


def _asked(connection: Connection, key: str, folded: str) -> list[bool]:
    query = (
        "SELECT t.exact FROM concern c, supplier s, number_taken(c.id, s.id, :key, :folded, NULL, 99, NULL) t"
        " WHERE s.name = 'Kontorsbolaget AB'"
    )
    return list(connection.execute(text(query), {"key": key, "folded": folded}).scalars())
