"""What the database may hold beside tables: the listed functions that look past the context, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.conftest import DatabaseUrls

# Each looks before or across a context, and answers one narrow question (docs/adr).
DEFINERS = {
    "sign_in_challenge": "how an e-mail address's password is to be hashed: salt and cost, never the hash",
    "sign_in_user": "the active user whose hash it is, before anyone is signed in",
    "count_attempt": "one more in a hashed bucket of attempts; returns the count",
    "uncount_attempt": "one less",
    "forget_attempts": "empties a bucket",
    "clear_attempts": "removes windows that are past",
    "find_session": "who a session is, before there is a context",
    "route_document": "which concern an electronic address belongs to",
    "number_taken": "whether an invoice number is used anywhere in the concern",
    "account_held": "whether another company of the register is paid on an account: yes or no",
    "called_off": "the limits of the concern's agreements, and what all its organisations have ordered on them",
    "order_contact": "name and e-mail of an order's buyer, for its own supplier and where it may be known",
    "list_concerns": "the concerns recurring work goes through",
    "search_articles": "ids of the concern's articles, by an index that policies would keep out of reach",
    "find_articles": "as search_articles, in steps from the surest to the last resort",
    "near_words": "words of the concern's articles like a misspelt one, by the same index",
    "compound_words": "words of the concern's articles that begin or end with one",
    "settle_article_search": "sorts the index of articles; returns a number",
}
FIXED = "search_path=pg_catalog, public"


@pytest.fixture(scope="module")
def owner(module_database_urls: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_urls.owner.replace("+psycopg", "")) as connection:
        yield connection


def _ours(owner: psycopg.Connection[Any], columns: str) -> list[tuple[Any, ...]]:
    """Functions of the schema that no extension and not the queue brought."""
    return owner.execute(
        f"SELECT {columns} FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace"
        " AND f.proname NOT LIKE 'procrastinate%'"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e')"
    ).fetchall()


def test_the_functions_that_look_past_the_context_are_the_listed_ones(owner: psycopg.Connection[Any]) -> None:
    found = _ours(owner, "f.proname, f.prosecdef")
    assert {name for name, definer in found if definer} == set(DEFINERS)


def test_they_have_a_fixed_search_path_and_only_the_app_may_call_them(owner: psycopg.Connection[Any]) -> None:
    rows = _ours(
        owner, "f.proname, f.proconfig, f.prosecdef, has_function_privilege('public', f.oid, 'EXECUTE')"
    )
    for name, config, definer, everybody in rows:
        if definer:
            assert FIXED in (config or ()), name
            assert not everybody, name


def test_no_copy_of_rows_escapes_row_level_security(owner: psycopg.Connection[Any]) -> None:
    """A materialised view has no policies; a plain one looks with its reader's eyes."""
    rows = owner.execute(
        "SELECT relname, relkind, coalesce('security_invoker=true' = ANY (reloptions), false) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
    ).fetchall()
    views = [(name, kind, invoker) for name, kind, invoker in rows if not name.startswith("procrastinate")]
    assert views
    assert [(name, kind) for name, kind, invoker in views if kind != "v" or not invoker] == []


def test_a_tenants_primary_key_begins_with_the_concern(owner: psycopg.Connection[Any]) -> None:
    """So that rows can be spread over servers by concern."""
    rows = owner.execute(
        "SELECT t.relname,"
        " (SELECT attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = k.conkey[1]),"
        " (SELECT attnotnull FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'concern_id')"
        " FROM pg_class t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'"
        " WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'"
    ).fetchall()
    tenants = {name: first for name, first, required in rows if required}
    assert len(tenants) > 25
    assert {name for name, first in tenants.items() if first != "concern_id"} == set()
