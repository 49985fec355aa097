"""Every answer: its headers, its error pages, its messages, and that nothing half done is kept (trust.md F)."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import pytest
import structlog

from portal import logs
from portal.app import declared_handlers
from portal.web.flash import pack, unpack
from portal.web.security import HEADERS, STRICT_TRANSPORT
from tests.web.core import faults
from tests.web.core.conftest import MakeSite, Site, Urls, set_cookies

BUYER = "bestallare@gsf"
NOBODYS_ID = str(UUID(int=7))
CODE = re.compile(r"F-[2-9A-HJ-NP-Z]{5}")
TITLES = {
    "403": "Du får inte göra det här",
    "404": "Sidan finns inte",
    "409": "Det går inte just nu",
    "422": "Något behöver rättas",
    "500": "Något gick fel hos oss",
}


@pytest.fixture
async def faulty(make_site: MakeSite, seeded_urls: Urls) -> AsyncIterator[Site]:
    """The demo with routes that fail on purpose."""
    async with make_site(seeded_urls, handlers=faults.ROUTES) as made:
        yield made


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What this process would write to its log in production."""
    root = logging.getLogger()
    before, level, was = root.handlers[:], root.level, structlog.get_config()
    logs.configure(production=True)
    written = io.StringIO()
    root.handlers[0].setStream(written)  # type: ignore[attr-defined]
    yield written
    root.handlers[:], root.level = before, level
    structlog.configure(**was)


def lines(written: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def test_every_answer_carries_the_headers(secure_site: Site) -> None:
    visitor, browser = secure_site.browser(), secure_site.browser()
    await browser.sign_in(BUYER)
    paths = {
        re.sub(r"\{[^}]+:int\}", "7", re.sub(r"\{[^}]+:(uuid|str)\}", NOBODYS_ID, path))
        for path, _handler in declared_handlers(secure_site.app)
    }
    for path in (
        *sorted(paths),
        "/finns-inte",
        "/en",
        "/en/help",
        "/en/finns-inte",
        "/static/finns-inte.css",
    ):
        for who in (visitor, browser):
            for method in ("GET", "POST"):
                answer = await who.client.request(method, path)
                for name, value in HEADERS.items():
                    assert answer.headers.get(name) == value, (method, path, name)
                assert answer.headers["strict-transport-security"] == STRICT_TRANSPORT
                if not path.startswith("/static/"):
                    assert answer.headers["cache-control"] == "no-store", path
                    assert answer.headers["vary"] == "HX-Request, Cookie", path


async def test_plain_http_promises_no_https(shared_site: Site) -> None:
    answer = await shared_site.browser().get("/sign-in")
    assert "strict-transport-security" not in answer.headers


async def test_pages_hold_no_inline_script_or_style(shared_site: Site) -> None:
    browser = shared_site.browser()
    await browser.sign_in(BUYER)
    for path in ("/", "/account", "/help", "/help/accessibility", "/help/shortcuts", "/help/status"):
        shown = (await browser.get(path)).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", shown), path


async def test_built_files_may_be_kept_for_a_year(shared_site: Site) -> None:
    shown = (await shared_site.browser().get("/sign-in")).text
    for path in re.findall(r'(?:href|src)="(/static/build/[^"]+)"', shown):
        answer = await shared_site.browser().get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("status", ["403", "404", "409", "422", "500"])
async def test_an_error_is_told_in_words_with_a_code_that_is_in_the_log(
    faulty: Site, logged: io.StringIO, status: str
) -> None:
    for prefix in ("", "/en"):
        answer = await faulty.browser().get(f"{prefix}/faults/raise/{status}")
        assert answer.status_code == int(status)
        assert f'<html lang="{"en" if prefix else "sv"}">' in answer.text
        assert (TITLES[status] in answer.text) is (prefix == "")
        assert faults.SECRET not in answer.text and "Traceback" not in answer.text
        code = CODE.findall(answer.text)
        assert code and code[0] in [line.get("code") for line in lines(logged)]
    if status == "409":
        assert "chef@gsf hann före." in (await faulty.browser().get("/faults/raise/409")).text
    if status == "500":
        assert any(faults.SECRET in line.get("exception", "") for line in lines(logged))


async def test_unknown_pages_and_methods_are_told_in_words(shared_site: Site) -> None:
    for method, path, status in (
        ("GET", "/finns-inte", 404),
        ("POST", "/help", 405),
    ):
        answer = await shared_site.browser().client.request(method, path)
        assert answer.status_code == status
        assert TITLES["404"] in answer.text and CODE.search(answer.text)


async def test_an_address_that_only_takes_forms_leads_to_the_page_above_it(shared_site: Site) -> None:
    browser = shared_site.browser()
    await browser.sign_in(BUYER)
    one = "01a20229-2556-76cc-afda-3019e81732cd"
    for path, above in (
        ("/sign-out", "/"),
        (f"/orders/{one}/receipts", f"/orders/{one}"),
        (f"/en/orders/{one}/receipts", f"/en/orders/{one}"),
        (f"/suppliers/agreements/{one}/suppliers/{one}/removal", f"/suppliers/agreements/{one}"),
    ):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, above)


