"""Sign-in by e-mail and password, and the sessions it opens: kept in the database, ended in the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Update, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.attempts import buckets, clear_windows, count_attempts, it_succeeded
from portal.access.locks import release_all
from portal.access.models import SignInSession
from portal.access.passwords import answer_to
from portal.audit.log import Event, record
from portal.db.context import NOBODY, Context
from portal.db.session import Database, enter
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid

IDLE = timedelta(minutes=60)  # A6.22
ABSOLUTE = timedelta(hours=10)
# The session row is touched at most this often, so that reading pages does not write.
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_ADDRESS = 320
# One statement finds the session and puts on its eyes: the values are those of Actor.context().settings(), which a
# test holds against them for every kind of user.
_FIND_SESSION = """
SELECT f.*,
  set_config('app.concern', CASE WHEN f.supplier_id IS NULL THEN f.concern_id::text ELSE '' END, true),
  set_config('app.organisations', '{' || CASE WHEN f.supplier_id IS NULL AND NOT f.central
    THEN coalesce(f.organisation_id::text, '') ELSE '' END || '}', true),
  set_config('app.all_organisations',
    CASE WHEN f.supplier_id IS NULL AND f.central THEN 'on' ELSE '' END, true),
  set_config('app.supplier', coalesce(f.supplier_id::text, ''), true),
  set_config('app.sees_secret', CASE WHEN f.supplier_id IS NULL AND NOT %(see_secret)s = ANY (f.permissions)
    THEN '' ELSE 'on' END, true),
  set_config('app.system', '', true), set_config('app.user', f.user_id::text, true)
FROM find_session(%(hash)s, %(day)s) f"""
_CHALLENGE = text("SELECT sign_in_challenge(:email)")
_USER = text("SELECT sign_in_user(:email, :answer)")
WRONG = "E-postadressen eller lösenordet är fel. Kontrollera båda och försök igen."
TOO_MANY = "För många försök att logga in. Vänta en kvart och försök igen."


class TooManyAttempts(Forbidden):
    """The address has been tried too often (429)."""

    status = 429
    code = "too_many_attempts"


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


def email_key(email: str) -> str:
    """The e-mail address as it is looked up and counted."""
    return email.strip().lower()[:LONGEST_ADDRESS]


async def sign_in(
    database: Database,
    email: str,
    password: str,
    now: datetime,
    *,
    agent: str | None = None,
    came_from: str | None = None,
    device: str | None = None,
) -> str:
    """Open a session; its token for the cookie. Invalid when either is wrong, TooManyAttempts after too many failures
    (portal.access.attempts): `came_from` is the network address, `device` the browser when it is known to the person.

    The attempt is counted before the password is looked at, so that many at once do not slip past the limit; an
    address nobody has is counted and answered like any other. What succeeds is taken off the counts again.
    """
    address = email_key(email)
    counted = buckets(address, came_from, device)
    async with database.session(Context()) as session:
        allowed = await count_attempts(session, counted, now)
        challenge = (await session.execute(_CHALLENGE, {"email": address})).scalar()
    if not allowed:
        raise TooManyAttempts(TOO_MANY)
    answer = await answer_to(challenge, password)
    async with database.session(Context()) as session:
        asked = {"email": address, "answer": answer}
        user_id = (await session.execute(_USER, asked)).scalar() if answer else None
        if user_id is None:
            raise Invalid(WRONG)
        await it_succeeded(session, counted, now)
    return await open_session(database, user_id, now, agent=agent)


async def open_session(database: Database, user_id: UUID, now: datetime, *, agent: str | None = None) -> str:
    """A new session of a user who has proved who it is."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "user_id": user_id, "created_at": now, "last_seen_at": now,
           "user_agent": (agent or "")[:200] or None}  # fmt: skip
    async with database.session(Context(user_id=user_id)) as session:
        await session.execute(insert(SignInSession).values(**row))
        await record(session, [_event("sign_in:session:open", user_id, now)])
    return token


async def find_signed_in(
    session: AsyncSession, token: str, now: datetime, *, touch: bool = True
) -> SignedIn | None:
    """The session's actor with permissions as of now, or None when it has ended; enters the actor's context.

    `touch` false: asked by a page that refreshes itself, which keeps no session alive.
    """
    hashed = token_hash(token)
    # By the driver: this is asked for every page, and costs half as much.
    connection = await session.connection()
    asked = {"hash": hashed, "day": stockholm_date(now), "see_secret": p.SEE_SECRET}
    row = (await connection.exec_driver_sql(_FIND_SESSION, asked)).first()
    if row is None:
        return None
    if now - row.last_seen_at > IDLE or now - row.created_at > ABSOLUTE:
        await enter(session, NOBODY)
        return None
    actor = actor_of(row)
    session.info["context"] = actor.context()
    if touch and now - row.last_seen_at > TOUCH_EVERY:
        await session.execute(_touch(hashed, now))
    return SignedIn(actor, row.preferences or {}, hashed, row.concern_name)


def _touch(hashed: bytes, now: datetime) -> Update:
    """Remember the activity, unless another request of the same session is just doing so: none waits for another."""
    mine = select(SignInSession.token_hash).where(SignInSession.token_hash == hashed)
    free = mine.with_for_update(skip_locked=True).scalar_subquery()
    return update(SignInSession).where(SignInSession.token_hash == free).values(last_seen_at=now)


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
    await clear_windows(session, now)


def _event(tag: str, user_id: UUID | None, now: datetime) -> Event:
    return Event(tag, "user", user_id, now, actor="user", actor_id=user_id)
