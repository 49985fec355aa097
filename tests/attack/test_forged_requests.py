"""Requests another site makes a signed-in person's browser send: refused on every route that changes something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest

from portal.app import declared_handlers
from portal.web.security import CSRF_FIELD, SAFE_METHODS
from tests.web.core.conftest import SAME_ORIGIN, Browser, Site

NOBODYS_ID = str(UUID(int=7))
REFUSED = {303, 401, 403}
VICTIMS = ("levgruppen@stad", "leverantor@kontorsbolaget.test")
# The order of rows does not matter, every byte of them does.
TABLES = "SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) AS h FROM {} t"
WATCHED = (
    "app_user", "user_role", "purchase_order", "requisition", "invoice", "catalogue_upload", "supplier",
    "supplier_relation", "agreement", "delegation", "decision", "audit_event", "sign_in_session",
)  # fmt: skip


def mutating_routes(site: Site) -> Iterator[tuple[str, str, str]]:
    """(method, path with ids filled in, path as declared) of every route that is not only read."""
    for path, handler in declared_handlers(site.app):
        for method in sorted(handler.http_methods - SAFE_METHODS):  # type: ignore[attr-defined]
            yield method, filled(path), path


def filled(path: str) -> str:
    """The declared path with a value of the right kind for each parameter."""
    return re.sub(r"\{[^}:]+:int\}", "7", re.sub(r"\{[^}:]+:(uuid|str)\}", NOBODYS_ID, path))


async def contents(site: Site) -> dict[str, int]:
    """A digest of every watched table."""
    return {table: (await site.rows(TABLES.format(table)))[0].h for table in WATCHED}


async def test_every_mutating_route_refuses_forged_requests(site: Site) -> None:
    routes = list(mutating_routes(site))
    assert len(routes) >= 5
    for login in VICTIMS:
        victim, attacker = site.browser(), site.browser()
        await victim.sign_in(login)
        await attacker.sign_in("bestallare@slk")
        own, foreign = await victim.token("/account"), await attacker.token("/account")
        visitors = await site.browser().token()
        before = await contents(site)
        for method, path, declared in routes:
            for reason, headers, fields in _forgeries(own, foreign, visitors):
                answer = await victim.client.request(method, path, data=fields, headers=headers)
                assert answer.status_code in REFUSED, (login, method, declared, reason, answer.status_code)
        assert await contents(site) == before, login


def _forgeries(own: str, foreign: str, visitors: str) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    right = {CSRF_FIELD: own}
    yield "no token", SAME_ORIGIN, {}
    yield "empty token", SAME_ORIGIN, {CSRF_FIELD: ""}
    yield "another session's token", SAME_ORIGIN, {CSRF_FIELD: foreign}
    yield "another session's token in the header", SAME_ORIGIN | {"x-csrf-token": foreign}, right
    yield "a visitor's token", SAME_ORIGIN, {CSRF_FIELD: visitors}
    yield "a token outside ASCII", SAME_ORIGIN, {CSRF_FIELD: "å" * 64}
    yield "cross-site", {"sec-fetch-site": "cross-site"}, right
    yield "same-site, another host", {"sec-fetch-site": "same-site"}, right
    yield "foreign origin", {"origin": "https://angripare.example"}, right
    yield "foreign origin that says same-origin", SAME_ORIGIN | {"origin": "https://angripare.example"}, right
    yield "opaque origin", {"origin": "null"}, right
    yield "another port", {"origin": "http://127.0.0.1:9999"}, right
    yield "no word of where from", {}, right
    yield "text/plain", SAME_ORIGIN | {"content-type": "text/plain"}, right


async def test_no_changing_route_answers_to_get(site: Site) -> None:
    """A route that is only posted to does nothing by GET but lead to a page above it, if it answers at all."""
    browser = site.browser()
    await browser.sign_in("bestallare@gsf")
    read = {path for path, handler in declared_handlers(site.app) if "GET" in handler.http_methods}  # type: ignore[attr-defined]
    for _method, path, declared in mutating_routes(site):
        if declared not in read:
            answer = await browser.get(path)
            led_up = answer.status_code == 303 and path.startswith(answer.headers["location"])
            assert led_up or answer.status_code in {404, 405}, declared


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
async def test_methods_nobody_declared_are_refused(shared_site: Site, method: str) -> None:
    for path in ("/", "/sign-in", "/account/preferences", "/finns-inte", "/en/help"):
        answer = await shared_site.browser().client.request(method, path)
        assert answer.status_code == 405
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND"])
async def test_other_methods_do_nothing(shared_site: Site, method: str) -> None:
    answer = await shared_site.browser().client.request(method, "/account/preferences", headers=SAME_ORIGIN)
    assert answer.status_code in {404, 405}


async def test_a_token_dies_with_its_session(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in("bestallare@gsf")
    old = await browser.token("/account")
    await browser.post("/sign-out", csrf=old)
    await browser.sign_in("bestallare@gsf")
    answer = await browser.post("/account/preferences", {"shortcuts": "1"}, csrf=old)
    assert answer.status_code == 403


async def test_the_token_may_stand_in_the_header(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in("bestallare@gsf")
    headers = SAME_ORIGIN | {"x-csrf-token": await browser.token("/account")}
    answer = await browser.client.post("/account/preferences", data={"shortcuts": "1"}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8000"])
async def test_an_older_browser_is_known_by_its_origin(site: Site, origin: str) -> None:
    browser = site.browser(host=origin.removeprefix("http://"))
    csrf = await browser.token()
    form = {CSRF_FIELD: csrf, "email": "bestallare@gsf.exempelstad.test", "password": "exempelstad"}
    assert (await browser.client.post("/sign-in", data=form, headers={"origin": origin})).status_code == 303


async def test_signed_out_htmx_is_sent_to_sign_in(site: Site) -> None:
    """Its token died with the session: it must hear of sign-in, not of a page too old."""
    browser = site.browser()
    await browser.sign_in("bestallare@gsf")
    csrf = await browser.token("/account")
    site.clock.advance(minutes=61)
    for path, location in (("/account/preferences", "/sign-in"), ("/en/account/preferences", "/en/sign-in")):
        answer = await browser.post(path, {}, csrf=csrf, headers={"hx-request": "true"})
        assert (answer.status_code, answer.headers["hx-redirect"], answer.text) == (401, location, "")


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
async def test_nul_in_a_form_is_refused_in_words(site: Site, text: str) -> None:
    browser: Browser = site.browser()
    answer = await browser.post("/sign-in", {"email": text, "password": "x"})
    assert answer.status_code == 400
    assert "tecken som inte går att spara" in answer.text
