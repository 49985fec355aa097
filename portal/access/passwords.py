"""Passwords: argon2id, off the event loop because it is slow on purpose."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Verified against when the user is unknown, so that the answer takes as long either way.
_NOBODYS_HASH = _HASHER.hash("no user has this password")


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters."""
    return _HASHER.hash(password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash; an unknown user costs as much time as a known one."""
    return await asyncio.to_thread(_fits, password_hash, password)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _NOBODYS_HASH, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
