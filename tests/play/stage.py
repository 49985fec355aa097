"""Where a history is played: on an order of its own, by the product's own actions, each in its own transaction.

What an act sets off by a job is done at once after it: what waits is run again, and a credit note is told of.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import Document, write
from portal.access.actor import Actor
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.holds import credit_has_come
from portal.invoicing.actions.intake import Incoming, receive_many
from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import PortalError
from tests.domains.orders.conftest import actor_of
from tests.domains.orders.flow import ordered
from tests.play.history import Act, City, History, Paper
from tests.play.writing import next_number, written

Deed = Callable[["Stage", Act], Awaitable[None]]
DEEDS: dict[str, Deed] = {}
WAITING = (
    "SELECT id, approver_id FROM approval_step WHERE subject_id = :id AND state = 'waiting'"
    " ORDER BY created_at, id"
)
WHY = "Så är det avtalat."


def deed(name: str) -> Callable[[Deed], Deed]:
    """What the act of this name does."""

    def keep(function: Deed) -> Deed:
        DEEDS[name] = function
        return function

    return keep


@dataclass(slots=True)
class Sent:
    """An invoice as its sender wrote it, with what was planted on it."""

    id: UUID
    paper: Paper
    document: Document


@dataclass
class Stage:
    """One history under way. `sent`: its invoices in the order of arrival; `told`: what was done, for a failure."""

    parts: IntakeParts
    now: datetime
    city: City
    order: UUID | None = None
    number: str = ""
    sent: list[Sent] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def today(self) -> date:
        return stockholm_date(self.now)

    async def rows(self, sql: str, **values: Any) -> Sequence[Any]:
        """Rows as the concern's system sees them."""
        async with self.database.session(Context.for_system(CONCERN_ID)) as session:
            return (await session.execute(text(sql), values)).all()

    def who(self, act: Act, natural: str) -> Actor:
        """Whoever should do it, or somebody else of the city."""
        if act.who == 0:
            return actor_of(natural)
        return actor_of(self.city.people[act.who % len(self.city.people)])

    def one(self, act: Act) -> Sent:
        """The invoice it is done to."""
        if not self.sent:
            raise Nothing
        return self.sent[act.pick % len(self.sent)]

    async def act(self, actor: Actor, verb: Any, *args: Any, **how: Any) -> Any:
        """One action in one transaction of its actor."""
        async with self.database.session(actor.context()) as session:
            return await verb(session, actor, *args, now=self.now, **how)

    async def begin(self, history: History) -> None:
        """From basket to order, attested and sent."""
        wanted = dict(zip(self.city.articles, history.quantities, strict=True))
        _account, responsibility, operation = self.city.coding
        [order] = await ordered(
            self.database,
            self.city.buyer,
            wanted,
            self.now,
            responsibility=responsibility,
            operation=operation,
        )
        self.order, self.number = order.id, order.number
        if history.review:
            await self.rows(
                "UPDATE purchase_order SET review_requested = true WHERE id = :id RETURNING id", id=order.id
            )

    async def play(self, act: Act) -> None:
        """Do it, and what follows by itself; a refusal is an answer too."""
        self.now += timedelta(minutes=1)
        said = "ok"
        try:
            await DEEDS[act.kind](self, act)
        except PortalError as refused:
            said = type(refused).__name__
        except Nothing:
            said = "nothing to do it to"
        self.told.append(f"{act} → {said}")
        await self.follow()

    async def follow(self) -> None:
        """What the jobs do."""
        ids = [one.id for one in self.sent]
        for one in self.sent:
            if one.document.credit_note:
                async with self.database.session(Context.for_system(CONCERN_ID)) as session:
                    await credit_has_come(session, CONCERN_ID, one.id, self.now)
        if ids:
            await rerun(self.database, CONCERN_ID, ids, self.now)


def admin_of(stage: Stage) -> str:
    """The local administrator of who buys."""
    return "admin@gsf" if stage.city.code == "GSF100" else "admin@aof"


class Nothing(Exception):
    """There is nothing to do it to."""


@deed("arrive")
async def arrive(stage: Stage, act: Act) -> None:
    """An invoice comes, as bytes."""
    assert act.paper is not None and stage.order is not None
    wrote = await _document(stage, act.paper)
    received = await receive_many(stage.parts, [Incoming(write(wrote), "command")], now=stage.now)
    failed = await process_deliveries(stage.parts, [received[0].delivery_id], stage.now)
    for error in failed.values():
        raise error
    [row] = await stage.rows(
        "SELECT outcome, invoice_id FROM delivery WHERE id = :id", id=received[0].delivery_id
    )
    if row.outcome == "new":
        stage.sent.append(Sent(row.invoice_id, act.paper, wrote))


async def _document(stage: Stage, paper: Paper) -> Document:
    async with stage.database.session(Context.for_system(CONCERN_ID)) as session:
        clean = document(await read_order(session, stage.number), next_number(), stage.today)
    debits = [one.document.number for one in stage.sent if not one.document.credit_note]
    return written(clean, paper, debits, stage.city.code)


async def play(parts: IntakeParts, history: History, now: datetime, judge: Any) -> Stage:
    """The whole history; `judge(stage)` looks after every act."""
    stage = Stage(parts, now, history.city)
    with suppress(PortalError):
        await stage.begin(history)
    if stage.order is None:
        raise AssertionError("the order was not made")
    for act in history.acts:
        await stage.play(act)
        await judge(stage)
    return stage
