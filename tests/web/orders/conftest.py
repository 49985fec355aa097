"""The portal over the demo city, and small helpers for its order pages."""

from __future__ import annotations

import re
from typing import Any

import httpx

from dev.demo_city.ids import demo_id
from tests.web.core.conftest import Browser, Site, make_site, site

__all__ = ["add", "draft", "fields", "make_site", "post", "site", "user"]
HTMX = {"hx-request": "true"}


async def user(site: Site, login: str) -> Browser:
    """A browser signed in as the demo city's user."""
    browser = site.browser()
    await browser.sign_in(login)
    return browser


async def post(
    browser: Browser, path: str, form: dict[str, Any] | None = None, *, htmx: bool = False
) -> httpx.Response:
    """POST a form with the person's own token."""
    token = await browser.token("/account")
    return await browser.post(path, form, csrf=token, headers=HTMX if htmx else {})


async def add(browser: Browser, item: str, quantity: str = "1", *, htmx: bool = False) -> httpx.Response:
    """Put an article of the demo city in the basket as the search page does."""
    form = {"article_id": str(demo_id("article", item)), "quantity": quantity}
    return await post(browser, "/orders/basket/lines", form, htmx=htmx)


def draft(html: str) -> str:
    """The address of the basket's form."""
    found = re.search(r'<form id="basket"[^>]* action="([^"]+)"', html)
    assert found, html
    return found.group(1)


def fields(html: str) -> dict[str, str]:
    """What a browser would send of the basket's form, without a button."""
    form = html.partition('<form id="basket"')[2].partition("</form>")[0]
    given = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes and (attributes.get("type") != "checkbox" or " checked" in tag):
            given[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        given[name] = chosen.group(1) if chosen else re.findall(r'<option value="([^"]*)"', options)[0]
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        given[name] = value
    return {name: value for name, value in given.items() if not name.startswith("_")}
