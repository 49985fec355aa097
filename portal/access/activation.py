"""A user made inactive (A2.19): the group Inaktiva användare, no session, nothing held open; and made active again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import RecordLock, SignInSession, User, UserGroup
from portal.audit.log import Event, record
from portal.kernel.errors import Conflict, Invalid, NotFound

INACTIVE = "inactive"
DEACTIVATED, ACTIVATED = "user:status:deactivate", "user:status:activate"
UNKNOWN = "Användaren %(login)s finns inte."
ALREADY_INACTIVE = "%(login)s är redan inaktiv."
ALREADY_ACTIVE = "%(login)s är redan aktiv."
WHICH_GROUP = "Det är inte känt vilken grupp %(login)s hade. Skriv den med --group."
NO_GROUP = "Gruppen %(group)s finns inte."
WHY = "Skriv varför användaren blir inaktiv. Det står i behandlingshistoriken."
_LAST_GROUP = text(
    "SELECT data ->> 'group' FROM audit_event WHERE subject_id = :id AND tag = :tag ORDER BY at DESC, id DESC LIMIT 1"
)


async def find_user(session: AsyncSession, login: str) -> User:
    """The user of a login, locked: of two who change it one waits. NotFound for an unknown one."""
    query = select(User).where(User.login == login).with_for_update()
    found = (await session.execute(query, execution_options={"populate_existing": True})).scalar_one_or_none()
    if found is None:
        raise NotFound(UNKNOWN, login=login)
    return found


async def deactivate_user(session: AsyncSession, user: User, *, why: str, actor: str, now: datetime) -> None:
    """Make it inactive: it can no longer sign in, and where it is signed in that ends. In the system's context of its
    concern. Conflict when it is inactive already, Invalid without a reason."""
    if not why.strip():
        raise Invalid(WHY)
    if not user.active:
        raise Conflict(ALREADY_INACTIVE, login=user.login)
    data = {"login": user.login, "group": user.group_code or ""}
    group = {"group_code": INACTIVE} if user.concern_id else {}
    await session.execute(update(User).where(User.id == user.id).values(active=False, **group))
    await session.execute(delete(SignInSession).where(SignInSession.user_id == user.id))
    await session.execute(delete(RecordLock).where(RecordLock.user_id == user.id))
    await record(session, [_event(DEACTIVATED, user, actor, now, why=why.strip(), data=data)])


async def activate_user(
    session: AsyncSession, user: User, *, group: str | None, actor: str, now: datetime
) -> str | None:
    """Make it active again, in `group` or the one it had; the group. What was moved to others stays with them."""
    if user.active:
        raise Conflict(ALREADY_ACTIVE, login=user.login)
    given = await _group(session, user, group) if user.concern_id else None
    await session.execute(update(User).where(User.id == user.id).values(active=True, group_code=given))
    data = {"login": user.login, "group": given or ""}
    await record(session, [_event(ACTIVATED, user, actor, now, why=None, data=data)])
    return given


async def _group(session: AsyncSession, user: User, group: str | None) -> str:
    had = (await session.execute(_LAST_GROUP, {"id": user.id, "tag": DEACTIVATED})).scalar()
    wanted = group or (user.group_code if user.group_code != INACTIVE else None) or had
    if not wanted:
        raise Invalid(WHICH_GROUP, login=user.login)
    known = select(UserGroup.code).where(UserGroup.concern_id == user.concern_id, UserGroup.code == wanted)
    if (await session.execute(known)).first() is None:
        raise Invalid(NO_GROUP, group=wanted)
    return wanted


def _event(
    tag: str, user: User, actor: str, now: datetime, *, why: str | None, data: dict[str, str]
) -> Event:
    return Event(
        tag, "user", user.id, now, actor=actor, concern_id=user.concern_id,
        organisation_id=user.organisation_id, supplier_id=user.supplier_id, why=why, data=data,
    )  # fmt: skip
