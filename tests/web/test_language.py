"""/en before a path asks for English; texts without an English one are noticed where they are shown."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from litestar.types import Receive, Scope, Send

from portal.web import i18n
from portal.web.i18n import (
    MISSES,
    LocaleMiddleware,
    current_locale,
    gettext,
    localised,
    ngettext,
    read_english,
)


@pytest.fixture
def english() -> Iterator[None]:
    token = i18n._locale.set("en")
    yield
    i18n._locale.reset(token)


def test_swedish_is_what_is_written() -> None:
    assert gettext("Beställningar") == "Beställningar"
    assert ngettext("%(num)s rad", "%(num)s rader", 2) == "%(num)s rader"
    assert gettext("") == ""


@pytest.mark.usefixtures("english")
def test_english_comes_from_the_parts() -> None:
    assert gettext("Beställningar") == "Orders"
    assert gettext("") == ""
    plurals = [text for text in read_english().values() if text.plural is not None]
    assert plurals
    for text in plurals:
        assert ngettext(text.msgid, text.plural or "", 1) == text.texts[0]
        assert ngettext(text.msgid, text.plural or "", 2) == text.texts[1]


@pytest.mark.usefixtures("english")
def test_a_text_without_english_is_remembered_while_somebody_watches() -> None:
    MISSES.watch()
    assert gettext("Det här har ingen skrivit.") == "Det här har ingen skrivit."
    same = [text.msgid for text in read_english().values() if text.texts == (text.msgid,)]
    assert [gettext(word) for word in same] == same  # the same in both languages, and an entry says so
    assert MISSES.seen() == {"Det här har ingen skrivit."}


@pytest.mark.usefixtures("english")
def test_addresses_keep_the_language() -> None:
    assert localised("/") == "/en"
    assert localised("/orders") == "/en/orders"
    assert localised("https://example.test/") == "https://example.test/"


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/orders", "sv /orders"),
        ("/en/orders", "en /orders"),
        ("/en", "en /"),
        ("/en/", "en /"),
        ("/english", "sv /english"),
    ],
)
async def test_the_language_is_taken_from_the_path(asked: str, seen: str) -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        body = f"{current_locale()} {scope['path']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    transport = httpx.ASGITransport(app=LocaleMiddleware(echo))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        assert (await client.get(asked)).text == seen
    assert current_locale() == "sv"
