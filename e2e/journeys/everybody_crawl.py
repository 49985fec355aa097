"""Every page each role reaches from the menu by links: alive, titled, in its language, accessible at three widths."""

from __future__ import annotations

import os
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from e2e.pages.checks import (
    ID,
    WIDTHS,
    axe_findings,
    badly_worded,
    findings,
    kind_of,
    picture,
    swedish_left,
    too_wide,
)
from e2e.pages.shell import LANGUAGES, sign_in

ROLES = (
    "bestallare@gsf", "attestant@gsf", "granskare@gsf", "mottagare@gsf", "leverantorsadmin@stad", "levgruppen@stad",
    "admin@gsf", "fakturaadmin@gsf", "central@stad", "synare@gsf", "revisor@stad", "leverantor@kontorsbolaget.test",
)  # fmt: skip
# How many pages of one kind are looked at, and how many in all; `make deep` looks at more.
OF_A_KIND = int(os.environ.get("PORTAL_CRAWL_OF_A_KIND", "1"))
PAGES = int(os.environ.get("PORTAL_CRAWL_PAGES", "40"))
# The same for everybody: the first role looks at them for all.
SHARED = re.compile(r"^/(help|account)(/|$)")
# Not pages: files, and what the account page asks the browser to leave.
SKIPPED = re.compile(r"^/(static|health)/|\.(xml|pdf|csv|xlsx)$|/(document|original|template|file)s?(/|$)")
LINKS = "elements => elements.filter(e => !e.hasAttribute('download')).map(e => e.getAttribute('href'))"


@dataclass(slots=True)
class Crawl:
    """One role in one language: what is to be seen, what has been, what was wrong."""

    page: Any
    prefix: str
    shared: bool
    kinds: Counter[str] = field(default_factory=Counter)
    queue: deque[tuple[str, str]] = field(default_factory=deque)
    titles: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, source: str, href: str | None) -> None:
        """Remember a link unless it leads elsewhere, is a file, or enough of its kind have been seen."""
        if not href or href.startswith(("#", "mailto:", "tel:", "http")):
            return
        address = urlsplit(urljoin(source, href))
        path = address.path.removeprefix("/en") or "/"
        in_language = address.path == "/en" or address.path.startswith("/en/")
        if bool(self.prefix) is not in_language or SKIPPED.search(path):
            return
        if SHARED.search(path) and not self.shared:
            return
        kind = kind_of(path, address.query)
        if self.kinds[kind] < OF_A_KIND and sum(self.kinds.values()) < PAGES:
            self.kinds[kind] += 1
            self.queue.append((source, address._replace(fragment="").geturl()))

    def run(self, look: Any) -> None:
        """Walk until nothing is left."""
        self.add("/", self.prefix or "/")
        while self.queue:
            source, path = self.queue.popleft()
            self.wrong += [f"{path} (from {source}): {text}" for text in self._look_at(path, look)]

    def _look_at(self, path: str, look: Any) -> Iterator[str]:
        answer = self.page.goto(path)
        if answer.status != 200:
            yield f"status {answer.status}"
            return
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        yield from self._title(path)
        yield from look(self.page)
        for href in self.page.locator("a[href]").evaluate_all(LINKS):
            self.add(path, href)

    def _title(self, path: str) -> Iterator[str]:
        language = self.page.locator("html").get_attribute("lang")
        if language != ("en" if self.prefix else "sv"):
            yield f"lang {language}"
        kind, title = kind_of(urlsplit(path).path, ""), self.page.title()
        other = self.titles.setdefault(title, kind)
        if other != kind:
            yield f"title “{title}” is also that of {other}"


def _picture(page: Any, role: str, language: str) -> None:
    """How the page looks at the last width, the widest."""
    picture(page, f"crawl/{role}/{language}{ID.sub('id', urlsplit(page.url).path).replace('/', '-')}")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_in_swedish(visit: Any, role: str) -> None:
    page = visit()
    sign_in(page, role)
    crawl = Crawl(page, "", shared=role == ROLES[0])

    def look(seen: Any) -> Iterator[str]:
        yield from findings(seen)
        yield from badly_worded(seen)
        _picture(seen, role, "sv")

    crawl.run(look)
    assert len(crawl.titles) > 3
    assert not crawl.wrong, "\n" + "\n".join(crawl.wrong)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_in_english(visit: Any, role: str) -> None:
    page = visit()
    sign_in(page, role, language="en")
    crawl = Crawl(page, LANGUAGES["en"], shared=role == ROLES[0])

    def look(seen: Any) -> Iterator[str]:
        yield from (f"Swedish text “{text}”" for text in swedish_left(seen))
        yield from badly_worded(seen)
        for width in WIDTHS:
            seen.set_viewport_size({"width": width, "height": 900})
            yield from (f"{width} px: {text}" for text in too_wide(seen))
        yield from axe_findings(seen)  # at the last width: what language changes is names, not layout
        _picture(seen, role, "en")

    crawl.run(look)
    assert not crawl.wrong, "\n" + "\n".join(crawl.wrong)
