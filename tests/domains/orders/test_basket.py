"""Baskets: what may be put in, limits, who may, two at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import select, text, update

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.attest.models import Decision
from portal.catalog.models import Article, ArticlePrice
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.orders.actions.addresses import add_temporary_address
from portal.orders.actions.basket_adding import add_to_basket
from portal.orders.actions.basket_lines import accept_changes
from portal.orders.actions.basket_saving import Changes, save
from portal.orders.actions.plan import plan
from portal.orders.actions.sending import send
from portal.orders.models import Requisition
from portal.orders.queries.requisitions import load_requested, open_basket_id
from portal.orders.rules.shown import digest
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import approve_all, fill, login_of, ordered, send_it, steps
from tests.meddling import meddle

PAPER = demo_id("article", "KB-1001")
BUYER = actor_of("bestallare@gsf")
SYSTEM = Context.for_system(CONCERN_ID)


async def _add(city: Database, login: str, item: str, quantity: str, now: datetime, **less: str) -> None:
    actor = actor_of(login, **less)
    async with city.session(actor.context()) as session:
        await add_to_basket(session, actor, demo_id("article", item), D(quantity), now)


async def test_the_same_article_again_is_more_of_it(city: Database, now: datetime) -> None:
    await asyncio.gather(*(_add(city, "bestallare@gsf", "KB-1001", "2", now) for _ in range(4)))
    async with city.session(BUYER.context()) as session:
        basket = await open_basket_id(session, BUYER)
        assert basket is not None
        (line,) = (await load_requested(session, BUYER, basket)).lines
        assert (line.quantity, line.price, line.coding[0].code.account) == (D(8), D("49.90"), "6451")
        drafts = await session.execute(select(Requisition.id).where(Requisition.status == "draft"))
        assert len(drafts.all()) == 1


async def test_without_a14_nobody_orders(city: Database, now: datetime) -> None:
    with pytest.raises(Forbidden):
        await _add(city, "bestallare@gsf", "KB-1001", "1", now, without="A14")


@pytest.mark.parametrize(("login", "item", "quantity", "error"), [
    ("bestallare@slk", "FV-3001", "1", Invalid),  # R-2026-002 is for GSF and AOF
    ("bestallare@aof", "SG-2001", "1", NotFound),  # the local agreement of GSF is not seen
    ("bestallare@gsf", "KB-1001", "0", Invalid),
    ("bestallare@gsf", "KB-1001", "-1", Invalid),
    ("bestallare@gsf", "KB-1001", "0.00001", Invalid),
])  # fmt: skip
async def test_what_may_not_be_bought(
    city: Database, now: datetime, login: str, item: str, *, quantity: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await _add(city, login, item, quantity, now)


async def test_least_quantity_and_agreement_validity(city: Database, now: datetime) -> None:
    async with city.session(SYSTEM) as session:
        await session.execute(update(Article).where(Article.id == PAPER).values(min_quantity=5))
    with pytest.raises(Invalid, match="lägst 5"):
        await _add(city, "bestallare@gsf", "KB-1001", "4", now)
    await _add(city, "bestallare@gsf", "KB-1001", "5", now)
    with pytest.raises(Invalid, match="gäller inte i dag"):
        await _add(city, "bestallare@gsf", "KB-1002", "1", now + timedelta(days=5 * 365))


async def test_the_price_is_todays_and_a_changed_one_is_told(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 1}, now)
    day = (now + timedelta(days=1)).date()
    async with city.session(SYSTEM) as session:
        session.add(
            ArticlePrice(
                concern_id=CONCERN_ID, article_id=PAPER, valid_from=day, price=D("52.40"), vat_rate=D(25)
            )
        )
    assert await send_ok(city, requisition, now)
    requisition = await fill(city, BUYER, {"KB-1001": 1}, now)
    tomorrow = now + timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        await send_it(city, BUYER, requisition, tomorrow)
    assert "Priset är nu 52,40" in next(iter(refused.value.fields.values()))
    async with city.session(BUYER.context()) as session:
        assert await accept_changes(session, BUYER, requisition, tomorrow) == 1
    assert (await send_it(city, BUYER, requisition, tomorrow)).startswith("R")


async def send_ok(city: Database, requisition: object, now: datetime) -> bool:
    """Sent without a fault."""
    return bool(await send_it(city, BUYER, requisition, now))  # type: ignore[arg-type]


async def test_the_cap_stops_at_the_whole_concerns_orders(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1004": 2}, now)
    async with city.session(SYSTEM) as session:
        cap = text("UPDATE agreement SET cap_amount = 10000 WHERE number = 'R-2026-001'")
        await session.execute(cap)
    assert await send_it(city, BUYER, requisition, now)
    await ordered_elsewhere(city, now)
    (step,) = await steps(city, requisition)
    assert await login_of(city, step.approver_id) == "attestant@gsf"
    with pytest.raises(Invalid, match="kvar av takvolymen"):
        await approve_all(city, requisition, now)


async def ordered_elsewhere(city: Database, now: datetime) -> None:
    """Another förvaltning takes a chair meanwhile."""
    await ordered(city, "bestallare@slk", {"KB-1004": 1}, now, responsibility="10100", operation="920")


async def test_the_attestant_who_orders_is_never_in_the_route(city: Database, now: datetime) -> None:
    actor = actor_of("attestant@gsf")
    requisition = await fill(city, actor, {"KB-1001": 1}, now)
    await send_it(city, actor, requisition, now)
    (step,) = await steps(city, requisition)
    assert (await login_of(city, step.approver_id), step.escalated_from) == ("chef@gsf", "31100")


async def test_the_top_chief_cannot_order_on_the_own_ansvar(city: Database, now: datetime) -> None:
    actor = actor_of("chef@gsf")
    requisition = await fill(city, actor, {"KB-1001": 1}, now, responsibility="31000")
    with pytest.raises(Invalid, match=r"Ingen kan attestera.*chef@gsf har beställt.*Be admin@gsf"):
        await send_it(city, actor, requisition, now)
    below = await fill(city, actor_of("chef@gsf"), {"KB-1002": 1}, now)
    await send_it(city, actor, below, now)
    assert await login_of(city, (await steps(city, below))[0].approver_id) == "attestant@gsf"


async def test_a_second_user_of_the_same_person_is_the_same_person(city: Database, now: datetime) -> None:
    async with city.session(SYSTEM) as session:
        twin = text(
            "INSERT INTO app_user (id, login, email, name, concern_id, organisation_id, person_id,"
            " group_code, active, locale) SELECT gen_random_uuid(), 'twin@gsf', 'twin@gsf.test', name, concern_id,"
            " organisation_id, person_id, group_code, true, 'sv' FROM app_user WHERE login = 'attestant@gsf'"
            " RETURNING id"
        )
        twin_id = (await session.execute(twin)).scalar_one()
    meddle(city.url, "UPDATE responsibility SET approver_id = :id WHERE code = '31100'", id=twin_id)
    actor = actor_of("attestant@gsf")
    requisition = await fill(city, actor, {"KB-1001": 1}, now)
    await send_it(city, actor, requisition, now)
    assert await login_of(city, (await steps(city, requisition))[0].approver_id) == "chef@gsf"


async def test_ordering_for_another_needs_b29_and_shuts_both_out(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 1}, now)
    other = {"buyer_user_id": demo_id("user", "attestant@gsf")}
    less = actor_of("bestallare@gsf", without="B29")
    async with city.session(BUYER.context()) as session:
        shown = digest(await load_requested(session, BUYER, requisition))
        with pytest.raises(Forbidden):
            await save(session, less, requisition, Changes((), other), shown=shown, now=now)
        await save(session, BUYER, requisition, Changes((), other), shown=shown, now=now)
    await send_it(city, BUYER, requisition, now)
    assert await login_of(city, (await steps(city, requisition))[0].approver_id) == "chef@gsf"
    async with city.session(SYSTEM) as session:
        query = select(Decision).where(Decision.subject_id == requisition)
        decision = (await session.execute(query)).scalar_one()
    assert (decision.act, decision.on_behalf_of_person_id) == ("order", demo_id("person", "attestant@gsf"))


async def test_what_was_shown_must_be_what_is_sent(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 1}, now)
    async with city.session(BUYER.context()) as session:
        shown = digest(await load_requested(session, BUYER, requisition))
    await _add(city, "bestallare@gsf", "KB-1002", "1", now)
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Conflict):
            await send(session, BUYER, requisition, shown=shown, now=now)


async def test_others_baskets_are_not_there(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1001": 1}, now)
    other = actor_of("bestallare2@gsf")
    async with city.session(other.context()) as session:
        with pytest.raises(NotFound):
            await send(session, other, requisition, shown="", now=now)


async def test_a_temporary_address_needs_b42(city: Database, now: datetime) -> None:
    place = {"name": "Kulturhuset", "street": "Torget 2", "postcode": "99999", "city": "Exempelstad"}
    async with city.session(BUYER.context()) as session:
        with pytest.raises(Forbidden):
            await add_temporary_address(session, BUYER, **place, now=now)
        may = actor_of("bestallare@gsf", also="B42")
        made = await add_temporary_address(session, may, **place, now=now)
        assert made


async def test_a_secret_order_is_seen_by_b45_alone(city: Database, now: datetime) -> None:
    actor = actor_of("sekretess@aof")
    requisition = await fill(city, actor, {"FV-3001": 2}, now, responsibility="41100", operation="510")
    async with city.session(actor.context()) as session:
        shown = digest(await load_requested(session, actor, requisition))
        kept = await save(session, actor, requisition, Changes((), {"secret": True}), shown=shown, now=now)
        assert (await plan(session, actor, kept, now)).route.steps[0].attestant.sees_secret
    await send_it(city, actor, requisition, now)
    made = await approve_all(city, requisition, now)
    blind = actor_of("bestallare@aof")
    async with city.session(blind.context()) as session:
        for table in ("requisition", "purchase_order"):
            ids = {"ids": [requisition, *made]}
            seen = await session.execute(text(f"SELECT id FROM {table} WHERE id = ANY(:ids)"), ids)
            assert seen.all() == []
