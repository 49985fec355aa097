"""The basket is a requisition that is not sent yet (A6.01): opened, found again, written to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden
from portal.kernel.identifiers import uuid7
from portal.orders.models import Requisition
from portal.orders.queries.requisitions import load_editable, load_open_basket, requisition_of_line
from portal.orders.status import DRAFT
from portal.orders.tables import table_of
from portal.orders.values import Requested, RequestedLine

CHANGED = "Varukorgen har ändrats i en annan flik. Ladda om sidan för att se hur den ser ut nu."


def home(actor: Actor) -> tuple[UUID, UUID]:
    """The concern and the organisation the actor buys for; Forbidden for who belongs to none."""
    if actor.concern_id is None or actor.organisation_id is None or actor.user_id is None:
        raise Forbidden("Bara den som hör till en organisation kan beställa.")
    return actor.concern_id, actor.organisation_id


async def open_basket(session: AsyncSession, actor: Actor, *, secret: bool, now: datetime) -> Requested:
    """The basket that lies there, noted as changed, or a new one.

    A purchase from a sekretessleverantör makes it secret from its first line (A4.15).
    """
    found = await load_open_basket(session, actor)
    if found is None:
        return await _new_basket(session, actor, secret=secret, now=now)
    more = {"secret": True} if secret and not found.secret else {}
    await write_columns(session, found.concern_id, found.id, {"updated_at": now, **more})
    return found


# It starts with the organisation's first delivery address, in the order of queries.addresses.
_NEW = text(
    "INSERT INTO requisition (concern_id, id, organisation_id, status, user_id, person_id, buyer_user_id,"
    " delivery_address_id, review_requested, secret, created_at, updated_at)"
    " VALUES (:concern, :id, :organisation, :status, :user, :person, :user,"
    " (SELECT a.id FROM delivery_address a WHERE a.concern_id = :concern AND a.organisation_id = :organisation"
    " AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day)"
    " ORDER BY a.valid_to IS NOT NULL, a.name, a.id LIMIT 1), false, :secret, :now, :now)"
    " RETURNING delivery_address_id"
)


async def _new_basket(session: AsyncSession, actor: Actor, *, secret: bool, now: datetime) -> Requested:
    concern_id, organisation_id = home(actor)
    assert actor.user_id is not None and actor.person_id is not None
    basket_id = uuid7()
    given = {
        "concern": concern_id, "id": basket_id, "organisation": organisation_id, "status": DRAFT,
        "user": actor.user_id, "person": actor.person_id, "day": stockholm_date(now), "secret": secret,
        "now": now,
    }  # fmt: skip
    address = (await session.execute(_NEW, given)).scalar_one()
    return Requested(
        concern_id=concern_id, id=basket_id, organisation_id=organisation_id, number=None, status=DRAFT,
        user_id=actor.user_id, person_id=actor.person_id, buyer_user_id=actor.user_id,
        buyer_person_id=actor.person_id, buyer_name=actor.name, buyer_login=actor.login,
        delivery_address_id=address, goods_mark=None, wanted_on=None, note_to_supplier=None,
        note_to_approver=None, review_requested=False, secret=secret,
    )  # fmt: skip


async def editable_line(
    session: AsyncSession, actor: Actor, line_id: UUID
) -> tuple[Requested, RequestedLine]:
    """The basket and its line, as long as they can be changed; NotFound outside sight."""
    requested = await load_editable(session, actor, await requisition_of_line(session, actor, line_id))
    return requested, next(line for line in requested.lines if line.id == line_id)


async def write_columns(
    session: AsyncSession, concern_id: UUID, requisition_id: UUID, values: Mapping[str, Any]
) -> None:
    """Write columns of a requisition."""
    table = table_of(Requisition)
    mine = (table.c.concern_id == concern_id) & (table.c.id == requisition_id)
    await session.execute(update(table).where(mine).values(**values))


async def touch(session: AsyncSession, concern_id: UUID, requisition_id: UUID, now: datetime) -> None:
    """Note when the requisition was last changed."""
    await write_columns(session, concern_id, requisition_id, {"updated_at": now})
