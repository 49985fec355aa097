"""A redirect after something was changed: the menu's counters are counted anew on the page that follows."""

from __future__ import annotations

from litestar import Response

from portal.web import pages
from portal.web.counts import Counts
from portal.web.pages import Req


def see_other(request: Req, path: str, *, flash: tuple[str, str] | None = None) -> Response[None]:
    """As pages.see_other, with what was kept of this person's counters forgotten."""
    counts: Counts = request.app.state.counts
    counts.forget(request.scope["state"]["actor"].user_id)
    return pages.see_other(request, path, flash=flash)
