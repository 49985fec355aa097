"""A person before the portal: one with a mouse, one with keys only. Both do the same things to the same elements."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit

from dev.demo_city.data import PASSWORD
from e2e.pages.checks import HEIGHT, WIDTHS, clean, kind_of, picture, swedish_left, too_wide
from e2e.pages.shell import LANGUAGES, address_of

MOST_TABS = 600
ATTEMPTS = 5
WAIT_SECONDS = 90.0
REDIRECT = 303


class Person:
    """Someone with a mouse, at a page."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(path)

    def find(self, selector: str) -> Any:
        """What fits the selector on the page as it is when it is used."""
        return self.page.locator(selector)

    def sees_no_errors(self) -> None:
        """No field is marked as wrong."""
        assert self.find("[aria-invalid]").count() == 0, self.find("main").inner_text()

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Sign in by the form."""
        self.open("/sign-in")
        self.write(self.find("#email"), address_of(login))
        self.write(self.find("#password"), password)
        self.press(self.find("#sign-in button"))
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def press(self, target: Any) -> None:
        """Press a button or follow a link, and wait for what comes of it."""
        target.click()
        self.page.wait_for_load_state()

    def press_named(self, name: str | re.Pattern[str]) -> None:
        """Press the first button or link of that name."""
        button, link = (self.page.get_by_role(role, name=name) for role in ("button", "link"))
        self.press(button.or_(link).first)

    def write(self, target: Any, text: str) -> None:
        """Put a text in a field, instead of what is there, and leave the field."""
        target.fill(text)
        target.blur()

    def tick(self, target: Any) -> None:
        """Tick a box that is not ticked."""
        target.check()

    def choose(self, target: Any, label: str) -> None:
        """Choose in a list by the option's text."""
        target.select_option(label=label)

    def attach(self, target: Any, path: str) -> None:
        """Choose a file."""
        target.set_input_files(path)

    def until(self, selector: str, seconds: float = WAIT_SECONDS) -> None:
        """Wait for work in the background: reload until the selector is there."""
        end = time.monotonic() + seconds
        while self.page.locator(selector).count() == 0:
            assert time.monotonic() < end, f"{selector} did not come on {self.page.url}"
            time.sleep(1)
            self.page.reload()

    def settle(self) -> None:
        """Wait until what was just changed has been sent and its answer is in place."""
        self.page.wait_for_timeout(200)
        self.page.locator(".htmx-request").first.wait_for(state="detached")
        self.page.wait_for_load_state()


class Watched(Person):
    """Someone with a mouse whose every swap, and every kind of page come to, is judged; in English too."""

    def __init__(self, page: Any) -> None:
        super().__init__(page)
        self._seen: set[str] = set()

    def open(self, path: str) -> None:
        super().open(path)
        self._look()

    def press(self, target: Any) -> None:
        super().press(target)
        self._look()

    def settle(self) -> None:
        super().settle()
        clean(self.page, (self.page.viewport_size["width"],))
        self._look()

    def _look(self) -> None:
        """Judge the page if it is of a new kind, at all widths; its English twin in a tab beside it."""
        address = urlsplit(self.page.url)
        kind = kind_of(address.path, address.query)
        if kind in self._seen:
            return
        self._seen.add(kind)
        name = re.sub(r"\W+", "-", kind).strip("-") or "start"
        picture(self.page, f"full-flow/sv/{name}")
        clean(self.page)
        twin = self.page.context.new_page()
        twin.goto(LANGUAGES["en"] + address._replace(scheme="", netloc="", fragment="").geturl())
        picture(twin, f"full-flow/en/{name}")
        assert not swedish_left(twin), f"{twin.url}: {swedish_left(twin)}"
        twin.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        assert not too_wide(twin), f"{twin.url}: {too_wide(twin)}"
        twin.close()


class ByKeys(Person):
    """Someone who only presses keys: Tab until the element has focus, then what does the thing there."""

    def press(self, target: Any) -> None:
        self._reach(target)
        with self.page.expect_response(_is_answer):
            self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(100)  # until the browser has begun to show the answer
        self.page.wait_for_load_state()

    def write(self, target: Any, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")

    def tick(self, target: Any) -> None:
        if not target.is_checked():
            self._reach(target)
            self.page.keyboard.press("Space")
        assert target.is_checked()

    def choose(self, target: Any, label: str) -> None:
        chosen = "e => e.selectedOptions[0].label.trim()"
        for _ in range(ATTEMPTS):  # a list forgets what was typed when a second passes between two keys
            self._reach(target)
            self.page.keyboard.type(label)
            if target.evaluate(chosen) == label:
                return
            self.page.wait_for_timeout(1500)
        raise AssertionError(f"{label} was not chosen by its first letters on {self.page.url}")

    def attach(self, target: Any, path: str) -> None:
        opened: list[Any] = []
        self.page.on("filechooser", lambda chooser: opened.append(chooser))  # noqa: PLW0108 - no built-in
        for _ in range(ATTEMPTS):  # a busy browser drops the key now and then; a person presses again
            self._reach(target)
            self.page.keyboard.press("Enter")
            self.page.wait_for_timeout(2000)
            if opened:
                break
        opened[0].set_files(path)
        assert target.evaluate("e => e.files.length") == 1

    def _reach(self, target: Any) -> None:
        """Tab until the target has focus; a page that never gets there fails."""
        target.wait_for()
        self.page.bring_to_front()
        for _ in range(MOST_TABS):
            if target.evaluate("e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_TABS} presses of Tab on {self.page.url}")


def _is_answer(response: Any) -> bool:
    """A page or a part of one, not what it is made of, and not the way to it."""
    return response.request.resource_type in {"document", "fetch", "xhr"} and response.status != REDIRECT
