"""Put articles in the basket (A10.04): at today's price, with the coding that is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.catalog.rules.buyable import Buyer
from portal.coding.queries import load_unspsc_accounts
from portal.db.bulk import insert_rows
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.identifiers import uuid7
from portal.kernel.plain import to_plain
from portal.orders.actions.basket_lines import increase
from portal.orders.actions.coding_rows import coding_row
from portal.orders.actions.draft import home, open_basket
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionCoding, RequisitionLine
from portal.orders.queries.offers import load_offers
from portal.orders.queries.requisitions import last_coding
from portal.orders.rules.proposal import propose
from portal.orders.rules.purchase import check_quantity, why_not
from portal.orders.values import Offer, Requested, RequestedLine

WHOLE = Decimal(100)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class Added:
    """What was put in: the line, how much of it lies in the basket now, and the basket's lines."""

    requisition_id: UUID
    line_id: UUID
    name: str
    unit: str
    quantity: Decimal
    lines: int


async def add_to_basket(
    session: AsyncSession, actor: Actor, article_id: UUID, quantity: Decimal, now: datetime
) -> Added:
    """Put an article in the actor's basket at today's price, or more of one that lies there.

    Invalid (field quantity) when the quantity is wrong or the article may not be bought, NotFound for
    an article the organisation cannot see, Forbidden without A14.
    """
    return (await add_articles(session, actor, {article_id: quantity}, now))[0]


async def add_articles(
    session: AsyncSession, actor: Actor, wanted: Mapping[UUID, Decimal], now: datetime
) -> list[Added]:
    """As add_to_basket, for several articles in one go; all or none."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    concern_id, organisation_id = home(actor)
    day = stockholm_date(now)
    offers = await _offers(session, concern_id, organisation_id, wanted, day)
    await session.execute(_ONE_AT_A_TIME, {"key": f"basket:{actor.user_id}"})
    secret = any(offer.secret for offer in offers.values())
    basket = await open_basket(session, actor, secret=secret, now=now)
    lying = {line.article_id: line for line in basket.lines}
    for article, quantity in wanted.items():
        before = lying[article].quantity if article in lying else Decimal(0)
        _require_offer(offers[article], before + quantity, day, actor)
    await increase(session, concern_id, {lying[a].id: q for a, q in wanted.items() if a in lying})
    fresh = [(offers[a], q) for a, q in wanted.items() if a not in lying]
    made = await _insert_lines(session, actor, basket, fresh, day)
    count = len(basket.lines) + len(fresh)
    return [_added(basket, offers[a], lying.get(a), made, quantity=q, count=count) for a, q in wanted.items()]


async def _offers(
    session: AsyncSession, concern_id: UUID, organisation_id: UUID, wanted: Mapping[UUID, Decimal], day: date
) -> Mapping[UUID, Offer]:
    """The day's offer of every article that is wanted; NotFound when one is not there."""
    offers = await load_offers(session, concern_id, organisation_id, tuple(wanted), day)
    if missing := wanted.keys() - offers.keys():
        raise NotFound("Artikeln finns inte.", count=len(missing))
    return offers


def _require_offer(offer: Offer, quantity: Decimal, day: date, actor: Actor) -> None:
    wrong = why_not(offer, Buyer(actor.sees_secret), day) or check_quantity(
        quantity, offer.name, offer.unit, offer.min_quantity
    )
    if wrong:
        raise Invalid(wrong.msgid, fields={"quantity": wrong}, **wrong.params)


def _added(
    basket: Requested,
    offer: Offer,
    lying: RequestedLine | None,
    made: Mapping[UUID, UUID],
    *,
    quantity: Decimal,
    count: int,
) -> Added:
    line_id = lying.id if lying else made[offer.article_id]
    total = quantity + (lying.quantity if lying else Decimal(0))
    return Added(basket.id, line_id, offer.name, offer.unit, total, count)


async def _insert_lines(
    session: AsyncSession, actor: Actor, basket: Requested, wanted: Sequence[tuple[Offer, Decimal]], day: date
) -> dict[UUID, UUID]:
    """Insert lines with their proposed coding; article id → line id."""
    if not wanted:
        return {}
    accounts = await load_unspsc_accounts(session, basket.concern_id, day)
    base = basket.lines[-1].coding[0].code if basket.lines and basket.lines[-1].coding else None
    base = base if base and base.responsibility else await last_coding(session, actor)
    first = max((line.position for line in basket.lines), default=0) + 1
    lines = [
        _line(basket, offer, quantity, position) for position, (offer, quantity) in enumerate(wanted, first)
    ]
    codings = []
    for line in lines:
        code, source = propose(line["unspsc"], accounts, base)
        codings.append(coding_row(basket.concern_id, line["id"], code, WHOLE, source))
    await insert_rows(session, RequisitionLine, lines)
    await insert_rows(session, RequisitionCoding, codings)
    return {line["article_id"]: line["id"] for line in lines}


def _line(basket: Requested, offer: Offer, quantity: Decimal, position: int) -> dict[str, Any]:
    return {
        "concern_id": basket.concern_id, "id": uuid7(), "requisition_id": basket.id, "position": position,
        "article_id": offer.article_id, "agreement_id": offer.agreement_id, "supplier_id": offer.supplier_id,
        "item_no": offer.item_no, "name": offer.name, "unspsc": offer.unspsc, "unit": offer.unit,
        "quantity": quantity, "price": offer.price, "vat_rate": offer.vat_rate,
        "vat_category": offer.vat_category, "offered": to_plain(offer.offered), "comment": None,
    }  # fmt: skip
