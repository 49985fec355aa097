"""The unit of work: one session, whose every transaction opens with its context."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from portal.db.context import NOBODY, SET_CONTEXT, Context

# What begins a transaction and forgets it is ended by the server: it would hold its locks, and a connection.
OPTIONS = {"options": "-c idle_in_transaction_session_timeout=60000"}
WATCH_SECONDS = 3.0


class Database:
    """The app's door to PostgreSQL, always under the app's role and a context.

    `audit_key` signs audit rows; `subscriptions` says which jobs an event sets off (portal.jobs.events).
    """

    def __init__(
        self,
        url: str,
        *,
        audit_key: bytes,
        subscriptions: Mapping[str, tuple[str, ...]] | None = None,
        pool_size: int = 8,
    ) -> None:
        self.url = url
        self.audit_key = audit_key
        self._subscriptions = subscriptions or {}
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args=OPTIONS,
        )
        # One connection that no request can take: whether the database answers is not a question of how busy we are.
        self._watch: AsyncEngine = create_async_engine(
            url,
            pool_size=1,
            max_overflow=0,
            pool_timeout=WATCH_SECONDS,
            pool_pre_ping=True,
            connect_args=OPTIONS,
        )

    def open(self, context: Context) -> AsyncSession:
        """A session the caller commits and closes; every transaction in it sees as `context`."""
        info: dict[str, Any] = {
            "audit_key": self.audit_key,
            "subscriptions": self._subscriptions,
            "context": context,
        }
        return AsyncSession(self.engine, expire_on_commit=False, autoflush=False, info=info)

    @asynccontextmanager
    async def session(self, context: Context) -> AsyncIterator[AsyncSession]:
        """A session in one transaction as `context`: commit at the end, rollback on any error."""
        async with self.open(context) as session, session.begin():
            yield session

    async def answers(self) -> bool:
        """Whether a statement comes through to the database and back, soon, over a connection of its own."""
        try:
            async with asyncio.timeout(WATCH_SECONDS), self._watch.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Return all connections."""
        await self.engine.dispose()
        await self._watch.dispose()


async def enter(session: AsyncSession, context: Context) -> None:
    """Change whose eyes the session looks through, from this statement on."""
    session.info["context"] = context
    if session.in_transaction():
        await session.execute(SET_CONTEXT, context.settings())


@event.listens_for(Session, "after_begin")
def _set_context(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Every transaction starts under its context; a session without one, or with nobody's, sees nothing: the
    settings ended with the last transaction, and it need not be said again."""
    context: Context | None = session.info.get("context")
    if context is not None and context != NOBODY:
        connection.execute(SET_CONTEXT, context.settings())
