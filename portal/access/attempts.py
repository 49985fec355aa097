"""Attempts to sign in, counted in windows: for each account and from each network address (trust.md 1.7 asks both)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import RateLimit

WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_WINDOW = 10
# Failures from one network address, whomever they are for: a whole office may share one.
FAILURES_PER_ADDRESS = 100


def account(email: str) -> bytes:
    """The bucket of an e-mail address: a hash, which names nobody."""
    return sha256(f"sign-in:{email}".encode()).digest()


def place(came_from: str) -> bytes:
    """The bucket of a network address."""
    return sha256(f"sign-in-from:{came_from}".encode()).digest()


async def count_attempt(session: AsyncSession, bucket: bytes, now: datetime) -> int:
    """Count one more; how many there are in the window."""
    first = insert(RateLimit).values(bucket=bucket, window_start=window(now), count=1)
    again = first.on_conflict_do_update(
        index_elements=["bucket", "window_start"], set_={"count": RateLimit.count + 1}
    )
    return int((await session.execute(again.returning(RateLimit.count))).scalar_one())


def take_off(bucket: bytes, now: datetime) -> Update:
    """One attempt of the window did not fail."""
    mine = update(RateLimit).where(RateLimit.bucket == bucket, RateLimit.window_start == window(now))
    return mine.values(count=RateLimit.count - 1)


def forget(bucket: bytes) -> Delete:
    """All attempts of a bucket."""
    return delete(RateLimit).where(RateLimit.bucket == bucket)


def clear_windows(now: datetime) -> Delete:
    """Windows that are past."""
    return delete(RateLimit).where(RateLimit.window_start < now - WINDOW)


def window(now: datetime) -> datetime:
    """When the window of this moment began."""
    seconds = WINDOW.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
