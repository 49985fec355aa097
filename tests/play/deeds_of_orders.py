"""What is done to the order of a history: received, changed, ended, by whoever should or by somebody who should not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from uuid import UUID

from portal.orders.actions import answer, change_approval, changes, ending, receipts
from portal.orders.change_values import Terms
from tests.domains.orders.conftest import supplier_of
from tests.domains.orders.flow import login_of
from tests.play.history import Act
from tests.play.stage import WAITING, WHY, Nothing, Stage, deed

TENTHS = D(10)
ATTESTS = (
    "SELECT id, user_id FROM decision WHERE subject_type = 'order' AND subject_id = :order AND act = 'approve_order'"
    " ORDER BY decided_at DESC, id DESC"
)
_LINES = "SELECT * FROM order_line WHERE order_id = :order ORDER BY position"


async def _receive(stage: Stage, act: Act, quantities: dict[UUID, D]) -> None:
    delivery = receipts.Delivery(quantities, {}, stage.today, WHY)
    await stage.act(stage.who(act, stage.city.buyer), receipts.receive, stage.order, delivery)


@deed("receive_all")
async def receive_all(stage: Stage, act: Act) -> None:
    buyer = stage.who(act, stage.city.buyer)
    await stage.act(buyer, receipts.receive_all, stage.order, received_on=stage.today, note=None)


@deed("receive_some")
async def receive_some(stage: Stage, act: Act) -> None:
    """The same part of every line, at least one."""
    lines = await stage.rows(_LINES, order=stage.order)
    await _receive(
        stage, act, {one.id: max(one.quantity * (act.much % 9 + 1) // TENTHS, D(1)) for one in lines}
    )


@deed("receive_too_much")
async def receive_too_much(stage: Stage, act: Act) -> None:
    lines = await stage.rows(_LINES, order=stage.order)
    line = lines[act.pick % len(lines)]
    await _receive(stage, act, {line.id: line.quantity + act.much % 7})


@deed("take_back")
async def take_back(stage: Stage, act: Act) -> None:
    made = await stage.rows(
        "SELECT id FROM receipt WHERE order_id = :order ORDER BY created_at", order=stage.order
    )
    if not made:
        raise Nothing
    buyer = stage.who(act, stage.city.buyer)
    await stage.act(buyer, receipts.take_back_receipt, stage.order, made[act.pick % len(made)].id, note=WHY)


@deed("change")
async def change(stage: Stage, act: Act) -> None:
    """The supplier changes quantity and price; the buyer accepts, with those or with others."""
    await stage.act(
        supplier_of(stage.city.supplier), answer.answer, stage.order, code="CA", promised_on=None,
        note="Annat antal och pris.",
    )  # fmt: skip
    stated = {
        str(one.id): Terms(
            max(one.quantity * (act.much % 15 + 1) // TENTHS, D(1)), one.price + D(act.much % 5 - 1)
        )
        for one in await stage.rows(_LINES, order=stage.order)
    }
    await stage.act(stage.who(act, stage.city.buyer), changes.accept_change, stage.order, stated)


@deed("refuse_change")
async def refuse_change(stage: Stage, act: Act) -> None:
    await stage.act(
        supplier_of(stage.city.supplier),
        answer.answer,
        stage.order,
        code="CA",
        promised_on=None,
        note="Dyrare.",
    )
    await stage.act(stage.who(act, stage.city.buyer), changes.refuse_change, stage.order, note=WHY)


@deed("raise")
async def raise_to_received(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, stage.city.buyer), changes.raise_to_received, stage.order)


@deed("approve_change")
async def approve_change(stage: Stage, act: Act) -> None:
    for step in await stage.rows(WAITING, id=stage.order):
        owner = await login_of(stage.database, step.approver_id)
        await stage.act(
            stage.who(act, owner), change_approval.approve_change, step.id, shown=b"x", note=None,
            undo=timedelta(minutes=act.much % 3),
        )  # fmt: skip


@deed("undo_change")
async def undo_change(stage: Stage, act: Act) -> None:
    """The last attest of a change, by its maker or by somebody else, in time or too late."""
    made = await stage.rows(ATTESTS, order=stage.order)
    if not made:
        raise Nothing
    maker = await login_of(stage.database, made[0].user_id)
    await stage.act(stage.who(act, maker), change_approval.undo_change, made[0].id)


@deed("end_rest")
async def end_rest(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, stage.city.buyer), ending.end_rest, stage.order, note=WHY)


@deed("cancel_order")
async def cancel_order(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, stage.city.buyer), ending.cancel_order, stage.order, note=WHY)
