"""What a page may not do while it is looked at: call another host, break the policy, fail in script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


class Watch:
    """Collects every complaint of a page, with the address it was at."""

    def __init__(self, page: Any, base_url: str) -> None:
        self.complaints: list[str] = []
        self._own = urlsplit(base_url).netloc
        self._page = page
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("response", self._answered)

    def _asked(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != self._own:
            self._complain(f"asked {request.url}")

    def _said(self, entry: Any) -> None:
        # An answer of 4xx is told by the page itself; the browser's own note of it is no fault of ours.
        if entry.type == "error" and "Failed to load resource" not in entry.text:
            self._complain(entry.text)

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self._complain(f"{response.status} for {response.request.method} {response.url}")

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{urlsplit(self._page.url).path}: {text}")
