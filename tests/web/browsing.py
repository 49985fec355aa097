"""Fixtures for pages: rows as the concern's system sees them, and a browser that is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from portal.db.context import Context


@pytest.fixture
def rows() -> Callable[..., Awaitable[list[Any]]]:
    """`await rows(site, "SELECT …", id=…)`."""

    async def read(of: Any, sql: str, **params: Any) -> list[Any]:
        async with of.installation.database.session(Context.for_system(CONCERN_ID)) as session:
            return list((await session.execute(text(sql), params)).all())

    return read


@pytest.fixture
def signed_in() -> Callable[..., Awaitable[Any]]:
    """`await signed_in(site, login)`: a browser that is, whose posts carry its own token."""

    async def enter(of: Any, login: str, *password: str) -> Any:
        browser = of.browser()
        assert (await browser.sign_in(login, *password)).status_code == 303
        token, send = await browser.token("/account"), browser.post
        browser.post = lambda path, form=None, **rest: send(path, form, csrf=token, **rest)
        return browser

    return enter
