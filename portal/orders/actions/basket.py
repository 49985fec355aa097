"""The basket: put in, change, take out (A10.04). A basket is a requisition that is not sent yet (A6.01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.coding.queries import load_unspsc_accounts
from portal.db.bulk import insert_rows
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.identifiers import uuid7
from portal.orders.actions.coding_rows import coding_row, coding_values, update_codings
from portal.orders.models import Requisition, RequisitionCoding, RequisitionLine
from portal.orders.queries.offers import load_offers
from portal.orders.queries.requisitions import (
    addresses,
    last_coding,
    load_editable,
    load_open_basket,
    load_requested,
    possible_buyers,
    requisition_of_line,
)
from portal.orders.rules.proposal import propose
from portal.orders.rules.purchase import check_quantity, may_buy
from portal.orders.rules.shown import digest
from portal.orders.status import DRAFT
from portal.orders.tables import table_of
from portal.orders.values import CodingShare, Offer, Requested, RequestedLine

WHOLE = Decimal(100)
COPIED_FROM = "Kopierad från "
NO_ADDRESS = "Välj en leveransadress."
NO_BUYER = "Välj en beställare i listan."
CHANGED = "Varukorgen har ändrats i en annan flik. Ladda om sidan för att se hur den ser ut nu."
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


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line as its form has it: quantity in the line's unit (None: unreadable, kept) and its coding rows."""

    id: UUID
    quantity: Decimal | None
    coding: tuple[CodingShare, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A basket as its form has it. `values` are columns of the requisition."""

    lines: tuple[LineChange, ...]
    values: Mapping[str, Any]


def require(actor: Actor, *codes: str, what: str) -> None:
    """Forbidden unless one of the codes is held."""
    if not actor.has(*codes):
        raise Forbidden("Du har inte behörighet att göra det här: %(label)s.", label=what)


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
    concern_id, organisation_id = _home(actor)
    day = stockholm_date(now)
    offers = await load_offers(session, concern_id, organisation_id, tuple(wanted), day)
    if missing := wanted.keys() - offers.keys():
        raise NotFound("Artikeln finns inte.", count=len(missing))
    await session.execute(_ONE_AT_A_TIME, {"key": f"basket:{actor.user_id}"})
    secret = any(offer.secret for offer in offers.values())
    basket = await _open_basket(session, actor, secret=secret, now=now)
    lying = {line.article_id: line for line in basket.lines}
    for article, quantity in wanted.items():
        before = lying[article].quantity if article in lying else Decimal(0)
        _require_offer(offers[article], before + quantity, day, actor)
    await _increase(session, concern_id, {lying[a].id: q for a, q in wanted.items() if a in lying})
    fresh = [(offers[a], q) for a, q in wanted.items() if a not in lying]
    made = await _insert_lines(session, actor, basket, fresh, day)
    count = len(basket.lines) + len(fresh)
    return [_added(basket, offers[a], lying.get(a), made, quantity=q, count=count) for a, q in wanted.items()]


def _home(actor: Actor) -> tuple[UUID, UUID]:
    if actor.concern_id is None or actor.organisation_id is None or actor.user_id is None:
        raise Forbidden("Bara den som hör till en organisation kan beställa.")
    return actor.concern_id, actor.organisation_id


def _require_offer(offer: Offer, quantity: Decimal, day: date, actor: Actor) -> None:
    wrong = may_buy(offer, day, sees_secret=actor.sees_secret) or check_quantity(
        quantity, offer.name, offer.min_quantity
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


async def _open_basket(session: AsyncSession, actor: Actor, *, secret: bool, now: datetime) -> Requested:
    """The basket that lies there, noted as changed, or a new one.

    A purchase from a sekretessleverantör makes it secret from its first line (A4.15).
    """
    found = await load_open_basket(session, actor)
    if found is None:
        return await _new_basket(session, actor, secret=secret, now=now)
    more = {"secret": True} if secret and not found.secret else {}
    await _set(session, found.concern_id, found.id, {"updated_at": now, **more})
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
    concern_id, organisation_id = _home(actor)
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


async def _increase(session: AsyncSession, concern_id: UUID, more: Mapping[UUID, Decimal]) -> None:
    if not more:
        return
    table = table_of(RequisitionLine)
    statement = (
        update(table)
        .where(table.c.concern_id == concern_id, table.c.id == bindparam("line"))
        .values(quantity=table.c.quantity + bindparam("more"))
    )
    connection = await session.connection()
    await connection.execute(statement, [{"line": line, "more": extra} for line, extra in more.items()])


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
        "vat_category": "S" if offer.vat_rate else "E",
    }  # fmt: skip


async def _set(
    session: AsyncSession, concern_id: UUID, requisition_id: UUID, values: Mapping[str, Any]
) -> None:
    table = table_of(Requisition)
    mine = (table.c.concern_id == concern_id) & (table.c.id == requisition_id)
    await session.execute(update(table).where(mine).values(**values))


async def touch(session: AsyncSession, concern_id: UUID, requisition_id: UUID, now: datetime) -> None:
    """Note when the requisition was last changed."""
    await _set(session, concern_id, requisition_id, {"updated_at": now})


async def remove_line(session: AsyncSession, actor: Actor, line_id: UUID, now: datetime) -> RequestedLine:
    """Take a line out; the line as it was, so that the page can offer to undo. NotFound when it is gone."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    gone = (RequisitionLine.concern_id == requested.concern_id) & (RequisitionLine.id == line_id)
    await session.execute(delete(RequisitionLine).where(gone))
    await touch(session, requested.concern_id, requested.id, now)
    return line


async def undo_add(
    session: AsyncSession, actor: Actor, line_id: UUID, quantity: Decimal, now: datetime
) -> RequestedLine:
    """Take back what one adding put in: less of the line, or all of it."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    if line.quantity <= quantity:
        return await remove_line(session, actor, line_id, now)
    await _increase(session, requested.concern_id, {line_id: -quantity})
    await touch(session, requested.concern_id, requested.id, now)
    return line


async def editable_line(
    session: AsyncSession, actor: Actor, line_id: UUID
) -> tuple[Requested, RequestedLine]:
    """The basket and its line, as long as they can be changed; NotFound outside sight."""
    requested = await load_editable(session, actor, await requisition_of_line(session, actor, line_id))
    return requested, next(line for line in requested.lines if line.id == line_id)


async def save(
    session: AsyncSession, actor: Actor, requisition_id: UUID, changes: Changes, *, shown: str, now: datetime
) -> Requested:
    """Keep what the form holds, right or wrong: faults are told at the fields and stop the sending only.

    Conflict when the basket is not what the form was made from (`shown`, rules.shown.digest). Forbidden when
    it is ordered for another without B29 or made secret without B45. Invalid for an address or a buyer that
    is not the organisation's.
    """
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    if digest(requested) != shown:
        raise Conflict(CHANGED)
    await _require_choices(session, actor, requested, changes.values, stockholm_date(now))
    values = {name: value for name, value in changes.values.items() if getattr(requested, name) != value}
    pairs = [(line, one) for line in requested.lines for one in changes.lines if one.id == line.id]
    changed = await _change_quantities(session, requested.concern_id, pairs)
    changed |= await _change_codings(session, requested.concern_id, pairs)
    if not (changed or values):
        return requested
    await _set(session, requested.concern_id, requisition_id, {**values, "updated_at": now})
    return await load_requested(session, actor, requisition_id)


async def _require_choices(
    session: AsyncSession, actor: Actor, requested: Requested, values: Mapping[str, Any], day: date
) -> None:
    home = (requested.concern_id, requested.organisation_id)
    address = values.get("delivery_address_id")
    if address is not None and address not in {place.id for place in await addresses(session, *home, day)}:
        raise Invalid(NO_ADDRESS, fields={"delivery_address_id": NO_ADDRESS})
    buyer = values.get("buyer_user_id", requested.buyer_user_id)
    if buyer not in (requested.buyer_user_id, actor.user_id):
        require(actor, p.ORDER_FOR_OTHERS, what="Beställ åt annan")
        if buyer not in {row.id for row in await possible_buyers(session, *home, day)}:
            raise Invalid(NO_BUYER, fields={"buyer_user_id": NO_BUYER})
    if values.get("secret", requested.secret) != requested.secret:
        require(actor, p.SEE_SECRET, what="Sekretessmarkera")


Pairs = Sequence[tuple[RequestedLine, LineChange]]


async def _change_quantities(session: AsyncSession, concern_id: UUID, pairs: Pairs) -> bool:
    rows = [
        {"line": line.id, "amount": change.quantity}
        for line, change in pairs
        if change.quantity is not None and change.quantity != line.quantity and change.quantity > 0
    ]
    if rows:
        table = table_of(RequisitionLine)
        mine = (table.c.concern_id == concern_id) & (table.c.id == bindparam("line"))
        connection = await session.connection()
        await connection.execute(update(table).where(mine).values(quantity=bindparam("amount")), rows)
    return bool(rows)


async def _change_codings(session: AsyncSession, concern_id: UUID, pairs: Pairs) -> bool:
    changed = []
    for line, change in pairs:
        before = {row.id: row for row in line.coding}
        changed += [
            coding_values(before[row.id], row)
            for row in change.coding
            if row.id in before and (before[row.id].code, before[row.id].share) != (row.code, row.share)
        ]
    await update_codings(session, concern_id, changed)
    return bool(changed)


async def refresh_prices(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> int:
    """Take over today's prices on every line; how many were changed."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    articles = [line.article_id for line in requested.lines if line.article_id]
    home = (requested.concern_id, requested.organisation_id)
    offers = await load_offers(session, *home, articles, stockholm_date(now))
    prices = {line.id: offers[a].price for line in requested.lines if (a := line.article_id) and a in offers}
    changed = [
        (line.id, prices[line.id])
        for line in requested.lines
        if prices.get(line.id, line.price) != line.price
    ]
    table = table_of(RequisitionLine)
    for line_id, price in changed:
        mine = (table.c.concern_id == requested.concern_id) & (table.c.id == line_id)
        await session.execute(update(table).where(mine).values(price=price))
    await touch(session, requested.concern_id, requested.id, now)
    return len(changed)
