"""The portal as a browser meets it: the whole application over the demo city, with a clock the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Protocol

import anyio
import httpx
import psycopg
import pytest
from litestar import Litestar
from litestar.types import ASGIApp
from sqlalchemy import text

from dev.demo_city import data
from portal.app import answer_for, create_app, outside
from portal.db.context import Context
from portal.kernel.dates import FixedClock
from portal.settings import Mode, Settings
from portal.web.assets import Assets
from portal.web.security import CSRF_FIELD
from portal.web.templating import Templates
from portal.wiring import Installation, build
from tests.conftest import ROOT
from tests.meddling import meddle

PASSWORD = data.PASSWORD
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


class Urls(Protocol):
    """What the database fixtures give."""

    name: str
    app: str
    owner: str


@dataclass
class Site:
    """One running application and its parts; the application is had when something first asks for it."""

    installation: Installation
    clock: FixedClock
    handlers: tuple[Any, ...] = ()

    @cached_property
    def app(self) -> Litestar:
        if _idle and not self.handlers:
            return answer_for(self.installation, _idle.pop(), _assets())
        made = create_app(self.installation)
        made.state.templates = _templates()
        for handler in self.handlers:
            made.register(handler)
        return made

    @cached_property
    def asgi(self) -> ASGIApp:
        return outside(self.app)

    async def close(self) -> None:
        """The application is another site's now."""
        await self.installation.database.close()
        app = vars(self).pop("app", None)
        if app is not None and not self.handlers:
            _idle.append(app)

    @property
    def base_url(self) -> str:
        return self.installation.settings.base_url

    def browser(self, address: str = "127.0.0.1", **headers: str) -> Browser:
        """A browser with no cookies yet, at a network address."""
        transport = httpx.ASGITransport(
            app=self.asgi,  # type: ignore[arg-type]
            raise_app_exceptions=False,
            client=(address, 50_000),
        )
        return Browser(httpx.AsyncClient(transport=transport, base_url=self.base_url, headers=headers), self)

    async def rows(self, sql: str, **params: Any) -> list[Any]:
        """Rows as the system sees them."""
        async with self.installation.database.session(Context.for_system(None)) as session:
            return list((await session.execute(text(sql), params)).all())

    def owned(self, sql: str, **params: Any) -> list[Any]:
        """Rows of what the app's role itself may not touch; the statement may change them."""
        with psycopg.connect(
            self.installation.owner_url.replace("+psycopg", ""), autocommit=True
        ) as connection:
            found = connection.execute(sql, params)
            return found.fetchall() if found.description else []

    async def change(self, sql: str, **params: Any) -> None:
        """Change rows of the city as the system, behind the portal's back; at least one must be met."""
        assert meddle(self.installation.app_url, sql, **params), sql


class Browser:
    """A client that follows no redirects and sends what a browser sends from our own page."""

    def __init__(self, client: httpx.AsyncClient, site: Site) -> None:
        self.client = client
        self.site = site

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.client.get(path, **kwargs)

    async def token(self, path: str = "/sign-in") -> str:
        """The CSRF token of a page of ours."""
        answer = await self.client.get(path, follow_redirects=True)
        return answer.text.split(f'name="{CSRF_FIELD}" value="', 1)[1].split('"', 1)[0]

    async def post(
        self, path: str, form: dict[str, Any] | None = None, *, csrf: str | None = None, **kwargs: Any
    ) -> httpx.Response:
        """POST a form with this browser's token."""
        fields = {CSRF_FIELD: csrf if csrf is not None else await self.token(), **(form or {})}
        headers = SAME_ORIGIN | kwargs.pop("headers", {})
        return await self.client.post(path, data=fields, headers=headers, **kwargs)

    async def sign_in(self, login: str, password: str = PASSWORD, next_path: str = "/") -> httpx.Response:
        email = login if login.endswith(".test") else f"{login}.{data.DOMAIN}"
        return await self.post("/sign-in", {"email": email, "password": password, "next": next_path})

    @property
    def session_cookie(self) -> str | None:
        names = ("__Host-session", "session")
        return next((v for n in names if (v := self.client.cookies.get(n))), None)


def set_cookies(answer: httpx.Response) -> dict[str, Any]:
    """Set-Cookie headers by name, with their attributes."""
    jars = (SimpleCookie(value) for value in answer.headers.get_list("set-cookie"))
    return {name: morsel for jar in jars for name, morsel in jar.items()}


MakeSite = Callable[..., Any]


# Registering all routes takes longer than most tests: an application that no site uses is the next one's.
_idle: list[Litestar] = []


@cache
def _assets() -> Assets:
    return Assets.load(ROOT / "static" / "build")


@cache
def _templates() -> Templates:
    """Compiled once for all sites of a process, as one server compiles them once for all its requests."""
    return Templates(_assets())


async def together(work: Callable[[], Awaitable[None]], times: int) -> None:
    """The same at once, as often as asked."""
    async with anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(work)


def _site(
    urls: Urls,
    folder: Path,
    now: datetime,
    mode: Mode = "demo",
    base_url: str = "http://127.0.0.1:8000",
    handlers: tuple[Any, ...] = (),
    undo_seconds: int = 0,
) -> Site:
    settings = Settings(
        data_dir=folder, mode=mode, database_url=urls.app, base_url=base_url, secret_key="k" * 64,
        audit_key=b"a" * 64, inbox_dir=folder / "inbox", undo_seconds=undo_seconds,
    )  # fmt: skip
    clock = FixedClock(now)
    return Site(build(settings, urls.app, urls.owner, clock=clock), clock, handlers)


@pytest.fixture
def make_site(tmp_path: Path, seeded_at: datetime) -> MakeSite:
    """`async with make_site(urls, mode="production", base_url="https://…") as site`."""

    @asynccontextmanager
    async def make(urls: Urls, **how: Any) -> AsyncIterator[Site]:
        made = _site(urls, tmp_path, seeded_at, **how)
        if made.handlers:
            assert made.asgi  # made now: it sets up the log, which a test of faults then reads
        yield made
        await made.close()

    return make


@pytest.fixture
async def site(make_site: MakeSite, seeded_urls: Urls) -> AsyncIterator[Site]:
    """The demo over a city of its own."""
    async with make_site(seeded_urls) as made:
        yield made


@pytest.fixture
async def shared_site(
    module_seeded_urls: Urls, tmp_path_factory: pytest.TempPathFactory, seeded_at: datetime
) -> AsyncIterator[Site]:
    """The demo over the module's city, for tests that do not mind each other."""
    made = _site(module_seeded_urls, tmp_path_factory.getbasetemp() / module_seeded_urls.name, seeded_at)
    yield made
    await made.close()


@pytest.fixture
async def secure_site(
    module_seeded_urls: Urls, tmp_path_factory: pytest.TempPathFactory, seeded_at: datetime
) -> AsyncIterator[Site]:
    """An installation for real, behind https."""
    made = _site(
        module_seeded_urls,
        tmp_path_factory.getbasetemp() / module_seeded_urls.name,
        seeded_at,
        "production",
        "https://portal.exempelstad.test",
    )
    yield made
    await made.close()
