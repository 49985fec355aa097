"""One row in every table, all belonging to one organisation, one supplier and one user; and who may touch them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from portal.db.context import Context
from portal.schema import METADATA

SPACE = UUID("7d7f4f0e-2d0a-4b0c-9a77-0f1f6a9b2c11")
NOW, TODAY = datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 11, 20)
ALLOW_LISTED = {"original", "rate_limit", "vat_rate", "alembic_version"}


def made(name: str) -> UUID:
    """A fixed id by name."""
    return uuid5(SPACE, name)


HOME, FOREIGN_ORGANISATION, FOREIGN_CONCERN = (
    made("organisation"),
    made("other organisation"),
    made("other concern"),
)
CONCERN, SUPPLIER, FOREIGN_SUPPLIER = made("concern"), made("supplier"), made("other supplier")
USER, OTHER_USER, PERSON = made("app_user"), made("other user"), made("person")
SUPPLIER_USER = made("supplier user")

CONTEXTS: dict[str, Context] = {
    "home": Context(CONCERN, (HOME,), sees_secret=True, user_id=USER),
    "home without secrecy": Context(CONCERN, (HOME,), user_id=OTHER_USER),
    "central": Context(CONCERN, None, sees_secret=True, user_id=OTHER_USER),
    "foreign organisation": Context(CONCERN, (FOREIGN_ORGANISATION,), sees_secret=True, user_id=OTHER_USER),
    "foreign concern": Context(FOREIGN_CONCERN, None, sees_secret=True, user_id=OTHER_USER),
    "supplier": Context(supplier_id=SUPPLIER, user_id=SUPPLIER_USER, sees_secret=True),
    "supplier's colleague": Context(supplier_id=SUPPLIER, user_id=OTHER_USER, sees_secret=True),
    "foreign supplier": Context(supplier_id=FOREIGN_SUPPLIER, user_id=OTHER_USER, sees_secret=True),
    "user alone": Context(user_id=USER),
    "system": Context.for_system(CONCERN),
    "system without concern": Context.for_system(None),
    "nobody": Context(),
}

# What cannot be made up from type and foreign keys.
GIVEN: dict[str, dict[str, Any]] = {
    "app_user": {"supplier_id": None, "group_code": None},
    "coding_file": {"invoice_id": None},
    "article_price": {"article_id": made("article")},
    "delegation": {"to_user_id": OTHER_USER},
    "order_change": {"kind": "refused"},
    "purchase_order": {"status": "sent"},
    "responsibility": {"parent_id": None},
    "approval_step": {"subject_type": "invoice", "subject_id": made("invoice")},
    "decision": {"subject_type": "invoice", "subject_id": made("invoice"), "case_id": made("a case")},
    "audit_event": {"subject_type": "invoice", "subject_id": made("invoice"), "actor_id": USER, "id": 4711},
    "audit_seal": {"event_id": 4711},
    "job_progress": {"created_by": USER},
    "number_claim": {"number_key": "invoice number_key"},
    "supplier_relation": {"decided_by": None},
    "organisation": {"gln": "7350099999999"},
}  # fmt: skip


def rls_tables() -> list[Table]:
    """Every table of ours that must be under row-level security, parents first."""
    return [table for table in METADATA.sorted_tables if table.name not in ALLOW_LISTED]


Row = tuple[Table, dict[str, Any]]


def fill(connection: psycopg.Connection[Any]) -> dict[str, Row]:
    """Insert the full house as a superuser; the rows by name, which is the table's, or says which other row it is."""
    rows: dict[str, dict[str, Any]] = {}
    for table in METADATA.sorted_tables:
        rows[table.name] = _row(table, rows)
        _insert(connection, table.name, rows[table.name])
        if table.name == "organisation":
            other = {"id": FOREIGN_ORGANISATION, "code": "X", "gln": None}
            _insert(connection, "organisation", {**rows["organisation"], **other})
        if table.name == "app_user":
            _insert(
                connection, "app_user", {**rows["app_user"], "id": OTHER_USER, "login": "o", "email": "o"}
            )
    supplier_user = {**rows["app_user"], "id": SUPPLIER_USER, "login": "s", "email": "s", "supplier_id": SUPPLIER,
                     "concern_id": None, "organisation_id": None, "person_id": None}  # fmt: skip
    _insert(connection, "app_user", supplier_user)
    named = {table.name: (table, rows[table.name]) for table in rls_tables()}
    return named | {"app_user of the supplier": (METADATA.tables["app_user"], supplier_user)}


