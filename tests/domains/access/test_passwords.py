"""An unknown user costs as much time as a known one, and never fits."""

from __future__ import annotations

from argon2 import PasswordHasher, extract_parameters

from portal.access.passwords import NOBODYS_HASH, hash_password, password_fits


def test_nobodys_hash_takes_as_long_as_one_made_today() -> None:
    assert extract_parameters(NOBODYS_HASH) == extract_parameters(hash_password("x"))
    assert not PasswordHasher().check_needs_rehash(NOBODYS_HASH)


async def test_an_unknown_user_has_no_password() -> None:
    assert not await password_fits(None, "")
    assert not await password_fits(None, NOBODYS_HASH)
    assert await password_fits(hash_password("kanarie"), "kanarie")
