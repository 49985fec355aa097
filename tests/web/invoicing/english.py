"""What stands in Swedish on an English page: whole texts, pieces of sentences, and words only Swedish has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

from dev.demo_city import data
from dev.invoices.writer import Seller
from portal.web.i18n import read_english

HOLE = re.compile(r"%\(\w+\)[sd]|%%")
SWEDISH_WORD = re.compile(r"\w*[åäöÅÄÖ]\w*|\b(och|eller|inte|till)\b")
LONG = 12
SHOWN = ("aria-label", "placeholder", "title", "data-announce", "data-failed", "data-conflict")
EMPTY = frozenset({"input", "br", "img", "link", "meta", "hr", "col", "wbr", "use", "path"})


class _Texts(HTMLParser):
    """Text nodes and spoken attributes, but for what is marked as Swedish, scripts and drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (
            self.skipped or tag in {"script", "style", "svg"} or given.get("lang") == "sv"
        ) and tag not in EMPTY:
            self.skipped.append(tag)
        elif not self.skipped:
            self.found += [value for name in SHOWN if (value := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag == self.skipped[-1]:
            self.skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipped and (text := " ".join(data.split())):
            self.found.append(text)


def texts_of(html: str) -> list[str]:
    """Everything a reader or listener meets."""
    parser = _Texts()
    parser.feed(html)
    return parser.found


def swedish_left(html: str, said: tuple[str, ...] = ()) -> list[str]:
    """Texts of the page that are Swedish still. `said`: what persons and documents say, in any language."""
    return [left for shown in texts_of(html) if (left := _left(shown, said))]


@cache  # most texts stand on every page
def _left(shown: str, said: tuple[str, ...]) -> str:
    whole, pieces = _swedish()
    text = " ".join(_own(said).sub("", shown.replace("\u00a0", " ")).split())
    piece = next((one for one in pieces if one in text), None)
    if text in whole or piece or SWEDISH_WORD.search(text):
        return f"{shown} ({piece})" if piece else shown
    return ""


@lru_cache
def _own(said: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(one) for one in (*said, *_city())))


@lru_cache
def _swedish() -> tuple[frozenset[str], tuple[str, ...]]:
    known = read_english().values()
    differing = [text for text in known if text.msgid not in text.texts]
    english = {one for text in known for one in text.texts}
    names = {name for _login, name, *_ in data.USERS}
    whole = frozenset(text.msgid for text in differing) - english - names
    both = "\n".join(english)
    pieces = {
        " ".join(piece.split())
        for text in differing
        for msgid in filter(None, (text.msgid, text.plural))
        for piece in HOLE.split(msgid)
        if len(piece.strip()) >= LONG and " " in piece.strip()
    }
    return whole, tuple(sorted(piece for piece in pieces if piece not in both))


@lru_cache
def _city() -> tuple[str, ...]:
    """Names in the demo city's data: of organisations, suppliers, accounts, articles; longest first."""
    found = {one for one in _strings(_values(data)) if SWEDISH_WORD.search(one)}
    found |= {Seller.__dataclass_fields__["street"].default}
    return tuple(sorted(found, key=len, reverse=True))


def _values(module: ModuleType) -> list[Any]:
    return [value for name, value in vars(module).items() if name.isupper()]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _strings(one)
