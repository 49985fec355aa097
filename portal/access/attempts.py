"""Attempts to sign in, counted in windows of a quarter (trust.md 1.7), so that nobody can lock somebody else out.

An attempt from a browser that has signed this person in before counts on that browser alone. Any other counts on
the person *and* the network address it came from, on the address whomever it is for, and on the person wherever it
comes from: the last, far higher, stops whoever has many addresses, and never the person's own browsers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_WINDOW = 10
# Failures from one network address, whomever they are for: a whole office may share one.
FAILURES_PER_ADDRESS = 100
# Failures for one person from all addresses together.
FAILURES_PER_PERSON = 200
_COUNT = text("SELECT count_attempt(:bucket, :window)")
_UNCOUNT = text("SELECT uncount_attempt(:bucket, :window)")
_FORGET = text("SELECT forget_attempts(:bucket)")
_CLEAR = text("SELECT clear_attempts(:before)")


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together: a hash, which names nobody. `most` in a window; `own`: emptied by a success."""

    key: bytes
    most: int
    own: bool


def buckets(email: str, came_from: str | None, device: str | None) -> tuple[Bucket, ...]:
    """Where an attempt counts. `device`: the browser, when it has signed this person in before."""
    if device is not None:
        return (Bucket(_key("device", device, email), ATTEMPTS_PER_WINDOW, own=True),)
    person = Bucket(_key("person", email), FAILURES_PER_PERSON, own=False)
    here = Bucket(_key("person-from", email, came_from or ""), ATTEMPTS_PER_WINDOW, own=True)
    return (here, person, place(came_from)) if came_from else (here, person)


def place(came_from: str) -> Bucket:
    """The bucket of a network address."""
    return Bucket(_key("from", came_from), FAILURES_PER_ADDRESS, own=False)


def _key(kind: str, *parts: str) -> bytes:
    return sha256("\0".join((f"sign-in-{kind}", *parts)).encode()).digest()


async def count_attempts(session: AsyncSession, wanted: Sequence[Bucket], now: datetime) -> bool:
    """Count one more in each; whether none is over its limit."""
    counts = [await count_one(session, bucket.key, window(now)) for bucket in wanted]
    return all(count <= bucket.most for count, bucket in zip(counts, wanted, strict=True))


async def count_one(session: AsyncSession, key: bytes, window_start: datetime) -> int:
    """Count one more; how many there are in the window."""
    return int((await session.execute(_COUNT, {"bucket": key, "window": window_start})).scalar_one())


async def it_succeeded(session: AsyncSession, counted: Sequence[Bucket], now: datetime) -> None:
    """The attempt was no failure: one's own are forgotten, of the shared ones this one is taken off."""
    for bucket in counted:
        statement = _FORGET if bucket.own else _UNCOUNT
        asked = {"bucket": bucket.key} if bucket.own else {"bucket": bucket.key, "window": window(now)}
        await session.execute(statement, asked)


async def clear_windows(session: AsyncSession, now: datetime) -> None:
    """Remove windows that are past; the longest is an hour (registration)."""
    await session.execute(_CLEAR, {"before": now - timedelta(hours=1)})


def window(now: datetime) -> datetime:
    """When the window of this moment began."""
    seconds = WINDOW.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
