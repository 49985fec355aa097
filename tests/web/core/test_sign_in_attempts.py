"""Tries to sign in: guessers are stopped by person and address, and lock nobody else out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from portal.access.attempts import (
    ATTEMPTS_PER_WINDOW,
    FAILURES_PER_ADDRESS,
    FAILURES_PER_PERSON,
    Bucket,
    buckets,
    place,
    window,
)
from portal.access.sign_in import TOO_MANY
from portal.proxies import unlisted_proxy
from tests.web.core.conftest import Browser, Site, together

BUYER = "bestallare@gsf"
ADDRESS = "bestallare@gsf.exempelstad.test"


async def test_ten_failures_close_the_address_for_a_while_whether_it_exists_or_not(site: Site) -> None:
    for address in (ADDRESS, "ingen@gsf.exempelstad.test"):
        browser = site.browser()
        csrf = await browser.token()
        wrong = {"email": address, "password": "fel"}
        for _ in range(ATTEMPTS_PER_WINDOW):
            assert (await browser.post("/sign-in", wrong, csrf=csrf)).status_code == 422
        closed = await browser.post("/sign-in", {"email": address, "password": "exempelstad"}, csrf=csrf)
        assert closed.status_code == 429
        assert TOO_MANY in closed.text
    assert (await site.browser().sign_in("chef@gsf")).status_code == 303
    site.clock.advance(minutes=16)
    assert (await site.browser().sign_in(BUYER)).status_code == 303


async def test_a_hundred_failures_close_a_network_address_whomever_they_are_for(site: Site) -> None:
    browser = site.browser()
    csrf = await browser.token()
    _counted(site, place("127.0.0.1"), FAILURES_PER_ADDRESS - 2)
    for email in ("a@x.test", "b@x.test"):
        wrong = {"email": email, "password": "fel"}
        assert (await browser.post("/sign-in", wrong, csrf=csrf)).status_code == 422
    assert (await site.browser().sign_in("chef@gsf")).status_code == 429
    site.clock.advance(minutes=16)
    assert (await site.browser().sign_in("chef@gsf")).status_code == 303


async def test_a_success_is_no_failure_of_the_network_address(site: Site) -> None:
    """Everybody in a town hall comes from one address in the morning."""
    for login in ("chef@gsf", "attestant@gsf", BUYER):
        assert (await site.browser().sign_in(login)).status_code == 303
    assert set(site.owned("SELECT count FROM rate_limit")) == {(0,)}


async def test_who_guesses_from_elsewhere_locks_nobody_out(site: Site) -> None:
    """K07: the lock is for one person from one address; the person's own place is another."""
    guesser = site.browser("198.51.100.7")
    csrf = await guesser.token()
    for _ in range(ATTEMPTS_PER_WINDOW + 1):
        last = await guesser.post("/sign-in", {"email": ADDRESS, "password": "fel"}, csrf=csrf)
    assert last.status_code == 429
    assert (await site.browser().sign_in(BUYER)).status_code == 303


async def test_a_browser_that_is_known_gets_in_where_strangers_do_not(site: Site) -> None:
    """K07: a hundred failures from an office, or hundreds for one person, do not stop who has been here before."""
    known = await _known_to(site, BUYER)
    _counted(site, place("127.0.0.1"), FAILURES_PER_ADDRESS)
    _counted(site, buckets(ADDRESS, None, None)[1], FAILURES_PER_PERSON)
    assert (await site.browser().sign_in(BUYER)).status_code == 429
    assert (await known.sign_in("chef@gsf")).status_code == 429, "it is known to one person"
    assert (await known.sign_in(BUYER)).status_code == 303


async def test_a_known_browser_has_ten_tries_of_its_own(site: Site) -> None:
    known = await _known_to(site, BUYER)
    for _ in range(ATTEMPTS_PER_WINDOW):
        assert (await known.sign_in(BUYER, "fel")).status_code == 422
    assert (await known.sign_in(BUYER)).status_code == 429
    known.client.cookies.set("device", "pahittad.0000")
    assert (await known.sign_in(BUYER)).status_code == 303, (
        "a made-up cookie makes it a stranger, who may try"
    )


async def test_hundreds_of_addresses_together_are_stopped(site: Site) -> None:
    _counted(site, buckets(ADDRESS, None, None)[1], FAILURES_PER_PERSON)
    assert (await site.browser().sign_in(BUYER)).status_code == 429


async def test_the_hash_of_a_password_never_leaves_the_database(site: Site) -> None:
    """K08: the app's role reads no credential, and the challenge it gets holds no hash."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        await site.rows("SELECT password_hash FROM credential")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await site.rows("DELETE FROM rate_limit")
    ((whole,),) = site.owned(
        "SELECT c.password_hash FROM credential c JOIN app_user u ON u.id = c.user_id WHERE u.email = %(email)s",
        email=ADDRESS,
    )
    (row,) = await site.rows("SELECT sign_in_challenge(:email) AS challenge", email=ADDRESS)
    assert whole.startswith(row.challenge) and len(whole) - len(row.challenge) > 20


async def test_doctor_tells_of_a_proxy_that_settings_do_not_name(site: Site) -> None:
    settings = site.installation.settings
    now = site.clock.now()
    assert unlisted_proxy(settings.data_dir, now) is None
    await site.browser(**{"x-forwarded-for": "198.51.100.7"}).sign_in(BUYER)
    assert (unlisted_proxy(settings.data_dir, now) or "").startswith("127.0.0.1, ")
    assert unlisted_proxy(settings.data_dir, now + timedelta(days=8)) is None


async def test_many_attempts_at_once_do_not_slip_past_the_limit(site: Site) -> None:
    browser = site.browser()
    csrf = await browser.token()
    statuses: list[int] = []

    async def attempt() -> None:
        answer = await browser.post("/sign-in", {"email": ADDRESS, "password": "fel"}, csrf=csrf)
        statuses.append(answer.status_code)

    await together(attempt, 16)
    assert sorted(statuses) == [422] * ATTEMPTS_PER_WINDOW + [429] * (16 - ATTEMPTS_PER_WINDOW)


async def test_a_success_clears_the_count(site: Site) -> None:
    for _ in range(2):
        for _ in range(ATTEMPTS_PER_WINDOW - 1):
            await site.browser().sign_in(BUYER, "fel")
        assert (await site.browser().sign_in(BUYER)).status_code == 303


def _counted(site: Site, bucket: Bucket, count: int) -> None:
    site.owned(
        "INSERT INTO rate_limit (bucket, window_start, count) VALUES (%(key)s, %(start)s, %(count)s)"
        " ON CONFLICT (bucket, window_start) DO UPDATE SET count = %(count)s",
        key=bucket.key, start=window(site.clock.now()), count=count,
    )  # fmt: skip


async def _known_to(site: Site, login: str) -> Browser:
    """A browser in which this person has signed in and out again."""
    browser = site.browser()
    assert (await browser.sign_in(login)).status_code == 303
    browser.client.cookies.delete("session")
    return browser
