"""A message carried over one redirect, in a signed cookie that is gone once a page has shown it."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from litestar import Request

SECONDS = 60
TONES = frozenset({"ok", "warn", "stop", "info", "rest"})


def pack(key: str, tone: str, text: str) -> str:
    """The cookie's value: no sign in it needs quoting."""
    body = base64.urlsafe_b64encode(json.dumps([tone, text]).encode()).rstrip(b"=")
    return f"{body.decode()}.{_mac(key, body)}"


def unpack(key: str, value: str) -> tuple[str, str] | None:
    """Tone and text of a value this installation packed; None for any other."""
    body, _, mac = value.encode("utf-8", "replace").partition(b".")
    if not body or not hmac.compare_digest(mac, _mac(key, body).encode()):
        return None
    tone, text = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    return (tone, text) if tone in TONES else ("info", text)


def read_flashes(request: Request[Any, Any, Any]) -> tuple[tuple[str, str], ...]:
    """The message that came with this request, if it is ours; a page that shows it marks it as shown."""
    value = request.scope["state"].get("flashes")
    if not value:
        return ()
    request.scope["state"]["flashes_shown"] = True
    found = unpack(request.app.state.services.settings.secret_key, value)
    return (found,) if found else ()


def _mac(key: str, body: bytes) -> str:
    return hmac.digest(key.encode(), b"flash:" + body, "sha256").hex()