def _row(table: Table, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    given = GIVEN.get(table.name, {})
    values = {c.name: _value(table, c, rows) for c in table.columns if c.computed is None}
    return values | given


def _value(table: Table, column: Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    fixed = {"concern_id": CONCERN, "organisation_id": HOME, "supplier_id": SUPPLIER, "person_id": PERSON,
             "internal_organisation_id": None, "invoice_id": made("invoice"), "secret": True,
             "on_behalf_of_person_id": None,
             "on_behalf_of_user_id": None}  # fmt: skip
    if column.name in fixed:
        return fixed[column.name]
    for key in column.foreign_keys:
        if key.column.table is table:
            return None
        return rows[key.column.table.name][key.column.name]
    return (
        made(table.name) if column.name == "id" and isinstance(column.type, Uuid) else _by_type(table, column)
    )


def _by_type(table: Table, column: Column[Any]) -> Any:
    listed = _enum(table, column.name)
    if listed is not None:
        return listed
    for kind, value in ((Boolean, False), (Integer, 1), (Numeric, Decimal(1)), (DateTime, NOW), (Date, TODAY),
                        (LargeBinary, b"x" * 32), (JSONB, Jsonb([])), (Uuid, made(column.name))):  # fmt: skip
        if isinstance(column.type, kind):
            return value
    return f"{table.name} {column.name}"


def _enum(table: Table, column: str) -> str | None:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.match(rf"{column} IN \('([^']+)'", str(constraint.sqltext))
            if found:
                return found.group(1)
    return None


def _insert(connection: psycopg.Connection[Any], table: str, values: dict[str, Any]) -> None:
    names = [sql.Identifier(name) for name in values]
    holes = [sql.Placeholder() for _ in values]
    statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})")
    filled = statement.format(sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(holes))
    connection.execute(filled, list(values.values()))


def observe(connection: psycopg.Connection[Any], rows: dict[str, Row]) -> dict[str, dict[str, str]]:
    """What each context may do with each row: letters of SIUD, B for an update that reads nothing
    first (then no policy for reading helps), M for moving it to another party.

    Leaves nothing behind.
    """
    seen: dict[str, dict[str, str]] = {name: {} for name in rows}
    for context_name, context in CONTEXTS.items():
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL ROLE portal_app")
            for key, value in context.settings().items():
                connection.execute("SELECT set_config(%s, %s, true)", (f"app.{key}", value))
            for name, (table, row) in rows.items():
                seen[name][context_name] = "".join(_verbs(connection, table, row))
    return seen


MOVED = {"supplier_id": FOREIGN_SUPPLIER, "organisation_id": FOREIGN_ORGANISATION}


def _verbs(connection: psycopg.Connection[Any], table: Table, row: dict[str, Any]) -> Iterator[str]:
    keys = [column.name for column in table.primary_key]
    where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(key)) for key in keys)
    values, name = [row[key] for key in keys], sql.Identifier(table.name)
    if _touched(connection, sql.SQL("SELECT 1 FROM {} WHERE {}").format(name, where), values):
        yield "S"
    if _inserted(connection, table, row):
        yield "I"
    update, blind = sql.SQL("UPDATE {} SET {} = %s WHERE {}"), sql.SQL("UPDATE {} SET {} = %s")
    if _touched(connection, update.format(name, sql.Identifier(keys[-1]), where), [row[keys[-1]], *values]):
        yield "U"
    for column, elsewhere in MOVED.items():
        held = column in table.columns and row[column] is not None
        if held and _touched(connection, blind.format(name, sql.Identifier(column)), [elsewhere]):
            yield f"M({column})"
    plain = _plain_column(table)
    if plain and _touched(connection, blind.format(name, sql.Identifier(plain)), [row[plain]]):
        yield "B"
    if _touched(connection, sql.SQL("DELETE FROM {} WHERE {}").format(name, where), values):
        yield "D"


def _plain_column(table: Table) -> str | None:
    """A column that says nothing of whose row it is."""
    own = {*MOVED, "concern_id", "secret", "status"}
    plain = (c.name for c in table.columns if not c.primary_key and not c.foreign_keys and c.computed is None)
    return next((name for name in plain if name not in own), None)


def _touched(connection: psycopg.Connection[Any], statement: sql.Composed, values: list[Any]) -> bool:
    """Whether the statement reached the row: refused by privilege or policy is no, by a foreign key is yes."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement, values).rowcount > 0
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.IntegrityError:
        return True


def _inserted(connection: psycopg.Connection[Any], table: Table, row: dict[str, Any]) -> bool:
    """Whether a like row is let in; policies speak before keys do, so a broken key means it was."""
    values = dict(row)
    last = [column for column in table.primary_key if column.name not in {"concern_id", "organisation_id"}]
    own = table.name == "concern"  # only its own row may ever be let in: its key says so afterwards
    if last and isinstance(last[-1].type, Uuid) and not last[-1].foreign_keys and not own:
        values[last[-1].name] = made("another")
    try:
        with connection.transaction(force_rollback=True):
            _insert(connection, table.name, values)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.IntegrityError:
        return True
    return True
