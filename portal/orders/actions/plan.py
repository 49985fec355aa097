"""What would happen if the basket were sent now: its faults, the limits it passes, the attest route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions import HeldCase, plan_route
from portal.attest.rules.route import Route
from portal.catalog.rules.buyable import Buyer
from portal.coding.queries import load_register
from portal.coding.values import CodingRegister
from portal.kernel.dates import stockholm_date
from portal.kernel.decision import Reason
from portal.orders.queries.call_offs import call_offs
from portal.orders.queries.offers import load_offers
from portal.orders.rules.call_offs import Demand, caps_passed, demands
from portal.orders.rules.sending import check_requested
from portal.orders.rules.split import amounts_by_responsibility
from portal.orders.values import CallOff, FieldError, Offer, Requested

APPROVE_ORDER = "approve_order"


@dataclass(frozen=True, slots=True)
class Plan:
    """`errors` are faults at fields, `limits` agreements' caps passed, `route` the steps or why none; `offers`
    today's by article, `call_offs` what is taken of each agreement, `demanded` what must be noted of the ranking."""

    register: CodingRegister
    errors: tuple[FieldError, ...]
    limits: tuple[Reason, ...]
    route: Route
    offers: Mapping[UUID, Offer] = field(default_factory=dict)
    call_offs: tuple[CallOff, ...] = ()
    demanded: tuple[Demand, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be sent."""
        return not (self.errors or self.limits or self.route.refusals) and bool(self.route.steps)


async def plan(
    session: AsyncSession, actor: Actor, requested: Requested, now: datetime, *, held: HeldCase | None = None
) -> Plan:
    """Work it all out; nothing is written. The route is planned for the ansvar known so far.

    `held` is the requisition's case when the caller holds it already.
    """
    day = stockholm_date(now)
    home = (requested.concern_id, requested.organisation_id)
    register = await load_register(session, *home, day)
    articles = {line.article_id for line in requested.lines if line.article_id}
    offers = await load_offers(session, *home, articles, day)
    taken = (await call_offs(session, [requested], day))[requested.id]
    demanded = demands(requested.lines, offers, taken)
    errors = check_requested(
        requested, register, offers, day, buyer=Buyer(actor.sees_secret), demanded=demanded
    )
    route = await planned_route(session, requested, now, held)
    return Plan(register, errors, caps_passed(taken), route, offers, taken, demanded)


async def planned_route(
    session: AsyncSession, requested: Requested, now: datetime, held: HeldCase | None = None
) -> Route:
    """One step per ansvar at the nearest who may; nobody who asks for it is ever in it (A6.08)."""
    amounts = amounts_by_responsibility(requested.lines)
    if not amounts:
        return Route()
    return await plan_route(
        session, concern_id=requested.concern_id, organisation_id=requested.organisation_id,
        amounts=amounts, case_id=requested.id, asking_persons=requested.persons, function=APPROVE_ORDER,
        day=stockholm_date(now), secret=requested.secret, held=held,
    )  # fmt: skip
