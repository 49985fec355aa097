"""The web application: routers, the one guard, middleware. Refuses to start when a route declares no permission."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from multiprocessing import parent_process
from pathlib import Path

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from portal import logs
from portal.access.permissions import PUBLIC
from portal.kernel.running import end_with_parent
from portal.settings import Settings, SettingsError
from portal.web import routes
from portal.web.assets import Assets
from portal.web.counts import Counts
from portal.web.errors import HANDLERS
from portal.web.gate import Gate
from portal.web.i18n import LocaleMiddleware
from portal.web.protocol import Protocol
from portal.web.security import SecurityHeaders, guard
from portal.web.services import Services
from portal.web.templating import Templates
from portal.web.unit_of_work import UnitOfWork
from portal.wiring import Installation, build

STATIC = Path(__file__).resolve().parents[1] / "static"
# Room for the largest document and the form around it.
FORM_OVERHEAD = 1_000_000
# Objects made before the garbage collector looks at the young ones, and how often it looks at the older.
COLLECT_AFTER = (20_000, 10, 20)


class PermissionMissing(RuntimeError):
    """A route declares no permission: nobody has decided who may use it."""


def create_asgi() -> ASGIApp:
    """What a server process runs: the application behind language and headers, which no route escapes."""
    owner = parent_process()
    if owner is not None and owner.pid is not None:  # a killed server would leave us with its port
        end_with_parent(owner.pid)
    app = create_app()
    logs.configure(production=app.state.services.settings.production)
    # What is built at start stays: the collector need not look at it again, nor run for every few hundred objects.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    return outside(app)


def outside(app: Litestar) -> ASGIApp:
    """Wrap the application in what comes before routing: language, headers, limits, refused methods and hosts."""
    settings: Settings = app.state.services.settings
    https = settings.base_url.startswith("https://")
    return LocaleMiddleware(SecurityHeaders(Protocol(Gate(app, settings=settings)), https=https))


def create_app(installation: Installation | None = None) -> Litestar:
    """The application over an installation, or over the one of the environment (how a server process starts it).

    `portal serve` starts the embedded server and hands its addresses down, so here DATABASE_URL is always set.
    """
    return _assemble(installation or _from_environment(Settings.from_env()))


def _from_environment(settings: Settings) -> Installation:
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL saknas. Starta med ”portal serve”, som sätter den.")
    return build(settings, settings.database_url, settings.migration_database_url or settings.database_url)


def _assemble(installation: Installation) -> Litestar:
    assets = Assets.load(STATIC / "build")
    app = Litestar(
        route_handlers=[*routes.HANDLERS, _static_files()],
        guards=[guard],
        middleware=[UnitOfWork],
        exception_handlers=HANDLERS,
        state=State({"templates": Templates(assets)}),
        openapi_config=None,
        request_max_body_size=installation.settings.max_document_bytes + FORM_OVERHEAD,
        on_shutdown=[_close],
    )
    require_permissions(app)
    return answer_for(installation, app, assets)


def answer_for(installation: Installation, app: Litestar, assets: Assets) -> Litestar:
    """Let the application answer for an installation: all it knows of one is in its state."""
    app.state.services = Services(
        settings=installation.settings,
        database=installation.database,
        clock=installation.clock,
        store=installation.store,
        mailer=installation.mailer,
        assets=assets,
        search=installation.search,
    )
    app.state.counts = Counts(routes.COUNTERS)
    return app


async def _close(app: Litestar) -> None:
    services: Services = app.state.services
    await services.database.close()


def _static_files() -> Router:
    return create_static_files_router(
        "/static", directories=[STATIC], opt={"permission": PUBLIC}, include_in_schema=False
    )


def require_permissions(app: Litestar) -> None:
    """Raise PermissionMissing for the first route without a declared permission."""
    for path, handler in declared_handlers(app):
        if "permission" not in handler.opt:
            raise PermissionMissing(f"{path}: {handler.handler_name} declares no permission")


def declared_handlers(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler]]:
    """Every handler of ours with its path; the framework's automatic OPTIONS are refused before they are reached."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()) or (getattr(route, "route_handler", None),):
            if handler is not None and handler.fn.__module__.split(".")[0] != "litestar":
                yield route.path, handler
