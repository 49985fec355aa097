"""Sign-in and sessions (trust.md 1.7): nothing tells who exists, nothing outlives its time, nothing can be fixed."""

from __future__ import annotations

import statistics
import time
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.attempts import (
    ATTEMPTS_PER_WINDOW,
)
from portal.access.passwords import hash_password
from portal.access.sign_in import WRONG
from tests.web.core.conftest import PASSWORD, Site, set_cookies, together

BUYER = "bestallare@gsf"
ADDRESS = "bestallare@gsf.exempelstad.test"


async def test_right_password_opens_a_session_whose_token_only_the_browser_has(site: Site) -> None:
    browser = site.browser()
    answer = await browser.sign_in(BUYER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    token = browser.session_cookie
    assert token is not None
    rows = await site.rows("SELECT token_hash, user_id FROM sign_in_session")
    assert [(row.token_hash, row.user_id) for row in rows] == [
        (sha256(token.encode()).digest(), demo_id("user", BUYER))
    ]
    stored = await site.rows("SELECT t::text AS everything FROM sign_in_session t")
    assert all(token not in row.everything and token.encode().hex() not in row.everything for row in stored)
    opened = await site.rows("SELECT actor_id FROM audit_event WHERE tag = 'sign_in:session:open'")
    assert [row.actor_id for row in opened] == [demo_id("user", BUYER)]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADDRESS, "fel"),
        (ADDRESS, ""),
        ("ingen@gsf.exempelstad.test", "exempelstad"),
        ("", ""),
        ("x" * 10_000, "exempelstad"),
        ("' OR 1=1 --", "exempelstad"),
        (ADDRESS, "Exempelstad"),
    ],
)
async def test_a_refusal_says_the_same_whatever_was_wrong(
    shared_site: Site, email: str, password: str
) -> None:
    browser = shared_site.browser()
    answer = await browser.post("/sign-in", {"email": email, "password": password})
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert browser.session_cookie is None


async def test_an_inactive_user_is_refused_in_the_same_words(site: Site) -> None:
    await site.change("UPDATE app_user SET active = false WHERE login = :login", login=BUYER)
    answer = await site.browser().sign_in(BUYER)
    assert answer.status_code == 422
    assert WRONG in answer.text


async def test_the_address_is_read_without_case_and_blanks(shared_site: Site) -> None:
    form = {"email": f"  {ADDRESS.upper()} ", "password": "exempelstad"}
    answer = await shared_site.browser().post("/sign-in", form)
    assert answer.status_code == 303


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(site: Site) -> None:
    await site.change("UPDATE credential SET password_hash = :real", real=hash_password(PASSWORD))

    async def seconds(email: str) -> float:
        """Of computing, which is what the hash costs: the clock on the wall also counts what others do meanwhile."""
        browser = site.browser()
        csrf = await browser.token()
        start = time.process_time()
        await browser.post("/sign-in", {"email": email, "password": "fel"}, csrf=csrf)
        return time.process_time() - start

    await seconds("varmare@x.test")
    both = [(await seconds(ADDRESS), await seconds(f"ingen{n}@gsf.exempelstad.test")) for n in range(5)]
    known, unknown = (statistics.median(times) for times in zip(*both, strict=True))
    assert 0.4 < known / unknown < 2.5, (known, unknown)


async def test_sixteen_sign_ins_at_once_with_stale_cookies_do_not_starve_each_other(site: Site) -> None:
    """Each needs a second connection while the request holds one: the request must let go of its own first."""
    answers: list[int] = []

    async def attempt() -> None:
        browser = site.browser()
        csrf = await browser.token()
        browser.client.cookies.set("session", "gammal")
        answer = await browser.post("/sign-in", {"email": ADDRESS, "password": "exempelstad"}, csrf=csrf)
        answers.append(answer.status_code)

    await together(attempt, 16)
    assert set(answers) <= {303, 429}
    assert answers.count(303) >= ATTEMPTS_PER_WINDOW


