"""Whether the process lives and may be sent requests; no details to anybody."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State

from portal.access.permissions import PUBLIC
from portal.kernel.running import read_running


@get("/health/live", opt={"permission": PUBLIC})
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", opt={"permission": PUBLIC})
async def ready(state: State) -> Response[dict[str, str]]:
    """The database answers too. "degraded": another part has ended and is being started again; pages answer."""
    if await state.services.database.answers():
        running = read_running(state.services.settings.data_dir)
        whole = running is None or not running.alive or running.whole
        return Response({"status": "ok" if whole else "degraded"})
    return Response({"status": "unavailable"}, status_code=503)
