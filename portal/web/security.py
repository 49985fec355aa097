"""Headers on every answer, and the two checks on every request that changes something (trust.md 1.7).

The CSRF token is an HMAC of the session (or, before sign-in, of a visitor cookie) with the installation's key, so one
person's token is worth nothing to another; Sec-Fetch-Site or Origin must also say that the request is our own.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import FormMultiDict, MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import ClientException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.access.permissions import allowed

SAFE_METHODS = frozenset({"GET", "HEAD"})
REFUSED_METHODS = frozenset({"OPTIONS", "TRACE", "CONNECT"})
CSRF_FIELD = "_csrf_token"
CSRF_HEADER = "x-csrf-token"
FORM_ENCODINGS = frozenset({RequestEncodingType.URL_ENCODED.value, RequestEncodingType.MULTI_PART.value})
TOO_OLD_OR_FOREIGN = "Sidan var för gammal eller kom från en annan webbplats. Ladda om den och försök igen."
UNREADABLE = "Texten innehåller ett tecken som inte går att spara. Skriv den för hand och försök igen."
A_YEAR = "public, max-age=31536000, immutable"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "x-frame-options": "DENY",
    "server": "",  # else the web server adds its own name
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Sets the headers on every response; pages of a signed-in person are never stored by a cache."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse methods nobody declared, and add the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, MutableScopeHeaders.from_message(message))
            await send(message)

        if scope["type"] == ScopeType.HTTP and scope["method"] in REFUSED_METHODS:
            await with_headers(
                {"type": "http.response.start", "status": 405, "headers": [(b"allow", b"GET, POST")]}
            )
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self.app(scope, receive, with_headers if scope["type"] == ScopeType.HTTP else send)

    def _add(self, scope: Scope, headers: MutableScopeHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self.https:
            headers.setdefault("strict-transport-security", STRICT_TRANSPORT)
        if scope["path"].startswith("/static/"):
            # The names of built files hold a hash of their content.
            headers.setdefault(
                "cache-control", A_YEAR if scope["path"].startswith("/static/build/") else "no-cache"
            )
            return
        headers.setdefault("cache-control", "no-store")
        headers.setdefault("vary", "HX-Request, Cookie")


def csrf_token(key: str, holder: str) -> str:
    """The token for whoever holds this session or visitor cookie."""
    return hmac.digest(key.encode(), b"csrf:" + holder.encode(), "sha256").hex()


def same_site(request: ASGIConnection[Any, Any, Any, Any], base_url: str) -> bool:
    """Whether the browser says that the request comes from our own pages: neither header may say otherwise.

    The Host header may be trusted here: the gate has let through only our own.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is None:
        return False
    own = {base_url, f"{urlsplit(base_url).scheme}://{request.headers.get('host')}"}
    return (site is None or site in {"same-origin", "none"}) and (origin is None or origin in own)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The one guard: the permission the route declares, and on changing requests origin and CSRF token.

    Whoever is signed out is sent to sign-in first, whatever the token: it died with the session.
    """
    state = connection.scope["state"]
    required = handler.opt["permission"]
    held = state["actor"].permissions if state.get("actor") else ()
    if not held and not allowed(held, required):
        raise NotAuthorizedException
    if _method(connection) not in SAFE_METHODS and not handler.opt.get("csrf_exempt"):
        await _check_csrf(connection, state)
        held = await _held_now(state)
    if not allowed(held, required):
        raise PermissionDeniedException


async def _held_now(state: Any) -> Collection[str]:
    """The actor's permissions once the body has come, which may have taken a while: here the transaction begins."""
    if not state.get("actor"):
        return ()
    await state["recognise"]()
    if state["actor"] is None:
        raise NotAuthorizedException
    held: Collection[str] = state["actor"].permissions
    return held


def _method(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The request's method; anything that is no request counts as one that changes something."""
    return connection.method if isinstance(connection, Request) else ""


async def _check_csrf(connection: ASGIConnection[Any, Any, Any, Any], state: Any) -> None:
    # Asked first: a foreign site does not even get its form read.
    if not same_site(connection, connection.app.state.services.settings.base_url):
        raise PermissionDeniedException(TOO_OLD_OR_FOREIGN)
    form = await _form(connection)
    given = connection.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD)
    expected = state.get("csrf_token")
    if not isinstance(given, str) or not expected or not _same(given, expected):
        raise PermissionDeniedException(TOO_OLD_OR_FOREIGN)
    if any(isinstance(value, str) and "\0" in value for pair in form.multi_items() for value in pair):
        raise ClientException(UNREADABLE)


async def _form(connection: ASGIConnection[Any, Any, Any, Any]) -> FormMultiDict:
    """The fields of the form, kept by the request for the handler; none for another kind of body."""
    encoding = (connection.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if isinstance(connection, Request) and encoding in FORM_ENCODINGS:
        return await connection.form()
    return FormMultiDict([])


def _same(given: str, expected: str) -> bool:
    """Compared in constant time, as bytes: a text outside ASCII must not end in an error."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
