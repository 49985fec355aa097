"""How a request may come in: headers of some size, a body at some pace, HEAD wherever GET is.

A connection that sends its body drop by drop costs a socket and no more: nothing of the database is held meanwhile
(portal.web.unit_of_work), and after a while it is told so and let go.
"""

from __future__ import annotations

import asyncio
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from portal.kernel.errors import PortalError
from portal.web.i18n import gettext

# Address and headers together; a browser with all our cookies sends a tenth.
MOST_HEADER_BYTES = 32_000
# A body may be silent for so long, and must in all keep the pace of a slow telephone once it has begun.
SILENCE_SECONDS = 15
GRACE_SECONDS = 30
SLOWEST = 8_000  # bytes a second
NEVER_CAME = "Det som skickades kom aldrig fram i sin helhet. Kontrollera anslutningen och försök igen."


class TooSlow(PortalError):
    """The body did not come (408)."""

    status = 408
    code = "too_slow"


class Protocol:
    """Refuses requests whose headers are too large, gives up on bodies that do not come, and answers HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, in time."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        if _header_bytes(scope) > MOST_HEADER_BYTES:
            await _refuse(send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await self.app(scope, _in_time(receive), send)


def _header_bytes(scope: Scope) -> int:
    asked = len(scope["raw_path"]) + len(scope["query_string"])
    return asked + sum(len(name) + len(value) for name, value in scope["headers"])


def _without_body(send: Send) -> Send:
    """The answer to HEAD: what GET would say, but for the body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending


def _in_time(receive: Receive) -> Receive:
    """`receive` that raises TooSlow; whether the connection is still there may be asked for ever afterwards."""
    received, complete, began = 0, False, time.monotonic()

    async def receiving() -> ReceiveMessage:
        nonlocal received, complete
        if complete:
            return await receive()
        left = GRACE_SECONDS + received / SLOWEST - (time.monotonic() - began)
        try:
            async with asyncio.timeout(max(min(SILENCE_SECONDS, left), 0)):
                message = await receive()
        except TimeoutError:
            raise TooSlow(NEVER_CAME) from None
        if message["type"] == "http.disconnect":
            raise TooSlow(NEVER_CAME)  # nobody hears it, but it is no fault of ours to be logged as one
        if message["type"] == "http.request":
            received += len(message.get("body") or b"")
            complete = not message.get("more_body", False)
        return message

    return receiving


async def _refuse(send: Send) -> None:
    body = gettext(
        "Webbläsaren skickade för mycket på en gång. Rensa kakorna för sidan och försök igen."
    ).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 431, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
