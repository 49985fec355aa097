"""Route × role × whose row, tried with live requests on the demo city against what the routes declare.

Beside the demo city the database holds a foreign concern with one row in every table: the ids of those rows
stand in every address, and nobody of the city may see or change any of them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from dev.demo_city.ids import demo_id
from portal.access.sign_in import open_session
from portal.app import create_app, outside
from portal.db.embedded import EmbeddedServer
from portal.settings import Settings
from portal.web.security import csrf_token
from portal.wiring import Installation, build
from tests.conftest import DatabaseUrls
from tests.database.full_house import fill, made
from tests.house.source import ROOT
from tools.documents import Role, Route, roles, routes

BASE = "http://127.0.0.1:8000"
SECRET = "the secret of the tests and no other"
HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")
# The table whose foreign row an address is filled with, by the name of the hole.
TABLES = {
    "account_id": "supplier_account",
    "address_id": "delivery_address",
    "agreement_id": "agreement",
    "article_id": "article",
    "catalogue_id": "catalogue",
    "change_id": "setting_change",
    "coding_id": "requisition_coding",
    "delivery_id": "delivery",
    "file_id": "coding_file",
    "invoice_id": "invoice",
    "line_id": "requisition_line",
    "order_id": "purchase_order",
    "progress_id": "job_progress",
    "receipt_id": "receipt",
    "requisition_id": "requisition",
    "step_id": "approval_step",
    "supplier_id": "supplier",
    "term_id": "relation_term",
    "upload_id": "catalogue_upload",
}
# Sign-in leaves traces of its own; the queue's tables are not ours.
NOT_COMPARED = ("sign_in_session", "rate_limit", "audit_event", "audit_seal", "alembic_version")
# Pages that need a word in the query to have anything to show.
ASKED_FOR_MORE: Mapping[str, str] = {}
ROLES = roles()
SIGN_IN = "/sign-in"

pytestmark = pytest.mark.skipif(
    not (ROOT / "static" / "build" / "manifest.json").exists(), reason="npm ci && npm run build first"
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser: its cookie, and the token its forms carry."""

    client: httpx.AsyncClient
    cookies: Mapping[str, str]
    csrf: str

    async def ask(
        self, method: str, path: str, *, csrf: str | None = None, origin: str = BASE
    ) -> httpx.Response:
        """A request as a browser makes it: a form where something is changed."""
        headers = {"origin": origin, "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "GET":
            return await self.client.get(path, headers=headers)
        form = {"_csrf_token": self.csrf if csrf is None else csrf}
        return await self.client.request(method, path, data=form, headers=headers)


@pytest.fixture(scope="module")
def superuser(
    database_server: EmbeddedServer, module_seeded_urls: DatabaseUrls
) -> Iterator[psycopg.Connection[Any]]:
    url = database_server.url("superuser", module_seeded_urls.name).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection)
        yield connection


@pytest.fixture(scope="module")
def built(
    superuser: psycopg.Connection[Any],
    module_seeded_urls: DatabaseUrls,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    folder = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=folder, mode="test", secret_key=SECRET, base_url=BASE)
    return build(settings, module_seeded_urls.app, module_seeded_urls.owner)


@pytest.fixture(scope="module")
def app(built: Installation) -> Litestar:
    """Made once: its routes take as long to register as to try."""
    return create_app(built)


@pytest.fixture
async def installation(built: Installation) -> AsyncIterator[Installation]:
    """With no connection left from, or to, another test's event loop."""
    yield built
    await built.database.close()


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=outside(app), raise_app_exceptions=False)  # type: ignore[arg-type]
    with capture_logs():  # a trace in colours takes longer to print than the whole test
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as opened:
            yield opened


async def _visitor(installation: Installation, client: httpx.AsyncClient, role: Role) -> Visitor:
    if role.login is None:
        return Visitor(client, {"visitor": "somebody"}, csrf_token(SECRET, "somebody"))
    token = await open_session(installation.database, demo_id("user", role.login), datetime.now(UTC))
    return Visitor(client, {"session": token}, csrf_token(SECRET, token))


def _foreign(route: Route) -> str:
    """The route's address with the foreign concern's ids in its holes."""
    return HOLE.sub(lambda hole: str(_id(hole.group(1))) if hole.group(2) == "uuid" else "1", route.path)


def _id(name: str) -> UUID:
    return made(TABLES[name])


def _tried(app: Litestar) -> list[Route]:
    """Every route but for files; what needs more than an id in its address has a test of its own."""
    return [
        route for route in routes(app) if ":path}" not in route.path and not route.path.startswith("/static")
    ]


async def test_every_hole_is_known(app: Litestar) -> None:
    holes = {name for route in _tried(app) for name, kind in HOLE.findall(route.path) if kind == "uuid"}
    assert holes - set(TABLES) == set()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.login or "nobody")
