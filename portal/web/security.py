"""Headers on every answer, and the two checks on every request that changes something (trust.md 1.7).

The CSRF token is an HMAC of the session (or, before sign-in, of a visitor cookie) with the installation's key, so one
person's token is worth nothing to another; Sec-Fetch-Site or Origin must also say that the request is our own.
"""

from __future__ import annotations

import hmac
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.access.permissions import PUBLIC, allowed

SAFE_METHODS = frozenset({"GET", "HEAD"})
REFUSED_METHODS = frozenset({"OPTIONS", "TRACE", "CONNECT"})
CSRF_FIELD = "_csrf_token"
CSRF_HEADER = "x-csrf-token"
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

        if scope["type"] == "http" and scope["method"] in REFUSED_METHODS:
            await with_headers({"type": "http.response.start", "status": 405, "headers": [(b"allow", b"GET, POST")]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)

    def _add(self, scope: Scope, headers: MutableScopeHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self.https:
            headers.setdefault("strict-transport-security", STRICT_TRANSPORT)
        if not scope["path"].startswith("/static/"):
            headers.setdefault("cache-control", "no-store")
            headers.setdefault("vary", "HX-Request, Cookie")


def csrf_token(key: str, holder: str) -> str:
    """The token for whoever holds this session or visitor cookie."""
    return hmac.digest(key.encode(), b"csrf:" + holder.encode(), "sha256").hex()


def same_site(request: ASGIConnection[Any, Any, Any, Any], base_url: str) -> bool:
    """Whether the browser says that the request comes from our own pages."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and origin in {base_url, f"{request.scope['scheme']}://{request.headers.get('host')}"}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The one guard: the permission the route declares, and on changing requests origin and CSRF token."""
    state = connection.scope["state"]
    required = handler.opt["permission"]
    if connection.scope["method"] not in SAFE_METHODS and not handler.opt.get("csrf_exempt"):
        await _check_csrf(connection, state)
    held = state["actor"].permissions if state.get("actor") else ()
    if allowed(held, required):
        return
    if not held and PUBLIC not in required:
        raise NotAuthorizedException
    raise PermissionDeniedException


async def _check_csrf(connection: ASGIConnection[Any, Any, Any, Any], state: Any) -> None:
    base_url = connection.app.state.services.settings.base_url
    given = connection.headers.get(CSRF_HEADER)
    if given is None and isinstance(connection, Request):
        encoding = (connection.headers.get("content-type") or "").partition(";")[0]
        if encoding in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}:
            given = (await connection.form()).get(CSRF_FIELD)
    expected = state.get("csrf_token")
    fits = isinstance(given, str) and expected is not None and hmac.compare_digest(given, expected)
    if not fits or not same_site(connection, base_url):
        raise PermissionDeniedException(
            "Sidan var för gammal eller kom från en annan webbplats. Ladda om den och försök igen."
        )
