"""The frame around every page, as a person uses it."""

from __future__ import annotations

from typing import Any

from dev.demo_city.data import DOMAIN, PASSWORD

LANGUAGES = {"sv": "", "en": "/en"}


def address_of(login: str) -> str:
    """The e-mail a demo user signs in with."""
    return login if login.endswith(".test") else f"{login}.{DOMAIN}"


def sign_in(page: Any, login: str, password: str = PASSWORD, *, language: str = "sv") -> None:
    """Sign in by the form, as a person does."""
    page.goto(f"{LANGUAGES[language]}/sign-in")
    form = page.locator("#sign-in")
    form.locator("#email").fill(address_of(login))
    form.locator("#password").fill(password)
    form.locator("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_out(page: Any) -> None:
    """Sign out from the account page."""
    page.goto("/account")
    page.locator("form[action$='/sign-out'] button").first.click()
    page.wait_for_url(lambda url: url.endswith("/sign-in"))


def menu(page: Any) -> dict[str, str]:
    """The main menu: label → address."""
    links = page.locator("nav.menu a")
    return {
        links.nth(n).evaluate("e => e.firstChild.textContent.trim() || e.textContent.trim()"): str(
            links.nth(n).get_attribute("href")
        )
        for n in range(links.count())
    }


def heading(page: Any) -> str:
    """The page's first heading."""
    return str(page.locator("h1").first.inner_text())


def focused(page: Any) -> str:
    """What has focus: its id, else its text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def press_to(page: Any, selector: str, most: int = 200) -> None:
    """Tab until the element that fits the selector has focus; a page that never gets there fails."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {most} presses of Tab on {page.url}")
