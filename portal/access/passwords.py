"""Passwords: argon2id, off the event loop because it is slow on purpose."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Verified against when the user is unknown, so that the answer takes as long either way. Of a random password that
# was not kept; written down, since making one at start would cost every process 64 MiB. A test holds its parameters
# against today's.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$QYrZMVIAL+ug1oJRZsSJMA$cJNHxcIARwBrKsp+dhPVqYVe7e0ltLC917snVfq0MUQ"
)


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters."""
    return _HASHER.hash(password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash; an unknown user costs as much time as a known one."""
    return await asyncio.to_thread(_fits, password_hash, password)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or NOBODYS_HASH, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
