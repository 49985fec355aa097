"""What is refused before anything is looked at: an unknown host, and addresses no page of ours holds."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.settings import Settings
from portal.web.i18n import gettext

HOST = re.compile(r"(\[::1\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?")
# This machine, by the names a browser knows it under. A demo may be opened by any of them.
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
# The name Litestar's test client gives itself.
TEST_CLIENT = "testserver.local"
DEFAULT_PORTS = {"http": "80", "https": "443"}
# PostgreSQL's text cannot hold NUL, and a line break would end a header.
FORBIDDEN_IN_PATH = re.compile(r"[\x00-\x1f\x7f]")
ENCODED_NUL = re.compile(rb"%00|\x00")


class Gate:
    """Refuses a request with 400 unless it is addressed to this installation (trust.md 1.7).

    A Host that is not ours would otherwise end up in links and in caches. Health checks come by address, not by
    name, and tell nothing; they may use any.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer 400."""
        if scope["type"] == ScopeType.HTTP and not self._lets_in(scope):
            await _refuse(send)
            return
        await self.app(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        if FORBIDDEN_IN_PATH.search(scope["path"]) or ENCODED_NUL.search(scope["query_string"]):
            return False
        if scope["path"].startswith("/health/"):
            return True
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and host_allowed(hosts[0], self.settings)


def host_allowed(host: str, settings: Settings) -> bool:
    """Whether a Host header names this installation: the base address's host, and in a demo this machine's names."""
    match = HOST.fullmatch(host.lower())
    if match is None:
        return False
    name, port = match.groups()
    own = urlsplit(settings.base_url.lower())
    own_port = str(own.port or DEFAULT_PORTS.get(own.scheme, ""))
    if name == own.hostname and (port or DEFAULT_PORTS.get(own.scheme)) == own_port:
        return True
    local = settings.mode in {"demo", "development", "test"} and name in LOCAL
    return local or (settings.mode == "test" and name == TEST_CLIENT)


async def _refuse(send: Send) -> None:
    body = gettext("Adressen leder inte till den här portalen.").encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
