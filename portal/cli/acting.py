"""Whose eyes a command looks through: the operator, who sees all, or one user's (--as)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor, system_actor
from portal.access.sign_in import actor_of
from portal.audit.log import Event, record
from portal.db.context import Context
from portal.invoicing.models import Invoice
from portal.invoicing.queries.scope import rights_of, visible
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import NotFound
from portal.wiring import Installation

OPERATOR = "operator"

_USER = text(
    "SELECT u.id AS user_id, u.login, u.name, u.locale, u.preferences, u.concern_id, u.organisation_id,"
    " coalesce(o.name, s.name) AS organisation_name, coalesce(o.is_central, false) AS central, u.person_id,"
    " u.supplier_id, u.group_code, array("
    "  SELECT g.permission FROM group_permission g"
    "  WHERE g.concern_id = u.concern_id AND g.group_code = u.group_code"
    "  UNION SELECT r.permission FROM user_role r WHERE r.user_id = u.id AND r.valid_from <= :day"
    "   AND (r.valid_to IS NULL OR r.valid_to >= :day)"
    "  UNION SELECT 'levgruppen' FROM user_role r WHERE r.user_id = u.id AND r.permission = 'A45'"
    "   AND r.scope = 'central' AND r.valid_from <= :day AND (r.valid_to IS NULL OR r.valid_to >= :day)"
    " ) AS permissions"
    " FROM app_user u LEFT JOIN organisation o ON o.concern_id = u.concern_id AND o.id = u.organisation_id"
    " LEFT JOIN supplier s ON s.id = u.supplier_id WHERE u.login = :login AND u.active"
)
_CONCERNS = text("SELECT id FROM list_concerns()")


@dataclass(frozen=True, slots=True)
class Eyes:
    """One concern as it is seen: the session, and which invoices exist in it."""

    session: AsyncSession
    actor: Actor
    seen: ColumnElement[bool]


async def concerns(installation: Installation) -> Sequence[UUID]:
    """Every concern of the installation."""
    async with installation.database.session(Context()) as session:
        return list((await session.execute(_CONCERNS)).scalars())


async def acting_as(installation: Installation, login: str | None) -> Sequence[Actor]:
    """The actor of a login, or the operator in each concern. NotFound for an unknown login."""
    everywhere = await concerns(installation)
    if login is None:
        return [system_actor(concern) for concern in everywhere]
    day = stockholm_date(installation.clock.now())
    for concern in everywhere:
        async with installation.database.session(Context.for_system(concern)) as session:
            row = (await session.execute(_USER, {"login": login, "day": day})).first()
        if row is not None and row.concern_id in (concern, None):
            return [actor_of(row)]
    raise NotFound("Användaren %(login)s finns inte.", login=login)


@asynccontextmanager
async def looking(installation: Installation, actor: Actor) -> AsyncIterator[Eyes]:
    """A session in the actor's own context, with what exists for the actor."""
    async with installation.database.session(actor.context()) as session:
        rights = await rights_of(session, actor, stockholm_date(installation.clock.now()))
        yield Eyes(session, actor, visible(actor, rights.users))


async def note_sight(installation: Installation, actor: Actor, invoices: Sequence[Invoice]) -> None:
    """Each sight of a secret invoice leaves a trace."""
    now = installation.clock.now()
    events = [_sight(actor, invoice, now) for invoice in invoices if invoice.secret]
    if events:
        async with installation.database.session(Context.for_system(events[0].concern_id)) as session:
            await record(session, events)


def _sight(actor: Actor, invoice: Invoice, now: datetime) -> Event:
    return Event(
        "invoice:secret:see", "invoice", invoice.id, now,
        actor=OPERATOR if actor.is_system else actor.login, actor_id=actor.user_id,
        concern_id=invoice.concern_id, organisation_id=invoice.organisation_id,
        supplier_id=invoice.supplier_id, why="visad på kommandoraden",
    )  # fmt: skip
