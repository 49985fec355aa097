"""The portal over the demo city, and small helpers for its catalogue pages."""

from __future__ import annotations

from typing import Any

import httpx

from portal.wiring import registry
from portal.worker import drain
from tests.web.core.conftest import Browser, Site, make_site, site

__all__ = ["make_site", "post", "site", "upload", "user", "work"]
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
    return await browser.post(path, form, csrf=await browser.token("/account"), headers=HTMX if htmx else {})


async def upload(
    browser: Browser, base: str, chosen: str, data: bytes, name: str = "katalog.csv"
) -> httpx.Response:
    """Send a file as the page's form does."""
    token = await browser.token("/account")
    files = {"file": (name, data, "text/csv")}
    return await browser.post(base, {"catalogue": chosen}, csrf=token, files=files)


async def work(site: Site) -> None:
    """Run the jobs that wait."""
    await drain(site.installation.database, registry(site.installation), clock=site.clock.now)
