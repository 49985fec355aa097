"""The app's role may do with each table what the code does with it, and no more (K08)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from portal.db.base import Base
from portal.schema import METADATA
from tests.conftest import DatabaseUrls
from tests.house.source import modules

TABLES = {mapper.class_.__name__: mapper.class_.__tablename__ for mapper in Base.registry.mappers}
NAMED = "|".join(sorted(METADATA.tables))
# How a statement is written: SQLAlchemy's, our own helpers, and SQL by hand.
BY_MODEL = {
    "UPDATE": (r"\bupdate\(\s*(\w+)\s*\)", r"\bSubject\(\s*(\w+),", r"Step\(\s*Subject\(\s*(\w+),"),
    "DELETE": (r"\bdelete\(\s*(\w+)\s*\)",),
}
BY_NAME = {
    "UPDATE": (rf"\bUPDATE ({NAMED})\b", rf"INSERT INTO ({NAMED})\b(?:(?!INSERT INTO).)*?DO UPDATE"),
    "DELETE": (rf"\bDELETE FROM ({NAMED})\b",),
}
# Written through the row itself, a upsert or a helper that is given the model: what no pattern sees, and where it is.
ALSO = {
    "UPDATE": {
        "article_price": "portal/catalog/actions/publishing.py: a price of the same day is written over",
        "agreement_supplier": "portal/suppliers/actions/agreements.py: the rank is changed by an upsert",
        "catalogue_upload": "portal/catalog/actions/validation.py: moves and progress",
        "credential": "portal/cli/users.py: a new password",
        "delivery": "portal/invoicing/queries/deliveries.py",
        "invoice_participant": "portal/invoicing/actions/opening.py: an upsert",
        "record_lock": "portal/access/locks.py: an upsert",
        "relation_term": "portal/suppliers/actions/terms.py: the row's own steps",
        "requisition_coding": "portal/orders/actions/coding_rows.py: a table's rows at once",
        "requisition_line": "portal/orders/actions/basket_saving.py: the row itself",
        "supplier_account": "portal/suppliers/actions/accounts.py: the row's own steps",
        "supplier_factor": "portal/suppliers/actions/accounts.py: the row's own steps",
        "transmission": "portal/orders/actions: the row of a sending",
        "search_word": "portal/catalog/actions/publishing.py: an upsert",
    },
}
PARTLY = {
    "decision": {"voided_at"},
    "invoice_line": {"order_line_id"},
    "original": {
        "stored_at"
    },  # never written: a row cannot be held without the right to change something of it
}


@pytest.fixture(scope="module")
def owner(module_database_urls: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_urls.owner.replace("+psycopg", "")) as connection:
        yield connection


def _granted(owner: psycopg.Connection[Any], verb: str) -> set[str]:
    rows = owner.execute(
        "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'portal_app'"
        " AND table_schema = 'public' AND privilege_type = %s AND table_name NOT LIKE 'procrastinate%%'",
        (verb,),
    )
    return {name for (name,) in rows}


def _done(verb: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for pattern in BY_MODEL[verb]:
            for name in re.findall(pattern, module.text):
                if name in TABLES:
                    found[TABLES[name]].add(module.path)
        for pattern in BY_NAME[verb]:
            for name in re.findall(pattern, module.text, re.DOTALL):
                found[name].add(module.path)
    return found


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_what_may_be_done_is_what_the_code_does(owner: psycopg.Connection[Any], verb: str) -> None:
    done = _done(verb).keys() | ALSO.get(verb, {}).keys()
    granted = _granted(owner, verb)
    assert granted - done == set(), "granted, and no code does it"
    assert done - granted - PARTLY.keys() == set(), "done by code, and not granted"


def test_of_a_decision_and_a_line_one_column_is_written(owner: psycopg.Connection[Any]) -> None:
    rows = owner.execute(
        "SELECT table_name, column_name FROM information_schema.role_column_grants WHERE grantee = 'portal_app'"
        " AND privilege_type = 'UPDATE' AND table_name = ANY (%s)",
        (list(PARTLY),),
    ).fetchall()
    found: dict[str, set[str]] = defaultdict(set)
    for table, column in rows:
        found[table].add(column)
    assert found == PARTLY
