"""The way from article to order, in one call, for tests that begin where it ends."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import ApprovalStep
from portal.coding.values import CodeString
from portal.db.context import Context
from portal.db.session import Database
from portal.orders.actions.approval import approve
from portal.orders.actions.basket_adding import add_to_basket
from portal.orders.actions.basket_saving import Changes, LineChange, save
from portal.orders.actions.sending import send
from portal.orders.models import PurchaseOrder
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.shown import digest
from portal.orders.values import CodingShare, Requested
from tests.domains.orders.conftest import actor_of

Wanted = dict[str, int]


async def fill(
    city: Database, actor: Actor, wanted: Wanted, now: datetime, *,
    responsibility: str | None = "31100", operation: str | None = "440",
) -> UUID:  # fmt: skip
    """A basket with these articles (number → quantity), all coded on one ansvar; its id."""
    async with city.session(actor.context()) as session:
        for item, quantity in wanted.items():
            added = await add_to_basket(session, actor, demo_id("article", item), Decimal(quantity), now)
        basket = await load_requested(session, actor, added.requisition_id)
        changes = Changes(
            tuple(_coded(basket, index, responsibility, operation) for index in range(len(basket.lines))), {}
        )
        await save(session, actor, basket.id, changes, shown=digest(basket), now=now)
    return basket.id


def _coded(basket: Requested, index: int, responsibility: str | None, operation: str | None) -> LineChange:
    line = basket.lines[index]
    rows = tuple(
        CodingShare(row.id, CodeString(row.code.account, responsibility, operation), row.share)
        for row in line.coding
    )
    return LineChange(line.id, line.quantity, rows)


async def send_it(city: Database, actor: Actor, requisition_id: UUID, now: datetime) -> str:
    """Send as the page would: with the digest of what is there."""
    async with city.session(actor.context()) as session:
        shown = digest(await load_requested(session, actor, requisition_id))
        return await send(session, actor, requisition_id, shown=shown, now=now)


async def steps(city: Database, requisition_id: UUID) -> list[ApprovalStep]:
    """The requisition's steps that wait."""
    query = select(ApprovalStep).where(
        ApprovalStep.subject_id == requisition_id, ApprovalStep.state == "waiting"
    )
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        return list((await session.execute(query.order_by(ApprovalStep.responsibility))).scalars())


async def approve_all(city: Database, requisition_id: UUID, now: datetime) -> list[UUID]:
    """Every waiting step is approved by its owner; the orders made."""
    made: list[UUID] = []
    for step in await steps(city, requisition_id):
        login = await login_of(city, step.approver_id)
        actor = actor_of(login)
        async with city.session(actor.context()) as session:
            made = await approve(session, actor, step.id, shown=b"what was shown", note=None, now=now)
    return made


async def login_of(city: Database, user_id: UUID) -> str:
    """A user's login."""
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        return (await session.execute(select(User.login).where(User.id == user_id))).scalar_one()


async def ordered(
    city: Database, login: str, wanted: Wanted, now: datetime, **coding: str
) -> list[PurchaseOrder]:
    """Basket → attest → orders, as they are."""
    actor = actor_of(login)
    requisition = await fill(city, actor, wanted, now, **coding)
    await send_it(city, actor, requisition, now)
    ids = await approve_all(city, requisition, now)
    async with city.session(Context.for_system(CONCERN_ID)) as session:
        query = select(PurchaseOrder).where(PurchaseOrder.id.in_(ids)).order_by(PurchaseOrder.id)
        return list((await session.execute(query)).scalars())
