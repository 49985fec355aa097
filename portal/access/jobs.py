"""Jobs of the access domain."""

from __future__ import annotations

from portal.access.sign_in import clear_ended_sessions
from portal.jobs.context import JobContext


async def clear_sessions(context: JobContext) -> None:
    """Remove sessions that have ended, so that the table holds only open ones."""
    async with context.session() as session:
        await clear_ended_sessions(session, context.clock())
