"""What reviewers, buyers and attestants do to an invoice of a history: they decide on the sum that they see."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from portal.coding.values import CodeString
from portal.invoicing.actions import approval, attested, credit_request, deviation, holds, review
from portal.invoicing.actions.coding import Coded
from portal.kernel.errors import PortalError
from tests.domains.orders.flow import login_of
from tests.play.history import Act
from tests.play.stage import DEEDS, WAITING, WHY, Nothing, Sent, Stage, admin_of, deed, require

_ONWARD = {
    "matching_required": ("accept_match", "accept_deviation"), "review": ("review",), "approval": ("approve",),
}  # fmt: skip
_PAST_THE_HOLD = (
    "UPDATE invoice SET status = 'done' WHERE id = :id AND under_investigation"
    " AND status NOT IN ('done', 'cancelled') RETURNING id"
)
_BOTH_SIDES = (
    "INSERT INTO decision SELECT (jsonb_populate_record(d, jsonb_build_object('id', CAST(:new AS uuid),"
    " 'act', 'approve'))).* FROM decision d WHERE d.subject_id = :id AND d.voided_at IS NULL"
    " AND d.act IN ('review', 'accept_deviation') LIMIT 1 RETURNING id"
)
ATTESTS = (
    "SELECT id, user_id FROM decision WHERE subject_id = :id AND act = 'approve' AND undo_until IS NOT NULL"
    " ORDER BY decided_at DESC, id DESC"
)


async def shown(stage: Stage, one: Sent) -> tuple[Any, bytes]:
    """The invoice as it is, and what a page shows of it: what is to be paid."""
    [row] = await stage.rows("SELECT * FROM invoice WHERE id = :id", id=one.id)
    return row, seen(row.payable_amount)


def seen(payable: D) -> bytes:
    """What whoever decides has before them."""
    return f"Att betala {payable:.2f}".encode()


def _coded(stage: Stage, row: Any) -> list[Coded]:
    return [Coded(CodeString(*stage.city.coding), row.net_amount)]


def reviewer_of(stage: Stage) -> str:
    """Whom the city's code leads to."""
    return "granskare@gsf" if stage.city.code == "GSF100" else "bestallare@aof"


async def owner_of(stage: Stage, row: Any) -> str:
    return await login_of(stage.database, row.reviewer_id) if row.reviewer_id else stage.city.buyer


@deed("accept_deviation")
async def accept_deviation(stage: Stage, act: Act) -> None:
    row, page = await shown(stage, stage.one(act))
    words = WHY if act.much % 3 else None
    await stage.act(
        stage.who(act, await owner_of(stage, row)), deviation.accept_deviation, row.id, _coded(stage, row),
        note=WHY, not_received=words, shown=page,
    )  # fmt: skip


@deed("accept_match")
async def accept_match(stage: Stage, act: Act) -> None:
    row, page = await shown(stage, stage.one(act))
    await stage.act(stage.who(act, stage.city.buyer), deviation.accept_match, row.id, note=WHY, shown=page)


@deed("rematch")
async def rematch(stage: Stage, act: Act) -> None:
    await stage.act(stage.who(act, stage.city.buyer), deviation.rematch, stage.one(act).id)


@deed("review")
async def accept_review(stage: Stage, act: Act) -> None:
    row, page = await shown(stage, stage.one(act))
    owner = await owner_of(stage, row) if row.reviewer_id else reviewer_of(stage)
    await stage.act(stage.who(act, owner), review.accept, row.id, _coded(stage, row), note=WHY, shown=page)


@deed("approve")
async def approve(stage: Stage, act: Act) -> None:
    """At once, or to be undone for so many of the history's minutes: other acts come before anything comes of it."""
    undo = timedelta(minutes=act.much % 4)
    row, page = await shown(stage, stage.one(act))
    for step in await stage.rows(WAITING, id=row.id):
        owner = await login_of(stage.database, step.approver_id)
        await stage.act(stage.who(act, owner), approval.approve, step.id, shown=page, undo=undo)


@deed("undo")
async def undo(stage: Stage, act: Act) -> None:
    """The last attest of an invoice, by its maker or by somebody else, in time or too late."""
    one = stage.one(act)
    made = await stage.rows(ATTESTS, id=one.id)
    if not made:
        raise Nothing
    maker = await login_of(stage.database, made[0].user_id)
    await stage.act(stage.who(act, maker), attested.undo, made[act.much % len(made)].id)


@deed("return")
async def return_to_reviewer(stage: Stage, act: Act) -> None:
    attestant = stage.city.people[2]
    await stage.act(stage.who(act, attestant), approval.return_to_reviewer, stage.one(act).id, note=WHY)


async def _holder_of(stage: Stage, row: Any, act: Act) -> str:
    """Whoever has the invoice, or who may hold it wherever it stands."""
    if act.much % 3 == 0:
        return await owner_of(stage, row)
    return (
        "levgruppen@stad" if row.status in ("supplier_not_chosen", "payment_information") else admin_of(stage)
    )


@deed("hold")
async def hold(stage: Stage, act: Act) -> None:
    row, _page = await shown(stage, stage.one(act))
    holder = stage.who(act, await _holder_of(stage, row, act))
    await stage.act(holder, holds.investigate, row.id, on=True, note=WHY)


@deed("end_hold")
async def end_hold(stage: Stage, act: Act) -> None:
    row, _page = await shown(stage, stage.one(act))
    holder = stage.who(act, await _holder_of(stage, row, act))
    await stage.act(holder, holds.investigate, row.id, on=False, note=WHY)


@deed("ask_for_credit")
async def ask_for_credit(stage: Stage, act: Act) -> None:
    one = stage.one(act)
    await stage.act(stage.who(act, stage.city.buyer), credit_request.ask_for_credit, one.id, note=WHY)


@deed("press_on")
async def press_on(stage: Stage, act: Act) -> None:
    """Whoever's turn it is tries to get on with it in every way there is, whatever stands in that way."""
    row, _page = await shown(stage, stage.one(act))
    refused: list[PortalError] = []
    for name in _ONWARD.get(row.status, ()):
        try:
            await DEEDS[name](stage, act)
        except PortalError as error:
            refused.append(error)
    if refused:
        raise refused[-1]


@deed("force")
async def force(stage: Stage, act: Act) -> None:
    """Somebody writes past the rules: the database itself refuses what a hold keeps back."""
    await _refused(stage, _PAST_THE_HOLD, "hold_stands", id=stage.one(act).id)


@deed("force_decision")
async def force_decision(stage: Stage, act: Act) -> None:
    """The same person's attest beside the review, put as a row: the database refuses that too."""
    await _refused(stage, _BOTH_SIDES, "separate_duties", id=stage.one(act).id, new=uuid4())


async def _refused(stage: Stage, sql: str, guard: str, **values: Any) -> None:
    try:
        written = await stage.rows(sql, **values)
    except IntegrityError as error:
        require(stage, guard in str(error), f"another refusal than {guard}: {error}")
        return
    require(stage, not written, f"{guard} let it pass: {sql}")
    raise Nothing
