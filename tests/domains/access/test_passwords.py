"""An unknown user costs as much time as a known one, and never fits."""

from __future__ import annotations

from argon2 import PasswordHasher, extract_parameters

from portal.access.passwords import NO_ANSWER, NOBODYS_CHALLENGE, answer_to, hash_password


def test_nobodys_challenge_takes_as_long_as_one_made_today() -> None:
    whole = NOBODYS_CHALLENGE + "A" * 43
    assert extract_parameters(whole) == extract_parameters(hash_password("x"))
    assert not PasswordHasher().check_needs_rehash(whole)


async def test_an_unknown_user_has_no_answer() -> None:
    assert await answer_to(None, "") == NO_ANSWER
    assert await answer_to(None, NOBODYS_CHALLENGE) == NO_ANSWER


async def test_the_right_password_gives_the_hash_and_another_does_not() -> None:
    whole = hash_password("kanarie")
    challenge = whole[: whole.rindex("$") + 1]
    assert await answer_to(challenge, "kanarie") == whole
    assert await answer_to(challenge, "Kanarie") not in (whole, NO_ANSWER)
    assert await answer_to("trasig", "kanarie") == NO_ANSWER
