"""Whether the process lives and may be sent requests; no details to anybody."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State

from portal.access.permissions import PUBLIC


@get("/health/live", opt={"permission": PUBLIC})
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", opt={"permission": PUBLIC})
async def ready(state: State) -> Response[dict[str, str]]:
    """The database answers too."""
    if await state.services.database.answers():
        return Response({"status": "ok"})
    return Response({"status": "unavailable"}, status_code=503)
