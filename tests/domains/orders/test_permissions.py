"""Each act on an order is refused without its permission, before anything is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from portal.access.actor import Actor
from portal.db.session import Database
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden
from portal.orders.actions import (
    basket_coding,
    basket_lines,
    basket_saving,
    change_approval,
    changes,
    sending,
)
from portal.orders.actions.addresses import add_temporary_address
from portal.orders.actions.answer import answer
from portal.orders.actions.approval import approve, send_back
from portal.orders.actions.basket_adding import add_to_basket
from portal.orders.actions.ending import cancel_order
from portal.orders.actions.receipts import receive_all, take_back_receipt
from tests.domains.orders.conftest import actor_of, supplier_of
from tests.domains.orders.flow import ordered

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SOME = UUID(int=1)
NOTHING_READ: Any = None
PLACE = {"name": "Kulturhuset", "street": "Torget 2", "postcode": "99999", "city": "Exempelstad"}
Deed = Callable[[Any, Actor], Awaitable[Any]]
BUYS: dict[str, Deed] = {
    "put in": lambda s, a: add_to_basket(s, a, SOME, Decimal(1), NOW),
    "take out": lambda s, a: basket_lines.remove_line(s, a, SOME, NOW),
    "undo": lambda s, a: basket_lines.undo_add(s, a, SOME, Decimal(1), NOW),
    "save": lambda s, a: basket_saving.save(s, a, SOME, basket_saving.Changes((), {}), shown="", now=NOW),
    "prices": lambda s, a: basket_lines.accept_changes(s, a, SOME, NOW),
    "split": lambda s, a: basket_coding.split_coding(s, a, SOME, NOW),
    "unsplit": lambda s, a: basket_coding.remove_coding(s, a, SOME, SOME, NOW),
    "copy": lambda s, a: basket_coding.copy_coding(s, a, SOME, NOW),
    "send": lambda s, a: sending.send(s, a, SOME, shown="", now=NOW),
    "take back": lambda s, a: sending.take_back(s, a, SOME, NOW),
    "discard": lambda s, a: sending.discard(s, a, SOME, NOW),
    "approve": lambda s, a: approve(s, a, SOME, shown=b"", note=None, now=NOW),
    "send back": lambda s, a: send_back(s, a, SOME, note="Fel", now=NOW),
    "accept a change": lambda s, a: changes.accept_change(s, a, SOME, {}, now=NOW),
    "refuse a change": lambda s, a: changes.refuse_change(s, a, SOME, note="Nej", now=NOW),
    "raise": lambda s, a: changes.raise_to_received(s, a, SOME, now=NOW),
    "approve a change": lambda s, a: change_approval.approve_change(
        s, a, SOME, shown=b"", note=None, now=NOW
    ),
    "send a change back": lambda s, a: change_approval.send_change_back(s, a, SOME, note="Fel", now=NOW),
}


@pytest.mark.parametrize("name", BUYS)
async def test_without_a14_refused_before_anything_is_read(name: str) -> None:
    with pytest.raises(Forbidden):
        await BUYS[name](NOTHING_READ, actor_of("attestant@gsf", without="A14"))


async def test_without_b42_no_temporary_address() -> None:
    with pytest.raises(Forbidden):
        await add_temporary_address(NOTHING_READ, actor_of("bestallare@gsf", without="B42"), **PLACE, now=NOW)


async def test_only_a_supplier_answers() -> None:
    supplier = supplier_of("Kontorsbolaget AB")
    for actor in (replace(supplier, permissions=frozenset()), actor_of("bestallare@gsf")):
        with pytest.raises(Forbidden):
            await answer(NOTHING_READ, actor, SOME, code="AP", promised_on=None, note=None, now=NOW)


@pytest.mark.parametrize("code", ["A44", "A45"])
async def test_an_administrator_cancels_by_the_own_code_alone(
    city: Database, now: datetime, code: str
) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    admin = actor_of("admin@gsf")
    less = replace(admin, permissions=admin.permissions - {"A14", "A44", "A45"})
    async with city.session(admin.context()) as session:
        with pytest.raises(Forbidden):
            await cancel_order(session, less, order.id, note="Fel", now=now)
        one = replace(less, permissions=less.permissions | {code})
        await cancel_order(session, one, order.id, note="Fel", now=now)


async def test_without_a14_the_buyer_neither_receipts_nor_takes_back(city: Database, now: datetime) -> None:
    (order,) = await ordered(city, "bestallare@gsf", {"KB-1001": 10}, now)
    buyer, less = actor_of("bestallare@gsf"), actor_of("bestallare@gsf", without="A14")
    day = stockholm_date(now)
    async with city.session(buyer.context()) as session:
        with pytest.raises(Forbidden):
            await receive_all(session, less, order.id, received_on=day, note=None, now=now)
        made = await receive_all(session, buyer, order.id, received_on=day, note=None, now=now)
        with pytest.raises(Forbidden):
            await take_back_receipt(session, less, order.id, made, note=None, now=now)
