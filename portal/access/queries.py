"""Who is who and who may do what, for domains that route work to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import GroupPermission, User, UserRole
from portal.access.permissions import INVOICE_ADMIN, LOCAL_SYSTEM_ADMIN, SEE_SECRET


def in_force(model: Any, day: date) -> ColumnElement[bool]:
    """Condition on a table with valid_from and valid_to (last day, none = for ever): valid that day."""
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))


def holds(permission: str, day: date, user: Any = User) -> ColumnElement[bool]:
    """Condition on users: the group or an extra role gives the permission that day (A2.18)."""
    by_group = exists().where(
        GroupPermission.concern_id == user.concern_id,
        GroupPermission.group_code == user.group_code,
        GroupPermission.permission == permission,
    )
    by_role = exists().where(
        UserRole.concern_id == user.concern_id,
        UserRole.user_id == user.id,
        UserRole.permission == permission,
        in_force(UserRole, day),
    )
    return or_(by_group, by_role)


async def logins_with(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, permission: str, day: date
) -> Sequence[str]:
    """Logins of an organisation's active users who hold the permission that day, sorted."""
    query = select(User.login).where(
        User.concern_id == concern_id,
        User.organisation_id == organisation_id,
        User.active,
        holds(permission, day),
    )
    return (await session.execute(query.order_by(User.login))).scalars().all()


async def administrators(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, day: date, *, secret: bool = False
) -> Sequence[Any]:
    """The organisation's active administrators (A44, A45; A3.08): id, login, email, locale. Of what is secret those
    with B45, else the concern's central ones with it, never nobody where there is one."""
    query = select(User.id, User.login, User.email, User.locale).where(
        User.concern_id == concern_id, User.active
    )
    local = query.where(
        User.organisation_id == organisation_id,
        or_(holds(LOCAL_SYSTEM_ADMIN, day), holds(INVOICE_ADMIN, day)),
    )
    if not secret:
        return (await session.execute(local.order_by(User.login))).all()
    found = (await session.execute(local.where(holds(SEE_SECRET, day)).order_by(User.login))).all()
    central = query.where(holds(INVOICE_ADMIN, day), holds(SEE_SECRET, day))
    return found or (await session.execute(central.order_by(User.login))).all()
