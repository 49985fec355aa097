"""Browsers of the people who ask for their pages while it storms."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import httpx

from portal.web.security import CSRF_FIELD

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
FAILED = 500


class Lost(Exception):
    """The portal did not answer, or not as it does when it is well."""


@dataclass
class Visitor:
    """A browser of a role."""

    login: str
    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await _answered(self.client.get(path))

    async def post(
        self, path: str, form: dict[str, str], page: str = "/account", **more: Any
    ) -> httpx.Response:
        asked_from = await _answered(self.client.get(page))
        token = asked_from.text.split(f'name="{CSRF_FIELD}" value="', 1)[1].split('"', 1)[0]
        asked = self.client.post(path, data={CSRF_FIELD: token, **form}, headers=SAME_ORIGIN, **more)
        return await _answered(asked)


async def _answered(asked: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        answer = await asked
    except httpx.TransportError as error:
        raise Lost(repr(error)) from error
    if answer.status_code >= FAILED:
        raise Lost(f"{answer.request.url.path}: {answer.status_code}")
    return answer
