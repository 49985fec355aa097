"""Whether the process lives and may be sent requests; no details to anybody."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.access.permissions import PUBLIC


@get("/health/live", opt={"permission": PUBLIC})
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", opt={"permission": PUBLIC})
async def ready(state: State) -> Response[dict[str, str]]:
    """The database answers too."""
    if await database_answers(state):
        return Response({"status": "ok"})
    return Response({"status": "unavailable"}, status_code=503)


async def database_answers(state: State) -> bool:
    """Whether a statement comes through to the database and back."""
    try:
        async with state.services.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True
