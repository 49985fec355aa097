"""Histories side by side: an act of each at a time, and then what comes by itself, for all of them at once.

All have one clock. What the product does by jobs is done after every step by the functions in FOLLOWS: a delayed job
of a new act is one more of those.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.writer import write
from portal.attest.queries.undoable import find_attest
from portal.db.context import Context
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.attested import complete as complete_invoice
from portal.invoicing.actions.holds import credit_has_come
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.invoicing.actions.waiting import wait_no_longer
from portal.orders.actions.change_approval import complete_change
from tests.play import deeds
from tests.play.history import Act, History
from tests.play.opening import open_all
from tests.play.stage import Sent, Stage

Calendar = tuple[int, ...]
Look = Callable[["Lot"], Awaitable[None]]
REST = Act("rest")
# Attests whose time to be undone is over, and that nothing has come of yet.
DUE = (
    "SELECT d.id, d.subject_id FROM decision d LEFT JOIN invoice i ON i.id = d.subject_id"
    " LEFT JOIN purchase_order o ON o.id = d.subject_id WHERE d.undo_until <= :now AND d.subject_id = ANY(:ids)"
    " AND d.voided_at IS NULL AND (i.status = 'attested' OR o.status = 'change_attested') ORDER BY d.decided_at, d.id"
)
OUTCOMES = "SELECT id, outcome, invoice_id FROM delivery WHERE id = ANY(:ids)"


@dataclass
class Lot:
    """Stages that go step by step together. Of the last step: how many `days` passed before it, and who acted in it."""

    parts: IntakeParts
    now: datetime
    stages: list[Stage]
    days: int = 0
    acting: list[Stage] = field(default_factory=list)

    async def step(self, acts: Sequence[Act], days: int) -> None:
        """One act for each stage, and what follows."""
        self.days, self.now = days, self.now + timedelta(days=days, minutes=1)
        acts_of = list(zip(self.stages, acts, strict=True))
        self.acting = [stage for stage, act in acts_of if days or act is not REST]
        for stage, act in acts_of:
            stage.now = self.now
            if act is not REST:
                await stage.play(act)
        for follow in FOLLOWS:
            await follow(self)


async def come_in(lot: Lot) -> None:
    """What was sent comes in, as bytes, many at a time."""
    sent = [(stage, *one) for stage in lot.acting for one in stage.posted]
    if not sent:
        return
    incoming = [Incoming(write(document), "command") for _, document, _ in sent]
    received = await receive_many(lot.parts, incoming, now=lot.now)
    ids = [one.delivery_id for one in received]
    for error in (await process_deliveries(lot.parts, ids, lot.now)).values():
        raise error
    outcomes = {row.id: row for row in await lot.stages[0].rows(OUTCOMES, ids=ids)}
    for (stage, document, paper), one in zip(sent, received, strict=True):
        row = outcomes[one.delivery_id]
        stage.told.append(f"  {document.number} came: {row.outcome}")
        stage.posted.clear()
        if row.outcome == "new":
            stage.sent.append(Sent(row.invoice_id, paper, document))


async def wait(lot: Lot) -> None:
    """What the days that passed bring."""
    if lot.days:
        async with lot.parts.database.session(Context.for_system(CONCERN_ID)) as session:
            await wait_no_longer(session, CONCERN_ID, lot.now)


async def credits_come(lot: Lot) -> None:
    """A credit note ends what waited for it."""
    notes = [one.id for stage in lot.acting for one in stage.sent if one.document.credit_note]
    if notes:
        async with lot.parts.database.session(Context.for_system(CONCERN_ID)) as session:
            for note in notes:
                await credit_has_come(session, CONCERN_ID, note, lot.now)


async def run_again(lot: Lot) -> None:
    """What stands in arrival control or matching goes on from there."""
    ids = [one.id for stage in lot.acting for one in stage.sent]
    if ids:
        await rerun(lot.parts.database, CONCERN_ID, ids, lot.now)


async def attests_fall_due(lot: Lot) -> None:
    """The time to undo an attest is over: what it leads to is done."""
    of = {one.id: stage for stage in lot.stages for one in stage.sent} | {
        stage.order: stage for stage in lot.stages
    }
    for due in await lot.stages[0].rows(DUE, now=lot.now, ids=list(of)):
        lot.acting += [of[due.subject_id]] if of[due.subject_id] not in lot.acting else []
        async with lot.parts.database.session(Context.for_system(CONCERN_ID)) as session:
            one = await find_attest(session, CONCERN_ID, due.id)
            assert one is not None
            complete = complete_change if one.subject_type == "order" else complete_invoice
            await complete(session, CONCERN_ID, one, lot.now)


assert deeds.DEEDS  # every deed is known by its name once they are imported
FOLLOWS: tuple[Look, ...] = (come_in, attests_fall_due, wait, credits_come, run_again)


def calendar_of(histories: Sequence[History]) -> Calendar:
    """Days that pass before each step: the most that one of the histories wants."""
    steps = max(len(history.acts) for history in histories)
    passing = [
        [act.much % 9 + 1 for history in histories for act in history.acts[at : at + 1] if act.kind == "days_pass"]
        for at in range(steps)
    ]  # fmt: skip
    return tuple(max(days, default=0) for days in passing)


async def play_together(
    parts: IntakeParts, histories: Sequence[History], now: datetime, look: Look, calendar: Calendar = ()
) -> Lot:
    """All of them to their ends; `look` judges after every step."""
    lot = Lot(parts, now, [Stage(parts, now, history) for history in histories])
    await open_all(lot.stages, now)
    for at, days in enumerate(calendar or calendar_of(histories)):
        acts = [history.acts[at] if at < len(history.acts) else REST for history in histories]
        await lot.step(acts, days)
        await look(lot)
    return lot


async def play(
    parts: IntakeParts, history: History, now: datetime, look: Look, calendar: Calendar = ()
) -> Stage:
    """One history alone."""
    [stage] = (await play_together(parts, [history], now, look, calendar)).stages
    return stage
