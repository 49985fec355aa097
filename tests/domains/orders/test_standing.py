"""Attest asks the whole "may be bought" again: what ended stops, what changed is chosen (M12, CO01, CO02)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from dev.demo_city.ids import CONCERN_ID, demo_id
from portal.attest.models import Decision
from portal.audit.models import AuditEvent
from portal.catalog.models import Article, ArticlePrice
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid, PortalError
from portal.orders.actions.approval import approve
from portal.orders.actions.basket_saving import Changes, LineChange, save
from portal.orders.models import OrderLine, PurchaseOrder
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.call_offs import limit_key, rank_key
from portal.orders.rules.shown import digest
from portal.suppliers.actions import agreements, relations
from portal.suppliers.models import Agreement, AgreementSupplier
from portal.suppliers.queries.agreements import find_agreement
from portal.suppliers.rules.agreements import AgreementFacts
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import approve_all, fill, ordered, send_it, steps

SYSTEM = Context.for_system(CONCERN_ID)
BUYER, ATTESTANT = actor_of("bestallare@gsf"), actor_of("attestant@gsf")
KEEPER = actor_of("leverantorsadmin@stad")
CONTRACT, PEN = demo_id("agreement", "R-2026-001"), demo_id("article", "KB-1002")
IT = demo_id("agreement", "R-2026-003")
A_MOMENT = 0.5
Step = UUID


async def _sent(city: Database, now: datetime, **wanted: int) -> tuple[UUID, Step]:
    requisition = await fill(city, BUYER, {k.replace("_", "-"): v for k, v in wanted.items()}, now)
    await send_it(city, BUYER, requisition, now)
    (step,) = await steps(city, requisition)
    return requisition, step.id


async def _attest(city: Database, step: Step, now: datetime, *, accepts: bool = False) -> list[UUID]:
    async with city.session(ATTESTANT.context()) as session:
        return await approve(session, ATTESTANT, step, shown=b"x", note=None, now=now, accepts=accepts)


async def _write(city: Database, statement: Any) -> None:
    async with city.session(SYSTEM) as session:
        await session.execute(statement)


def _terms(day: Any) -> Any:
    return update(Agreement).where(Agreement.id == CONTRACT).values(valid_to=day)


async def _ended(city: Database, now: datetime) -> None:
    await _write(city, _terms(stockholm_date(now) - timedelta(days=1)))


async def _blocked(city: Database, now: datetime) -> None:
    async with city.session(KEEPER.context()) as session:
        supplier = demo_id("supplier", "Kontorsbolaget AB")
        await relations.block(session, KEEPER, supplier, "Obetalda skatter", now=now)


async def _unlinked(city: Database, now: datetime) -> None:
    async with city.session(KEEPER.context()) as session:
        supplier = demo_id("supplier", "Kontorsbolaget AB")
        await agreements.unlink(session, KEEPER, CONTRACT, supplier, now=now)


async def _not_callable(city: Database, _now: datetime) -> None:
    await _write(
        city, text("DELETE FROM agreement_organisation WHERE agreement_id = :id").bindparams(id=CONTRACT)
    )


async def _removed(city: Database, now: datetime) -> None:
    await _write(city, update(Article).where(Article.id == PEN).values(removed_at=now))


async def _too_few(city: Database, _now: datetime) -> None:
    await _write(city, update(Article).where(Article.id == PEN).values(min_quantity=50))


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_ended, "gäller inte i dag"),
        (_blocked, "är inte godkänd som leverantör"),
        (_unlinked, "är inte längre med på avtal R-2026-001"),
        (_not_callable, "får inte avropa på avtal R-2026-001"),
        (_removed, "finns inte längre i katalogen"),
        (_too_few, "kan inte längre köpas i antalet 20"),
    ],
)
async def test_what_may_no_longer_be_bought_is_never_sent(
    city: Database, now: datetime, happens: Callable[..., Any], why: str
) -> None:
    """CO01, and its kind."""
    requisition, step = await _sent(city, now, KB_1002=20)
    await happens(city, now)
    for accepts in (False, True):
        with pytest.raises(Invalid, match=why):
            await _attest(city, step, now, accepts=accepts)
    assert [one.id for one in await steps(city, requisition)] == [step]
    async with city.session(SYSTEM) as session:
        orders = select(PurchaseOrder.id).where(PurchaseOrder.requisition_id == requisition)
        assert (await session.execute(orders)).first() is None


async def test_a_price_raised_meanwhile_is_chosen_and_then_sent_as_it_is(
    city: Database, now: datetime
) -> None:
    """CO02: attest alone is refused; a yes to the new writes it on line, step, decision, order and history."""
    requisition, step = await _sent(city, now, KB_1002=20)
    await _write(city, update(ArticlePrice).where(ArticlePrice.article_id == PEN).values(price=D("15.00")))
    with pytest.raises(Invalid, match="Något har ändrats sedan beställningen skickades"):
        await _attest(city, step, now)
    (order,) = await _attest(city, step, now, accepts=True)
    async with city.session(SYSTEM) as session:
        line = (await session.execute(select(OrderLine).where(OrderLine.order_id == order))).scalar_one()
        assert (line.price, line.net_amount) == (D("15.00"), D("300.00"))
        decision = select(Decision.amount).where(
            Decision.subject_id == requisition, Decision.act == "approve_order"
        )
        assert (await session.execute(decision)).scalar_one() == D("300.00")
        told = select(AuditEvent.data).where(
            AuditEvent.subject_id == requisition, AuditEvent.tag == "requisition:lines:accept_change"
        )
        (change,) = (await session.execute(told)).scalar_one()["changes"]
        assert (change["what"], change["then"], change["now"]) == (
            "price", "12,50\u00a0kr", "15,00\u00a0kr",
        )  # fmt: skip


async def test_a_new_name_is_shown_and_stops_nothing(city: Database, now: datetime) -> None:
    _requisition, step = await _sent(city, now, KB_1002=20)
    await _write(city, update(Article).where(Article.id == PEN).values(name="Kulspetspenna, blå"))
    assert await _attest(city, step, now)


async def test_where_others_attest_too_only_the_buyer_mends(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1002": 20, "KB-1003": 1}, now)
    async with city.session(BUYER.context()) as session:
        basket = await load_requested(session, BUYER, requisition)
        row = basket.lines[0].coding[0]
        moved = replace(row, code=replace(row.code, responsibility="31200"))
        line = _kept(basket.lines[0], (moved,))
        await save(session, BUYER, requisition, Changes((line,), {}), shown=digest(basket), now=now)
    await send_it(city, BUYER, requisition, now)
    await _write(city, update(Article).where(Article.id == PEN).values(vat_rate=6))
    step = next(one for one in await steps(city, requisition) if one.responsibility == "31100")
    with pytest.raises(Invalid, match="Fler attesterar den här beställningen"):
        await _attest(city, step.id, now, accepts=True)


def _kept(line: Any, coding: Any) -> Any:
    return LineChange(line.id, line.quantity, coding, line.comment)


async def test_who_ends_an_agreement_waits_for_the_attest_under_way(city: Database, now: datetime) -> None:
    """Two at once: the attest began on terms that held, and is whole before they end."""
    _requisition, step = await _sent(city, now, KB_1002=20)
    async with city.session(ATTESTANT.context()) as session:
        assert await approve(session, ATTESTANT, step, shown=b"x", note=None, now=now)
        ending = asyncio.create_task(_end(city, now))
        done, _ = await asyncio.wait([ending], timeout=A_MOMENT)
        assert not done, "the agreement ended in the middle of an attest"
    await ending


async def test_an_attest_waits_for_who_ends_the_agreement_and_is_refused(
    city: Database, now: datetime
) -> None:
    _requisition, step = await _sent(city, now, KB_1002=20)
    async with city.session(KEEPER.context()) as session:
        await _end_in(session, now)
        attest = asyncio.create_task(_attest(city, step, now))
        done, _ = await asyncio.wait([attest], timeout=A_MOMENT)
        assert not done, "the attest did not wait"
    with pytest.raises(Invalid, match="gäller inte i dag"):
        await attest


async def _end(city: Database, now: datetime) -> None:
    async with city.session(KEEPER.context()) as session:
        await _end_in(session, now)


async def _end_in(session: Any, now: datetime) -> None:
    found = await find_agreement(session, KEEPER, CONTRACT)
    ended = AgreementFacts(
        found.number, found.name, found.kind, found.valid_from, stockholm_date(now) - timedelta(days=1),
        found.cap_amount, found.ranking_limit, found.price_terms, tuple(one.id for one in found.callers),
    )  # fmt: skip
    await agreements.change(session, KEEPER, CONTRACT, ended, now=now)


# The ranking and its limit (M22).


async def _noted(city: Database, requisition: UUID, now: datetime, **motives: str) -> None:
    async with city.session(BUYER.context()) as session:
        shown = digest(await load_requested(session, BUYER, requisition))
        await save(session, BUYER, requisition, Changes((), {"motives": motives}), shown=shown, now=now)


RANK = rank_key(IT, demo_id("supplier", "Kontorsbolaget AB"))
LIMIT = limit_key(IT)
REFUSED = "Datorhuset tackade nej 20 november, Nätkompaniet 22 november."


async def _fields(city: Database, requisition: UUID, now: datetime) -> dict[str, str]:
    with pytest.raises(PortalError) as refused:
        await send_it(city, BUYER, requisition, now)
    return dict(refused.value.fields)


async def test_a_lower_rank_needs_the_refusal_of_those_above(city: Database, now: datetime) -> None:
    screens = await fill(city, BUYER, {"KI-9000": 10}, now)
    fields = await _fields(city, screens, now)
    assert list(fields) == [RANK]
    assert "nummer 3 i rangordningen" in fields[RANK]
    assert "Datorhuset AB och Nätkompaniet AB tackade nej" in fields[RANK]
    await _noted(city, screens, now, **{RANK: REFUSED})
    assert await send_it(city, BUYER, screens, now)
    assert len(await approve_all(city, screens, now)) == 1


async def test_those_above_who_are_blocked_need_not_be_asked(city: Database, now: datetime) -> None:
    await _write(city, text("UPDATE supplier_relation SET status = 'blocked' WHERE supplier_id = ANY(:ids)").bindparams(
        ids=[demo_id("supplier", "Datorhuset AB"), demo_id("supplier", "Nätkompaniet AB")]
    ))  # fmt: skip
    screens = await fill(city, BUYER, {"KI-9000": 10}, now)
    assert await send_it(city, BUYER, screens, now)


async def test_two_below_the_limit_are_summed_and_explained_never_refused(
    city: Database, now: datetime
) -> None:
    """Two of 90 percent of the limit: the second says why, and goes."""
    await _write(city, update(AgreementSupplier).where(AgreementSupplier.agreement_id == IT).values(rank=1))
    price = (await _price(city, "KI-9000")) or D(1)
    count = int(D(90_000) / price)
    await ordered(city, "bestallare2@gsf", {"KI-9000": count}, now)
    second = await fill(city, BUYER, {"KI-9000": count}, now)
    fields = await _fields(city, second, now)
    assert list(fields) == [LIMIT] and "på 30 dagar" in fields[LIMIT]
    later = now + timedelta(days=31)
    await _noted(city, second, now, **{LIMIT: "Två skolor, två behov som ingen kände till tillsammans."})
    assert await send_it(city, BUYER, second, now)
    third = await fill(city, actor_of("bestallare2@gsf"), {"KI-9000": count}, later)
    assert await send_it(city, actor_of("bestallare2@gsf"), third, later), "what is older is not counted"


async def test_a_single_call_off_above_the_limit_says_how_it_was_competed(
    city: Database, now: datetime
) -> None:
    await _write(city, update(AgreementSupplier).where(AgreementSupplier.agreement_id == IT).values(rank=1))
    screens = await fill(city, BUYER, {"KI-9000": 10_500}, now)
    fields = await _fields(city, screens, now)
    assert "Skriv hur den förnyade konkurrensutsättningen gjordes" in fields[LIMIT]
    await _noted(city, screens, now, **{LIMIT: "FKU med dnr GSF 2026/114, Kontorsbolaget vann."})
    assert await send_it(city, BUYER, screens, now)


async def _price(city: Database, item: str) -> D | None:
    async with city.session(SYSTEM) as session:
        query = select(Article.price).where(Article.id == demo_id("article", item))
        return (await session.execute(query)).scalar_one()


# Comment accounts (M17).


async def test_a_comment_account_asks_for_purpose_and_participants(city: Database, now: datetime) -> None:
    requisition = await fill(city, BUYER, {"KB-1002": 20}, now)
    async with city.session(BUYER.context()) as session:
        basket = await load_requested(session, BUYER, requisition)
        row = basket.lines[0].coding[0]
        coding = (replace(row, code=replace(row.code, account="7101")),)
        line = _kept(basket.lines[0], coding)
        await save(session, BUYER, requisition, Changes((line,), {}), shown=digest(basket), now=now)
    fields = await _fields(city, requisition, now)
    assert list(fields) == [f"comment-{basket.lines[0].id}"]
    async with city.session(BUYER.context()) as session:
        basket = await load_requested(session, BUYER, requisition)
        said = replace(_kept(basket.lines[0], basket.lines[0].coding), comment="Avtackning, tolv lärare")
        await save(session, BUYER, requisition, Changes((said,), {}), shown=digest(basket), now=now)
    assert await send_it(city, BUYER, requisition, now)
