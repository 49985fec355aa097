"""Whatever is written in whatever field of whatever form, the portal answers: never 500, never a broken page.

Each role walks from its start page by links and sends every form it meets, one field at a time with a value no
person of sense would write. The seed is in the name of the test.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from portal.web.security import CSRF_FIELD
from tests.web.core.conftest import Browser, Site

NASTY = (
    "", "-1", "0", "9" * 20, "1e5", "NaN", "Infinity", "-0", "1,5", "0,00001", "å" * 3000, "\x00", "a\x00b",
    "<script>alert(1)</script>", "2026-13-45", "0001-01-01", "9999-12-31", "01a20229-2556-76cc-afda-3019e81732cd",
    "'; DROP TABLE x", "\N{FULLWIDTH DIGIT ONE}", "\N{ARABIC-INDIC DIGIT THREE}", "\u202e", "1.000,50", "--",
    "%s%(x)s{}", "\r\nX: y", "²", "½",
)  # fmt: skip
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/)[0-9]+(?=/|$)")
# Files, the other language, and what would end the walk.
SKIPPED = re.compile(r"^/(en|static|health)(/|$)|/(template|document|original|errors)$|/sign-out|/sign-in")
OF_A_KIND = 2
FORMS = 5
DEEP = pytest.mark.deep
ROLES = (
    "bestallare@gsf", "granskare@gsf", "attestant@gsf", "mottagare@gsf", "fakturaadmin@gsf", "levgruppen@stad",
    "admin@gsf", "central@stad", "leverantorsadmin@stad", "leverantor@kontorsbolaget.test",
)  # fmt: skip
# Seed → how many values are tried in each field.
VALUES = {1: 1, 2: len(NASTY)}


@dataclass
class Walk:
    """One role's way through the portal: the kinds of page and form that have been met."""

    browser: Browser
    pages: Counter[str] = field(default_factory=Counter)
    forms: set[str] = field(default_factory=set)
    queue: deque[str] = field(default_factory=lambda: deque(["/"]))

    async def each_form(self) -> AsyncIterator[tuple[str, Any]]:
        """(address of the page, the form) for each kind of form."""
        while self.queue:
            path = self.queue.popleft()
            page = await self.read(path)
            if page is None:
                continue
            for href in page.xpath("//a/@href"):
                self._remember(urljoin(path, href))
            for form in page.xpath("//form"):
                kind = kind_of(path, form)
                if kind not in self.forms and not SKIPPED.search(urlsplit(kind).path):
                    self.forms.add(kind)
                    yield path, form

    async def read(self, path: str) -> Any:
        """The page, None when it is no page now."""
        answer = await self.browser.get(path)
        assert answer.status_code < 500, f"GET {path}: {answer.status_code}"
        is_page = answer.status_code == 200 and "text/html" in answer.headers.get("content-type", "")
        return html.fromstring(answer.text) if is_page else None

    async def again(self, path: str, kind: str) -> tuple[Any, Any] | None:
        """The page and its form of that kind as they are now; None when either is gone."""
        page = await self.read(path)
        forms = [] if page is None else [one for one in page.xpath("//form") if kind_of(path, one) == kind]
        return (page, forms[0]) if forms else None

    def _remember(self, href: str) -> None:
        address = urlsplit(href)
        if address.netloc or SKIPPED.search(address.path):
            return
        kind = ID.sub("{}", address.path)
        if self.pages[kind] < OF_A_KIND and address.path not in self.queue:
            self.pages[kind] += 1
            self.queue.append(address.path)


def kind_of(path: str, form: Any) -> str:
    """Forms that do the same thing to different rows are of one kind."""
    action = urlsplit(urljoin(path, form.get("action") or path)).path
    return ID.sub("{}", action) + "#" + form.method


def written(page: Any, form: Any) -> dict[str, Any]:
    """What the form would send as it stands, with the fields that stand outside it."""
    found = dict(form.form_values())
    for other in page.xpath("//*[@form=$id][@name][not(self::button)]", id=form.get("id", "")):
        found.setdefault(other.get("name"), other.get("value") or "")
    return {name: value for name, value in found.items() if value is not None}


def buttons(page: Any, form: Any) -> list[tuple[str, str]]:
    """The named buttons, in the form and outside it."""
    outside = page.xpath("//button[@form=$id][@name]", id=form.get("id", ""))
    return [(one.get("name"), one.get("value") or "") for one in (*form.xpath(".//button[@name]"), *outside)]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=DEEP)])
@pytest.mark.parametrize("role", ROLES)
async def test_every_field_of_every_form_takes_anything(site: Site, role: str, seed: int) -> None:
    browser, pick = site.browser(), random.Random(seed)
    await browser.sign_in(role)
    walk, sent = Walk(browser), 0
    async for path, form in walk.each_form():
        fields = [name for name in form.fields if name != CSRF_FIELD]
        for name, value in ((name, value) for name in fields for value in pick.sample(NASTY, VALUES[seed])):
            found = await walk.again(path, kind_of(path, form))
            if found is None:
                break  # what was sent before has taken the form away
            page, now = found
            given = written(page, now) | {name: value}
            if choices := buttons(page, now):
                given |= [pick.choice(choices)]
            await _send(browser, path, now, given)
            sent += 1
    assert sent > FORMS, "the walk met hardly any form"


async def _send(browser: Browser, path: str, form: Any, given: dict[str, Any]) -> None:
    action = urljoin(path, form.get("action") or path)
    if form.method == "GET":
        answer = await browser.get(urlsplit(action).path, params=given)
    else:
        answer = await browser.post(action, given, csrf="")
    assert answer.status_code < 500, f"{action} of {path}: {answer.status_code} for {given}"
