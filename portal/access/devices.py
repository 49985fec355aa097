"""Browsers that have signed somebody in before: a cookie says so, signed with the installation's key.

It opens nothing. It only keeps others' wrong guesses from closing the door on the person at that browser.
"""

from __future__ import annotations

import hmac
import secrets

MOST_PERSONS = 5
SECONDS = 400 * 24 * 3600
_BETWEEN = "."


def known_device(value: str | None, email: str, key: str) -> str | None:
    """The browser's id when its cookie says that it has signed this e-mail in, else None."""
    device, *marks = (value or "").split(_BETWEEN)
    wanted = _mark(device, email, key)
    known = any(hmac.compare_digest(mark.encode(), wanted.encode()) for mark in marks[:MOST_PERSONS])
    return device if device and known else None


def remember(value: str | None, email: str, key: str) -> str:
    """The cookie's new value: this e-mail first, then the latest of those it held."""
    device, *marks = (value or "").split(_BETWEEN)
    device = device if device.isalnum() and marks else secrets.token_hex(16)
    mine = _mark(device, email, key)
    others = [mark for mark in marks if mark.isalnum() and mark != mine]
    return _BETWEEN.join([device, mine, *others][: MOST_PERSONS + 1])


def _mark(device: str, email: str, key: str) -> str:
    return hmac.digest(key.encode(), f"device:{device}:{email}".encode(), "sha256").hex()
