"""Sign-in by e-mail and password, and the sessions it opens: kept in the database, ended in the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.locks import release_all
from portal.access.models import RateLimit, SignInSession
from portal.access.passwords import password_fits
from portal.audit.log import Event, record
from portal.db.context import Context
from portal.db.session import Database, enter
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid

IDLE = timedelta(minutes=60)  # A6.22
ABSOLUTE = timedelta(hours=10)
# The session row is touched at most this often, so that reading pages does not write.
TOUCH_EVERY = timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_WINDOW = 10
WRONG = "E-postadressen eller lösenordet är fel. Kontrollera båda och försök igen."
TOO_MANY = "För många försök att logga in. Vänta en kvart och försök igen."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session: its actor and what the page needs of the user."""

    actor: Actor
    preferences: dict[str, Any]
    token_hash: bytes
    concern_name: str = ""


def token_hash(token: str) -> bytes:
    """What the database keeps of a cookie's token."""
    return sha256(token.encode()).digest()


async def sign_in(
    database: Database, email: str, password: str, now: datetime, *, agent: str | None = None
) -> str:
    """Open a session; its token for the cookie. Invalid when either is wrong, Forbidden after too many tries."""
    address = email.strip().lower()
    async with database.session(Context()) as session:
        if await _failures(session, address, now) >= ATTEMPTS_PER_WINDOW:
            raise Forbidden(TOO_MANY)
        found = (await session.execute(text("SELECT * FROM find_credentials(:e)"), {"e": address})).first()
    fits = await password_fits(found.password_hash if found else None, password)
    if found is None or not fits or not found.active:
        await _count_failure(database, address, now)
        raise Invalid(WRONG)
    return await open_session(database, found.user_id, now, agent=agent)


async def open_session(database: Database, user_id: UUID, now: datetime, *, agent: str | None = None) -> str:
    """A new session of a user who has proved who it is."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "user_id": user_id, "created_at": now, "last_seen_at": now,
           "user_agent": (agent or "")[:200] or None}  # fmt: skip
    async with database.session(Context(user_id=user_id)) as session:
        await session.execute(insert(SignInSession).values(**row))
        await record(session, [_event("sign_in:session:open", user_id, now)])
    return token


async def find_signed_in(session: AsyncSession, token: str, now: datetime) -> SignedIn | None:
    """The session's actor with permissions as of now, or None when it has ended; enters the actor's context."""
    hashed = token_hash(token)
    query = text("SELECT * FROM find_session(:hash, :day)")
    row = (await session.execute(query, {"hash": hashed, "day": stockholm_date(now)})).first()
    if row is None or now - row.last_seen_at > IDLE or now - row.created_at > ABSOLUTE:
        return None
    actor = actor_of(row)
    await enter(session, actor.context())
    if now - row.last_seen_at > TOUCH_EVERY:
        touch = update(SignInSession).where(SignInSession.token_hash == hashed)
        await session.execute(touch.values(last_seen_at=now))
    return SignedIn(actor, row.preferences or {}, hashed, row.concern_name)


def actor_of(row: Any) -> Actor:
    """The actor a session row stands for."""
    held = frozenset(row.permissions) | {p.ANYONE_SIGNED_IN}
    return Actor(
        user_id=row.user_id,
        login=row.login,
        name=row.name,
        permissions=held | ({p.SUPPLIER} if row.supplier_id else frozenset()),
        concern_id=row.concern_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name or "",
        person_id=row.person_id,
        supplier_id=row.supplier_id,
        central=row.central,
        group=row.group_code or "",
        locale=row.locale,
    )


async def sign_out(session: AsyncSession, hashed: bytes, actor: Actor, now: datetime) -> None:
    """End this session; what the user has open is free for others (A6.22)."""
    await release_all(session, actor)
    await session.execute(delete(SignInSession).where(SignInSession.token_hash == hashed))
    await record(session, [_event("sign_in:session:close", actor.user_id, now)])


async def sign_out_everywhere(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """End every session of the user; what it has open is free for others (A6.22)."""
    await release_all(session, actor)
    await session.execute(delete(SignInSession).where(SignInSession.user_id == actor.user_id))
    await record(session, [_event("sign_in:session:close_all", actor.user_id, now)])


async def clear_ended_sessions(session: AsyncSession, now: datetime) -> None:
    """Remove sessions past their idle or absolute time, and rate limit windows past. System context."""
    ended = or_(SignInSession.last_seen_at < now - IDLE, SignInSession.created_at < now - ABSOLUTE)
    await session.execute(delete(SignInSession).where(ended))
    await session.execute(delete(RateLimit).where(RateLimit.window_start < now - WINDOW))


def _bucket(address: str, now: datetime) -> dict[str, Any]:
    seconds = WINDOW.total_seconds()
    start = datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
    return {"bucket": sha256(f"sign-in:{address}".encode()).digest(), "window_start": start}


async def _failures(session: AsyncSession, address: str, now: datetime) -> int:
    count = select(RateLimit.count).filter_by(**_bucket(address, now))
    return (await session.execute(count)).scalar() or 0


async def _count_failure(database: Database, address: str, now: datetime) -> None:
    """One more failure on this address; in a transaction of its own, so that it stays."""
    first = upsert(RateLimit).values(**_bucket(address, now), count=1)
    again = first.on_conflict_do_update(
        index_elements=["bucket", "window_start"], set_={"count": RateLimit.count + 1}
    )
    async with database.session(Context()) as session:
        await session.execute(again)


def _event(tag: str, user_id: UUID | None, now: datetime) -> Event:
    return Event(tag, "user", user_id, now, actor="user", actor_id=user_id)
