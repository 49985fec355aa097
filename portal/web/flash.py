"""A message carried over one redirect, in a signed cookie that lives for one page."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from litestar import Request

SECONDS = 60


def pack(key: str, tone: str, text: str) -> str:
    """The cookie's value."""
    body = base64.urlsafe_b64encode(json.dumps([tone, text]).encode()).decode()
    return f"{body}.{hmac.digest(key.encode(), body.encode(), 'sha256').hex()}"


def read_flashes(request: Request[Any, Any, Any]) -> tuple[tuple[str, str], ...]:
    """The message that came with this request, if it is ours."""
    value = request.scope["state"].get("flashes") or ""
    body, _, mac = value.partition(".")
    key: str = request.app.state.services.settings.secret_key
    if not body or not hmac.compare_digest(mac, hmac.digest(key.encode(), body.encode(), "sha256").hex()):
        return ()
    tone, text = json.loads(base64.urlsafe_b64decode(body))
    return ((str(tone), str(text)),)