async def test_htmx_gets_the_message_for_the_page_it_is_on(faulty: Site) -> None:
    answer = await faulty.browser().get("/faults/raise/422", headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == "#request-error"
    assert answer.text.lstrip().startswith('<div id="request-error"') and "Ange ett belopp." in answer.text


async def test_a_body_too_large_is_told_in_words(shared_site: Site) -> None:
    browser = shared_site.browser()
    answer = await browser.post("/sign-in", {"email": "a" * 30_000, "password": "x"})
    assert answer.status_code == 413
    assert "Filen är för stor" in answer.text and "20 MB" in answer.text
    await browser.sign_in(BUYER)
    huge = await browser.post(
        "/account/preferences", {"shortcuts": "a" * 21_500_000}, csrf=await browser.token("/account")
    )
    assert huge.status_code == 413


async def test_an_answer_from_400_up_leaves_nothing(faulty: Site) -> None:
    browser = faulty.browser()
    await browser.sign_in(BUYER)
    csrf = await browser.token("/account")
    for status in (400, 403, 404, 409, 422, 500, 503):
        answer = await browser.post(f"/faults/write/{status}", csrf=csrf)
        assert answer.status_code == status
        assert await _name(faulty) != "Ändrat namn", status
    assert (await browser.post("/faults/write/200", csrf=csrf)).status_code == 200
    assert await _name(faulty) == "Ändrat namn"


async def test_a_commit_that_fails_is_no_success(faulty: Site, logged: io.StringIO) -> None:
    browser = faulty.browser()
    await browser.sign_in(BUYER)
    answer = await browser.post("/faults/break-commit", csrf=await browser.token("/account"))
    assert answer.status_code == 500
    assert TITLES["500"] in answer.text and answer.text.rstrip().endswith("</html>")
    assert "location" not in answer.headers and "flash" not in set_cookies(answer)
    code = CODE.findall(answer.text)[0]
    assert code in [line.get("code") for line in lines(logged)]
    assert await _name(faulty) != "Ändrat namn"
    assert (await browser.get("/account")).status_code == 200


async def test_a_message_is_shown_once_and_by_a_whole_page(faulty: Site) -> None:
    browser = faulty.browser()
    await browser.sign_in(BUYER)
    sent = await browser.post("/faults/flash", csrf=await browser.token("/account"))
    assert set_cookies(sent)["flash"]["httponly"]
    part = await browser.get("/start/tasks", headers={"hx-request": "true"})
    assert "Åtgärden" not in part.text
    shown = await browser.get("/account")
    assert "Åtgärden är sparad &lt;b&gt;." in shown.text
    assert "Åtgärden" not in (await browser.get("/account")).text


@pytest.mark.parametrize(
    "value",
    [
        "x", ".", "x.y", "å.å", "W10.", 'WyJvayIsICJ4Il0.0000', "\x7f", "a" * 4000, '"', "WyJvayIsICJ4Il0=." + "0" * 64,
        pack("another key of another installation", "ok", "Klicka här"),
    ],
)  # fmt: skip
async def test_a_message_of_somebody_elses_making_is_not_shown(shared_site: Site, value: str) -> None:
    answer = await shared_site.browser().get("/sign-in", headers={"cookie": f"flash={value}".encode()})
    assert answer.status_code == 200
    assert 'class="flashes"' not in answer.text


def test_a_changed_message_is_refused_whichever_sign_was_changed() -> None:
    whole = pack("k" * 64, "warn", "Ärendet är inte sparat")
    assert unpack("k" * 64, whole) == ("warn", "Ärendet är inte sparat")
    for place, sign in enumerate(whole):
        changed = whole[:place] + ("A" if sign != "A" else "B") + whole[place + 1 :]
        assert unpack("k" * 64, changed) is None, place


async def test_the_log_holds_no_password_no_token_and_no_rows(faulty: Site, logged: io.StringIO) -> None:
    browser = faulty.browser()
    await browser.sign_in(BUYER, "lösenord-som-kanarie")
    await browser.sign_in(BUYER)
    csrf = await browser.token("/account")
    broken = await browser.post("/faults/statement", csrf=csrf)
    assert broken.status_code == 500
    await browser.post("/faults/write/500", {"password": "fält-som-kanarie"}, csrf=csrf)
    structlog.get_logger("portal.test").warning(
        "prov", password="kanarie-1", csrf_token="kanarie-2", Cookie="kanarie-3"
    )
    log = logged.getvalue()
    for canary in ("kanarie", csrf, browser.session_cookie or "-", "exempelstad.test", 'exempelstad"'):
        assert canary not in log, canary
    failed = next(line for line in lines(logged) if line["event"] == "unexpected_error")
    assert "[SQL: SELECT CAST" in failed["exception"]
    assert "[parameters" not in failed["exception"]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines(logged))


async def _name(site: Site) -> str:
    rows = await site.rows("SELECT name FROM app_user WHERE login = :login", login=BUYER)
    return str(rows[0].name)
