"""One request, one unit of work: the session is opened for the actor, committed before the answer is sent."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.sign_in import SignedIn, find_signed_in
from portal.db.context import NOBODY
from portal.web.figures import machine
from portal.web.security import SAFE_METHODS, csrf_token
from portal.web.services import Services

FAILED = 400
# As long as counters are kept (portal.web.counts), and a little more.
CHANGED_SECONDS = 60


def cookie_name(kind: str, *, https: bool) -> str:
    """The cookie's name: with the __Host- promise wherever the browser can keep it."""
    return f"__Host-{kind}" if https else kind


def cookie(kind: str, value: str, *, https: bool, seconds: int | None = None) -> str:
    """A Set-Cookie value: host only, not for scripts, not sent along from other sites' forms."""
    jar: SimpleCookie = SimpleCookie()
    name = cookie_name(kind, https=https)
    jar[name] = value
    attributes: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax", "secure": https}
    jar[name].update(attributes)
    if seconds is not None:
        jar[name]["max-age"] = seconds
    return jar[name].OutputString()


class UnitOfWork:
    """Opens session and actor for every dynamic request; an answer from 400 up changes nothing.

    A route with opt {"passive": True} is asked for by a page, not by a person (polling): it keeps no session alive.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request inside its transaction."""
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(("/static/", "/health/")):
            await self.app(scope, receive, send)
            return
        async with _services(scope).database.open(NOBODY) as session:
            fresh_cookies = await self._recognise(scope, session)
            if scope["method"] not in SAFE_METHODS:
                # No connection is held while the body comes; the guard looks again when it is there.
                await session.commit()
            await self.app(scope, receive, self._finish_first(scope, receive, send, session, fresh_cookies))

    def _finish_first(
        self, scope: Scope, receive: Receive, send: Send, session: AsyncSession, cookies: list[str]
    ) -> Send:
        """`send` that ends the transaction before the first byte; a commit that fails is told as the error it is."""
        failed = False

        async def finish_first(message: Message) -> None:
            nonlocal failed
            if failed:
                return  # the body of a success that did not happen
            if message["type"] == "http.response.start":
                try:
                    await (session.commit() if message["status"] < FAILED else session.rollback())
                except Exception as error:
                    failed = True
                    await _tell(error, scope, receive, send)
                    return
                self._add_cookies(scope, MutableScopeHeaders.from_message(message), cookies)
            await send(message)

        return finish_first

    def _add_cookies(self, scope: Scope, headers: MutableScopeHeaders, cookies: list[str]) -> None:
        https = _https(_services(scope))
        for value in cookies:
            headers.add("set-cookie", value)
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            moment = machine(scope["state"]["now"])
            headers.add("set-cookie", cookie("changed", moment, https=https, seconds=CHANGED_SECONDS))
        if scope["state"].get("flashes_shown"):
            headers.add("set-cookie", cookie("flash", "", https=https, seconds=0))

    async def _recognise(self, scope: Scope, session: AsyncSession) -> list[str]:
        """Put session, actor and CSRF token into the request's state; cookies to set, if any."""
        cookies = ASGIConnection(scope).cookies
        services = _services(scope)
        now, https = services.clock.now(), _https(services)
        token = cookies.get(cookie_name("session", https=https))
        passive = scope["route_handler"].opt.get("passive", False)
        found = await _find(session, token, now, touch=not passive) if token else None
        visitor = cookies.get(cookie_name("visitor", https=https))
        fresh = [] if visitor else [cookie("visitor", visitor := secrets.token_urlsafe(16), https=https)]
        holder = token if found and token else visitor
        scope["state"].update(
            session=session,
            now=now,
            signed_in=found,
            actor=found.actor if found else None,
            csrf_token=csrf_token(services.settings.secret_key, holder or ""),
            flashes=cookies.get(cookie_name("flash", https=https)),
            changed=_moment(cookies.get(cookie_name("changed", https=https))),
            recognise=partial(_recognise_again, scope, session, token or "", now),
        )
        return fresh


def _services(scope: Scope) -> Services:
    """What the application answers for at this moment."""
    services: Services = scope["litestar_app"].state.services
    return services


def _https(services: Services) -> bool:
    return services.settings.base_url.startswith("https://")


async def _find(session: AsyncSession, token: str, now: datetime, *, touch: bool) -> SignedIn | None:
    """`find_signed_in`, once more when the pool handed out a connection that the database has ended since."""
    try:
        return await find_signed_in(session, token, now, touch=touch)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.rollback()
        return await find_signed_in(session, token, now, touch=touch)


async def _recognise_again(scope: Scope, session: AsyncSession, token: str, now: datetime) -> None:
    """Begin the transaction of the request under the eyes its actor has now; no actor when the session has ended."""
    await session.rollback()
    session.info["context"] = NOBODY
    found = await find_signed_in(session, token, now, touch=False)
    scope["state"].update(signed_in=found, actor=found.actor if found else None)


def _moment(value: str | None) -> datetime | None:
    """The moment of the person's last change; what is not one of ours is none."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


async def _tell(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the application's page for an unexpected error: Litestar believes that it has answered already."""
    app = scope["litestar_app"]
    request = app.request_class(scope=scope, receive=receive, send=send)
    response = app.exception_handlers[Exception](request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)
