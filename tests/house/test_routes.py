"""Every route says who may use it, in codes that exist; and lies where its file says (the mirror rule)."""

from __future__ import annotations

import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler

from portal.access import permissions as p
from portal.app import PermissionMissing, create_app, declared_handlers, require_permissions
from portal.settings import Settings
from portal.web.assets import Assets
from portal.web.navigation import BUYER_MENU, FOOTER, SUPPLIER_MENU
from portal.wiring import build
from tests.house.source import ROOT

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
KNOWN = p.EVERY_CODE | {p.SUPPLIER, p.ANYONE_SIGNED_IN, p.PUBLIC}
# What anybody may reach without signing in; a new one is a decision.
OPEN = ("/health", "/help", "/sign-in", "/static", "/suppliers/registration", "/invitation")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The real application over an installation whose database is never asked."""
    if not (ROOT / "static" / "build" / "manifest.json").exists():
        pytest.skip("npm ci && npm run build first")
    assert Assets.load(ROOT / "static" / "build")
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), secret_key="of the tests")
    return create_app(build(settings, NOWHERE, NOWHERE))


def test_every_route_declares_known_permissions(app: Litestar) -> None:
    declared = [(path, _codes(handler)) for path, handler in declared_handlers(app)]
    assert len(declared) > 15
    assert [(path, codes) for path, codes in declared if not codes or not codes <= KNOWN] == []


def test_only_the_listed_pages_are_open_to_anybody(app: Litestar) -> None:
    found = {path for path, handler in declared_handlers(app) if p.PUBLIC in _codes(handler)}
    assert sorted(path for path in found if not path.startswith(OPEN)) == []


def test_a_route_without_a_permission_stops_the_start() -> None:
    @get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(PermissionMissing, match="/forgotten"):
        require_permissions(Litestar([forgotten]))


def test_the_menus_lead_to_pages_their_readers_may_open(app: Litestar) -> None:
    pages = {path: _codes(handler) for path, handler in declared_handlers(app) if "GET" in _methods(handler)}
    wrong = [
        item.path
        for item in (*BUYER_MENU, *SUPPLIER_MENU)
        if not _may(item.permissions, pages.get(item.path))
    ]
    wrong += [path for _label, path in FOOTER if path not in pages]
    assert wrong == []


def _may(readers: tuple[str, ...], required: frozenset[str] | None) -> bool:
    """Whoever has any of the menu's permissions is let in by the page's."""
    if required is None:
        return False
    return bool(required & {p.PUBLIC, p.ANYONE_SIGNED_IN}) or set(readers) <= required


def test_a_controller_lies_where_its_address_says(app: Litestar) -> None:
    """/invoicing/invoices/… is portal/web/invoicing/invoices.py: the domain at least is one name in both."""
    wrong = []
    for path, handler in declared_handlers(app):
        domain = path.strip("/").partition("/")[0]
        # A handler may be inherited: what counts is the controller that has the address.
        controller = getattr(handler.fn, "__self__", None)
        module = type(controller).__module__ if controller else handler.fn.__module__
        if (
            (ROOT / "portal" / "web" / domain).is_dir()
            and domain
            and not module.startswith(f"portal.web.{domain}")
        ):
            wrong.append((path, module))
    assert wrong == []


def _codes(handler: object) -> frozenset[str]:
    given = getattr(handler, "opt", {}).get("permission", ())
    return frozenset((given,) if isinstance(given, str) else given)


def _methods(handler: object) -> frozenset[str]:
    return frozenset(map(str, handler.http_methods)) if isinstance(handler, HTTPRouteHandler) else frozenset()
