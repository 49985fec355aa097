"""/invoicing/invoices/{id}/lock: taken at the first act of whoever has the invoice, let go on leaving it (A6.22)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT

from portal.access import permissions as p
from portal.access.locks import release_lock
from portal.invoicing.actions.opening import SUBJECT, begin, require_sight
from portal.web.invoicing.acting import LIST
from portal.web.invoicing.reviews import REVIEWS
from portal.web.pages import Req, see_other

FROM_SCRIPT = "x-lock"


class LockController(Controller):
    """Handlägg: from here on the others read."""

    path = "/invoicing/invoices/{invoice_id:uuid}/lock"
    opt = {"permission": (*REVIEWS, p.LEVGRUPPEN)}  # noqa: RUF012

    @post()
    async def begin(self, request: Req, invoice_id: FromPath[UUID]) -> Response[Any]:
        """Take it. Conflict when somebody else handles it already."""
        scope = request.scope["state"]
        await begin(scope["session"], scope["actor"], invoice_id, now=scope["now"])
        return answer(request, f"{LIST}/{invoice_id}")

    @post("/release")
    async def release(self, request: Req, invoice_id: FromPath[UUID]) -> Response[Any]:
        """Let go of one's own; somebody else's stays."""
        scope = request.scope["state"]
        await require_sight(scope["session"], scope["actor"], invoice_id, now=scope["now"])
        await release_lock(scope["session"], scope["actor"], SUBJECT, invoice_id)
        return answer(request, f"{LIST}/{invoice_id}")


def answer(request: Req, path: str) -> Response[Any]:
    """Nothing for the script, the page for a button."""
    if request.headers.get(FROM_SCRIPT):
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    return see_other(request, path)
