"""Passwords: argon2id, off the event loop because it is slow on purpose.

The hash never leaves the database: it gives out how a password is to be hashed, and says whether the answer is right.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import HashingError, InvalidHashError
from argon2.low_level import hash_secret

_HASHER = PasswordHasher()
# Answered when the user is unknown, so that it takes as long either way. Of a random password that was not kept;
# written down, since making one at start would cost every process 64 MiB. A test holds its parameters against today's.
NOBODYS_CHALLENGE = "$argon2id$v=19$m=65536,t=3,p=4$QYrZMVIAL+ug1oJRZsSJMA$"
# As long as the part that is kept back, and meaning nothing: the parameters are read from a whole hash only.
_KEPT_BACK = "A" * 43
NO_ANSWER = ""


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters."""
    return _HASHER.hash(password)


async def answer_to(challenge: str | None, password: str) -> str:
    """The hash the password gives; an unknown user (None) costs as much time as a known one, and answers nothing."""
    answer = await asyncio.to_thread(_answer, challenge or NOBODYS_CHALLENGE, password)
    return answer if challenge else NO_ANSWER


def _answer(challenge: str, password: str) -> str:
    try:
        how = extract_parameters(challenge + _KEPT_BACK)
        return hash_secret(
            password.encode(), _salt(challenge), how.time_cost, how.memory_cost, how.parallelism, how.hash_len,
            how.type, how.version,
        ).decode()  # fmt: skip
    except (HashingError, InvalidHashError, ValueError):
        return NO_ANSWER


def _salt(challenge: str) -> bytes:
    """The salt stands before the last $, in base64 without its padding."""
    written = challenge.rstrip("$").rpartition("$")[2]
    return b64decode(written + "=" * (-len(written) % 4))