async def test_who_is_not_let_in_is_refused(
    role: Role, app: Litestar, installation: Installation, client: httpx.AsyncClient
) -> None:
    """403 for whoever lacks the permission, to sign-in for whoever is nobody yet."""
    visitor = await _visitor(installation, client, role)
    for route in _tried(app):
        if not route.lets_in(role):
            answer = await visitor.ask(route.method, _foreign(route))
            where = f"{route.method} {route.path}: {answer.status_code}"
            if role.login is None:
                assert answer.status_code == 303, where
                assert answer.headers["location"].startswith(SIGN_IN), where
            else:
                assert answer.status_code == 403, where


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.login or "nobody")
async def test_who_is_let_in_sees_the_page(
    role: Role, app: Litestar, installation: Installation, client: httpx.AsyncClient
) -> None:
    """A page without an id in its address answers whoever has the permission."""
    visitor = await _visitor(installation, client, role)
    for route in _tried(app):
        if route.method == "GET" and route.lets_in(role) and not HOLE.search(route.path):
            answer = await visitor.ask("GET", route.path)
            assert answer.status_code in ({404} if route.path in ASKED_FOR_MORE else {200, 303}), (
                f"GET {route.path}: {answer.status_code}"
            )


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.login or "nobody")
async def test_a_foreign_row_is_as_if_it_did_not_exist(
    role: Role,
    app: Litestar,
    installation: Installation,
    client: httpx.AsyncClient,
    superuser: psycopg.Connection[Any],
) -> None:
    """404 for reading and for changing, and not a row has changed."""
    visitor = await _visitor(installation, client, role)
    before = _digests(superuser)
    answers = [
        (route, await visitor.ask(route.method, _foreign(route)))
        for route in _tried(app)
        if route.lets_in(role) and ":uuid}" in route.path
    ]
    assert [(r.method, r.path, a.status_code) for r, a in answers if a.status_code != 404] == []
    assert _digests(superuser) == before


@pytest.mark.parametrize("role", [role for role in ROLES if role.login], ids=lambda role: role.login)
async def test_a_form_of_elsewhere_changes_nothing(
    role: Role,
    app: Litestar,
    installation: Installation,
    client: httpx.AsyncClient,
    superuser: psycopg.Connection[Any],
) -> None:
    """Without a token, with somebody else's, or from another site: 403, whatever the address."""
    visitor = await _visitor(installation, client, role)
    before = _digests(superuser)
    for route in _tried(app):
        if route.method != "GET":
            for given in (
                {"csrf": ""},
                {"csrf": csrf_token(SECRET, "x")},
                {"origin": "https://example.test"},
            ):
                answer = await visitor.ask(route.method, _foreign(route), **given)
                assert answer.status_code == 403, f"{route.method} {route.path}"
    assert _digests(superuser) == before


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the city, the page that shows it, and a login that looks."""

    login: str
    path: str
    id: UUID


ORDER, SUPPLIER_ORDER = "/orders/{order_id:uuid}", "/supplier/orders/{order_id:uuid}"
SUPPLIER_USER = "leverantor@kontorsbolaget.test"
OWN = (
    Row("bestallare@gsf", ORDER, demo_id("order", "EX-100001")),
    Row("mottagare@gsf", ORDER, demo_id("order", "EX-100002")),
    Row(SUPPLIER_USER, SUPPLIER_ORDER, demo_id("order", "EX-100001")),
    Row(
        "leverantorsadmin@stad",
        "/suppliers/agreements/{agreement_id:uuid}",
        demo_id("agreement", "R-2026-001"),
    ),
    Row("leverantorsadmin@stad", "/suppliers/{supplier_id:uuid}", demo_id("supplier", "Kontorsbolaget AB")),
)
# Rows of the city, but of another förvaltning or another supplier.
NEIGHBOURS = (
    Row("bestallare@aof", ORDER, demo_id("order", "EX-100001")),
    Row("bestallare@gsf", ORDER, demo_id("order", "EX-100005")),
    Row(SUPPLIER_USER, SUPPLIER_ORDER, demo_id("order", "EX-100006")),
)


@pytest.mark.parametrize("row", OWN, ids=lambda row: f"{row.login} {row.path}")
async def test_an_own_row_is_shown(row: Row, installation: Installation, client: httpx.AsyncClient) -> None:
    visitor = await _visitor(installation, client, Role("", row.login, frozenset()))
    assert (await visitor.ask("GET", HOLE.sub(str(row.id), row.path))).status_code == 200


@pytest.mark.parametrize("row", NEIGHBOURS, ids=lambda row: f"{row.login} {row.path}")
async def test_a_neighbours_row_is_not(
    row: Row, installation: Installation, client: httpx.AsyncClient
) -> None:
    visitor = await _visitor(installation, client, Role("", row.login, frozenset()))
    assert (await visitor.ask("GET", HOLE.sub(str(row.id), row.path))).status_code == 404


def _digests(superuser: psycopg.Connection[Any]) -> dict[str, str]:
    """A digest of every table's rows, whoever owns them."""
    tables = superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname NOT LIKE 'procrastinate%%' AND NOT relname = ANY (%s)",
        [list(NOT_COMPARED)],
    ).fetchall()
    return {name: _digest(superuser, name) for (name,) in tables}


def _digest(superuser: psycopg.Connection[Any], table: str) -> str:
    query = psycopg.sql.SQL("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t")
    row = superuser.execute(query.format(psycopg.sql.Identifier(table))).fetchone()
    assert row is not None
    return str(row[0])
