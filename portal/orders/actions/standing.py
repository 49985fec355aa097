"""In the act of attest: may it still be bought, and has somebody said yes to what has become another (A6.02)?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions import share
from portal.attest.models import ApprovalStep
from portal.attest.queries.steps import OneStep
from portal.audit.log import Event, record
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.orders.actions.basket_lines import take_offers
from portal.orders.queries.call_offs import call_offs
from portal.orders.queries.offers import load_offers
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.standing import ChangedLine, Standing, standing
from portal.orders.values import CallOff, Offer, Requested
from portal.suppliers.rules.hold_names import agreement_terms, supplier_terms

CHOOSE = (
    "Något har ändrats sedan beställningen skickades. Öppna ändringen och välj: skicka tillbaka eller godkänn de nya"
    " värdena."
)
OTHERS = (
    "Fler attesterar den här beställningen, och ändringen rör det de svarar för. Skicka tillbaka till beställaren, som"
    " rättar och skickar igen."
)


async def standings(
    session: AsyncSession, wanted: Collection[Requested], day: date
) -> Mapping[UUID, Standing]:
    """How each requisition stands that day, in a fixed number of statements for each organisation."""
    requested = list(wanted)
    taken = await call_offs(session, requested, day)
    offers = await _offers(session, requested, day)
    return {one.id: standing(one, offers[one.organisation_id], taken[one.id], day) for one in requested}


async def _offers(
    session: AsyncSession, wanted: Sequence[Requested], day: date
) -> Mapping[UUID, Mapping[UUID, Offer]]:
    articles: dict[UUID, set[UUID]] = {}
    for one in wanted:
        articles.setdefault(one.organisation_id, set()).update(
            x.article_id for x in one.lines if x.article_id
        )
    return {
        organisation: await load_offers(session, wanted[0].concern_id, organisation, ids, day)
        for organisation, ids in articles.items()
    }


async def still_standing(
    session: AsyncSession, actor: Actor, requested: Requested, step: OneStep, *, now: datetime, accepts: bool
) -> tuple[Requested, OneStep, list[str]]:
    """The requisition and the step as they are to be attested, and the agreements with a takvolym.

    Who ends an agreement or blocks a supplier waits for the attests under way, and an attest for them. Invalid when
    it may not be bought, or something has changed and `accepts` does not say yes; else the lines take the new.
    """
    await _share_terms(session, requested)
    day = stockholm_date(now)
    offers = (await _offers(session, [requested], day))[requested.organisation_id]
    taken = (await call_offs(session, [requested], day))[requested.id]
    found = standing(requested, offers, taken, day)
    for stop in found.stops:
        raise Invalid(stop.msgid, fields={"step": stop}, **stop.params)
    if not found.must_choose:
        return requested, step, _capped(taken)
    if not accepts:
        raise Invalid(CHOOSE, fields={"step": CHOOSE})
    return await _take_new(session, actor, requested, step, found, now)


def _capped(taken: Sequence[CallOff]) -> list[str]:
    return [str(one.agreement_id) for one in taken if one.cap is not None]


async def _share_terms(session: AsyncSession, requested: Requested) -> None:
    keys = {agreement_terms(line.agreement_id) for line in requested.lines if line.agreement_id}
    keys |= {supplier_terms(requested.concern_id, line.supplier_id) for line in requested.lines}
    await share(session, sorted(keys))


async def may_accept(session: AsyncSession, concern_id: UUID | None, requisition_id: UUID) -> bool:
    """Whether one attestant can say yes to the new alone: nobody else answers for a part of it."""
    steps = select(func.count()).where(
        ApprovalStep.concern_id == concern_id,
        ApprovalStep.subject_type == "requisition",
        ApprovalStep.subject_id == requisition_id,
        ApprovalStep.state.in_(("waiting", "approved")),
    )
    return (await session.execute(steps)).scalar_one() == 1


async def _take_new(
    session: AsyncSession,
    actor: Actor,
    requested: Requested,
    step: OneStep,
    found: Standing,
    now: datetime,
) -> tuple[Requested, OneStep, list[str]]:
    """The lines as they are offered today, and the step's amount with them; the takvolym is asked again."""
    if not await may_accept(session, requested.concern_id, requested.id):
        raise Invalid(OTHERS, fields={"step": OTHERS})
    day = stockholm_date(now)
    await take_offers(session, requested, [one.line for one in found.changed], day)
    await record(session, [_told(requested, actor, found.changed, now)])
    fresh = await load_requested(session, actor, requested.id, lock=True)
    mine = (ApprovalStep.concern_id == fresh.concern_id) & (ApprovalStep.id == step.id)
    await session.execute(update(ApprovalStep).where(mine).values(amount=fresh.net))
    taken = (await call_offs(session, [fresh], day))[fresh.id]
    offers = (await _offers(session, [fresh], day))[fresh.organisation_id]
    for stop in standing(fresh, offers, taken, day).stops:
        raise Invalid(stop.msgid, fields={"step": stop}, **stop.params)
    return fresh, replace(step, amount=fresh.net), _capped(taken)


def _told(requested: Requested, actor: Actor, changed: Sequence[ChangedLine], now: datetime) -> Event:
    lines = [
        {"name": one.line.name, "what": change.what, "then": change.then, "now": change.now}
        for one in changed
        for change in one.changes
    ]
    return Event(
        "requisition:lines:accept_change", "requisition", requested.id, now, actor=actor.login,
        actor_id=actor.user_id, concern_id=requested.concern_id, organisation_id=requested.organisation_id,
        data={"changes": lines},
    )  # fmt: skip
