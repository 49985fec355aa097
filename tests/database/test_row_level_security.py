"""Row-level security: no table left out, no stranger let in, and a test that the tests would notice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from portal.db.embedded import EmbeddedServer
from tests.conftest import DatabaseUrls
from tests.database.full_house import ALLOW_LISTED, Row, fill, observe, rls_tables

EXPECTED = Path(__file__).with_name("row_level_security.json")
Observed = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def superuser(
    database_server: EmbeddedServer, module_database_urls: DatabaseUrls
) -> Iterator[psycopg.Connection[Any]]:
    url = database_server.url("superuser", module_database_urls.name).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def rows(superuser: psycopg.Connection[Any]) -> dict[str, Row]:
    return fill(superuser)


@pytest.fixture(scope="module")
def observed(superuser: psycopg.Connection[Any], rows: dict[str, Row]) -> Observed:
    return observe(superuser, rows)


def test_every_table_is_under_forced_security_or_allow_listed(superuser: psycopg.Connection[Any]) -> None:
    found = superuser.execute(
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    ).fetchall()
    bare = {name for name, secured in found if not secured and not name.startswith("procrastinate")}
    assert bare == ALLOW_LISTED
    assert {name for name, secured in found if secured} == {table.name for table in rls_tables()}


def test_who_may_do_what_is_as_reviewed(observed: Observed) -> None:
    """The whole matrix, table by context, in a file a person has read; WRITE_RLS=1 writes it anew for review."""
    if os.environ.get("WRITE_RLS"):
        EXPECTED.write_text(json.dumps(observed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert observed == json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("context", ["nobody", "foreign concern"])
def test_strangers_reach_nothing(observed: Observed, context: str) -> None:
    assert {table: verbs[context] for table, verbs in observed.items() if verbs[context]} == {}


def test_a_foreign_supplier_reaches_nothing(observed: Observed) -> None:
    assert {table for table, verbs in observed.items() if verbs["foreign supplier"]} == set()


def test_a_foreign_organisation_reaches_nothing_of_an_organisation(observed: Observed) -> None:
    owned = {
        t.name
        for t in rls_tables()
        if "organisation_id" in t.columns and t.name not in {"app_user", "agreement_organisation"}
    }
    children = {
        t.name for t in rls_tables() if {"invoice_id", "order_id", "requisition_id"} & set(t.columns.keys())
    }
    for table in owned | children:
        assert observed[table]["foreign organisation"] == "", table


def test_without_sight_of_secrecy_a_secret_row_and_all_below_it_is_not_there(observed: Observed) -> None:
    for table in ("invoice", "invoice_line", "invoice_coding", "rule_decision", "invoice_comment", "number_claim",
                  "purchase_order", "order_line", "order_coding", "receipt", "requisition", "requisition_line",
                  "approval_step", "decision", "audit_event"):  # fmt: skip
        assert "S" not in observed[table]["home without secrecy"], table
        assert "S" in observed[table]["home"], table


def test_audit_rows_are_added_and_read_never_changed(observed: Observed) -> None:
    for table in ("audit_event", "audit_seal"):
        assert not set("UD") & set("".join(observed[table].values()))


def _policies(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str, bool, bool]]:
    return connection.execute(
        "SELECT tablename, policyname, cmd, qual IS NOT NULL, with_check IS NOT NULL FROM pg_policies"
        " WHERE 'portal_app' = ANY (roles) ORDER BY 1, 2"
    ).fetchall()


class _Undo(Exception):
    """Leave the transaction without keeping anything."""


def test_dropping_any_policy_is_noticed(
    superuser: psycopg.Connection[Any], rows: dict[str, Row], observed: Observed
) -> None:
    unnoticed = []
    for table, name, *_ in _policies(superuser):
        drop = sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(name), sql.Identifier(table))
        if not _noticed(superuser, rows, observed, table, drop):
            unnoticed.append(f"{table}.{name}")
    assert unnoticed == []


def test_opening_any_policy_is_noticed(
    superuser: psycopg.Connection[Any], rows: dict[str, Row], observed: Observed
) -> None:
    unnoticed = []
    for table, name, _command, using, check in _policies(superuser):
        alter = sql.SQL("ALTER POLICY {} ON {} ").format(sql.Identifier(name), sql.Identifier(table))
        for part, there in (("USING (true)", using), ("WITH CHECK (true)", check)):
            if there and not _noticed(superuser, rows, observed, table, alter + sql.SQL(part)):
                unnoticed.append(f"{table}.{name} {part}")
    assert unnoticed == []


def _noticed(
    connection: psycopg.Connection[Any],
    rows: dict[str, Row],
    observed: Observed,
    table: str,
    change: sql.Composable,
) -> bool:
    """Whether the rows of the table are seen differently once its policy is changed."""
    concerned = {name: row for name, row in rows.items() if row[0].name == table}
    before = {name: observed[name] for name in concerned}
    try:
        with connection.transaction():
            connection.execute(change)
            raise _Undo(observe(connection, concerned) != before)
    except _Undo as undone:
        return bool(undone.args[0])