async def test_sign_in_gives_a_new_token_and_ends_the_old_session(site: Site) -> None:
    browser = site.browser()
    browser.client.cookies.set("session", "vald-av-angriparen")
    await browser.sign_in(BUYER)
    first = browser.client.cookies.get("session", domain="127.0.0.1")
    assert first and first != "vald-av-angriparen"
    browser.client.cookies.clear()
    browser.client.cookies.set("session", first)
    csrf = await browser.token("/account")
    again = await browser.post(
        "/sign-in", {"email": "chef@gsf.exempelstad.test", "password": "exempelstad"}, csrf=csrf
    )
    second = set_cookies(again)["session"].value
    assert second not in {first, ""}
    rows = await site.rows("SELECT user_id FROM sign_in_session")
    assert [row.user_id for row in rows] == [demo_id("user", "chef@gsf")]


async def test_a_session_ends_after_an_hour_without_activity(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in(BUYER)
    for _ in range(3):
        site.clock.advance(minutes=59)
        assert (await browser.get("/account")).status_code == 200
    site.clock.advance(minutes=61)
    assert (await browser.get("/account")).status_code == 303


async def test_a_page_that_refreshes_itself_keeps_no_session_alive(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in(BUYER)
    for _ in range(6):
        site.clock.advance(minutes=10)
        last = await browser.get("/start/tasks", headers={"hx-request": "true"})
        assert last.status_code == 200
    site.clock.advance(minutes=1)
    last = await browser.get("/start/tasks", headers={"hx-request": "true"})
    assert (last.status_code, last.headers["hx-redirect"]) == (401, "/sign-in")


async def test_a_session_ends_after_ten_hours_however_active(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in(BUYER)
    for _ in range(20):
        site.clock.advance(minutes=30)
        assert (await browser.get("/account")).status_code == 200
    site.clock.advance(minutes=1)
    assert (await browser.get("/account")).status_code == 303


async def test_sign_out_ends_the_session_on_the_server(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in(BUYER)
    kept = browser.session_cookie
    answer = await browser.post("/sign-out", csrf=await browser.token("/account"))
    assert answer.headers["location"] == "/sign-in"
    assert set_cookies(answer)["session"]["max-age"] == "0"
    browser.client.cookies.set("session", kept or "")
    assert (await browser.get("/account")).status_code == 303
    assert await site.rows("SELECT 1 FROM sign_in_session") == []


async def test_sign_out_everywhere_ends_all_of_the_users_sessions_and_no_other(site: Site) -> None:
    here, there, other = site.browser(), site.browser(), site.browser()
    await here.sign_in(BUYER)
    await there.sign_in(BUYER)
    await other.sign_in("chef@gsf")
    await here.post("/sign-out", {"everywhere": "1"}, csrf=await here.token("/account"))
    assert [(await b.get("/account")).status_code for b in (here, there, other)] == [303, 303, 200]


async def test_a_deactivated_users_next_request_is_denied(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in(BUYER)
    assert (await browser.get("/account")).status_code == 200
    await site.change("UPDATE app_user SET active = false WHERE login = :login", login=BUYER)
    assert (await browser.get("/account")).status_code == 303


async def test_a_revoked_role_is_gone_at_the_next_request(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in("leverantorsadmin@gsf")
    before = (await browser.get("/")).text
    assert 'href="/suppliers"' in before
    await site.change(
        "UPDATE user_role SET valid_to = CAST(:yesterday AS date) WHERE user_id = :user AND permission = 'B41'",
        yesterday=date(2020, 1, 1), user=demo_id("user", "leverantorsadmin@gsf"),
    )  # fmt: skip
    assert 'href="/suppliers"' not in (await browser.get("/")).text
    assert (await browser.get("/suppliers")).status_code in {403, 404}


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "å", "%00", "'; DROP TABLE sign_in_session; --"])
async def test_a_made_up_token_is_nobody(shared_site: Site, token: str) -> None:
    answer = await shared_site.browser().get("/account", headers={"cookie": f"session={token}".encode()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


async def test_the_chooser_signs_in_a_demo_user(shared_site: Site) -> None:
    browser = shared_site.browser()
    assert "/sign-in/demo" in (await browser.get("/sign-in")).text
    answer = await browser.post("/sign-in/demo", {"login": "chef@gsf"})
    assert answer.status_code == 303
    assert (await browser.get("/account")).status_code == 200


@pytest.mark.parametrize("login", ["", "%", "finns@inte", "chef@gsf' OR '1'='1"])
async def test_the_chooser_knows_only_whole_logins(shared_site: Site, login: str) -> None:
    browser = shared_site.browser()
    assert (await browser.post("/sign-in/demo", {"login": login})).status_code == 404
    assert browser.session_cookie is None


async def test_the_chooser_lists_nobody_who_could_be_real(site: Site) -> None:
    await site.change("UPDATE app_user SET email = 'chef@kommunen.se' WHERE login = 'chef@gsf'")
    browser = site.browser()
    assert "chef@gsf" not in (await browser.get("/sign-in")).text
    assert (await browser.post("/sign-in/demo", {"login": "chef@gsf"})).status_code == 404


async def test_no_chooser_outside_the_demo(secure_site: Site) -> None:
    browser = secure_site.browser()
    shown = (await browser.get("/sign-in")).text
    assert "/sign-in/demo" not in shown and "chef@gsf" not in shown
    answer = await browser.post("/sign-in/demo", {"login": "chef@gsf"})
    assert answer.status_code == 404
    assert browser.session_cookie is None


async def test_cookies_are_host_only_and_hidden_from_scripts(secure_site: Site, shared_site: Site) -> None:
    secure = set_cookies(await secure_site.browser().sign_in(BUYER))
    visitor = set_cookies(await secure_site.browser().get("/sign-in"))
    assert {*secure, *visitor} >= {"__Host-session", "__Host-visitor"}
    assert all(name.startswith("__Host-") for name in (*secure, *visitor))
    for cookie in (*secure.values(), *visitor.values()):
        assert _attributes(cookie) == {
            "path": "/",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
            "domain": "",
        }
    plain = set_cookies(await shared_site.browser().sign_in(BUYER))
    assert _attributes(plain["session"]) | {"secure": ""} == {
        "path": "/", "secure": "", "httponly": True, "samesite": "Lax", "domain": "",
    }  # fmt: skip


def _attributes(cookie: Any) -> dict[str, Any]:
    found = {name: cookie[name] for name in ("path", "secure", "httponly", "samesite", "domain")}
    return found | {"samesite": found["samesite"].capitalize()}


async def test_preferences_take_what_the_form_has_and_nothing_else(site: Site) -> None:
    """Mass assignment: fields of the user that the form does not have change nothing."""
    browser = site.browser()
    await browser.sign_in(BUYER)
    before = await _user(site)
    hostile = {
        "shortcuts": "1", "active": "false", "group_code": "central_admin", "email": "a@b.c", "supplier_id": "1",
        "preferences": '{"x": 1}', "id": str(demo_id("user", "chef@gsf")), "user_id": str(demo_id("user", "chef@gsf")),
        "concern_id": str(CONCERN_ID), "permissions": "A43", "central": "1",
    }  # fmt: skip
    answer = await browser.post("/account/preferences", hostile, csrf=await browser.token("/account"))
    assert answer.status_code == 303
    after = await _user(site)
    assert after.pop("preferences") == {"shortcuts": True, "tables": False}
    before.pop("preferences")
    assert after == before
    others = await site.rows("SELECT login FROM app_user WHERE preferences ? 'shortcuts'")
    assert [row.login for row in others] == [BUYER]


async def test_sign_in_takes_no_user_from_the_form(site: Site) -> None:
    form = {"email": ADDRESS, "password": "exempelstad", "user_id": str(demo_id("user", "central@stad"))}
    browser = site.browser()
    await browser.post("/sign-in", form)
    rows = await site.rows("SELECT user_id FROM sign_in_session")
    assert [row.user_id for row in rows] == [demo_id("user", BUYER)]


async def _user(site: Site) -> dict[str, Any]:
    rows = await site.rows(
        "SELECT to_jsonb(u) AS everything FROM app_user u WHERE login = :login", login=BUYER
    )
    return dict(rows[0].everything)
