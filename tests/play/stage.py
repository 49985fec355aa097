"""Where a history is played: on an order of its own, by the product's own actions, each in its own transaction.

A new act is a function with `@deed("its name")` in one of the files of deeds, and its name in history.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import Document
from portal.access.actor import Actor
from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.actions.parts import IntakeParts
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


class Wrong(AssertionError):
    """What must hold does not, in the history that was played on this stage."""

    def __init__(self, stage: Stage, words: str) -> None:
        super().__init__("\n".join((words, f"order {stage.number}", *stage.told)))
        self.stage = stage


def require(stage: Stage, holds: object, words: str) -> None:
    """Wrong, with all that was done, unless it holds."""
    if not holds:
        raise Wrong(stage, words)


@dataclass(slots=True)
class Sent:
    """An invoice as its sender wrote it, with what was planted on it."""

    id: UUID
    paper: Paper
    document: Document


@dataclass
class Stage:
    """One history under way. `posted`: invoices on their way in; `sent`: those that came, in the order of arrival;
    `told`: what was done, for a failure."""

    parts: IntakeParts
    now: datetime
    history: History
    order: UUID | None = None
    number: str = ""
    posted: list[tuple[Document, Paper]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def city(self) -> City:
        return self.history.city

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

    async def begin(self) -> None:
        """From basket to order, attested and sent."""
        wanted = dict(zip(self.city.articles, self.history.quantities, strict=True))
        _account, responsibility, operation = self.city.coding
        coded = {"responsibility": responsibility, "operation": operation}
        [order] = await ordered(self.database, self.city.buyer, wanted, self.now, **coded)
        self.order, self.number = order.id, order.number
        if self.history.review:
            review = "UPDATE purchase_order SET review_requested = true WHERE id = :id RETURNING id"
            await self.rows(review, id=order.id)

    async def play(self, act: Act) -> None:
        """Do it; a refusal is an answer too."""
        said = "ok"
        try:
            await DEEDS[act.kind](self, act)
        except PortalError as refused:
            said = type(refused).__name__
        except Nothing:
            said = "nothing to do it to"
        except AssertionError:
            raise
        except Exception as error:
            raise Wrong(self, f"{act} → {error!r}") from error
        self.told.append(f"{act} → {said}")


def admin_of(stage: Stage) -> str:
    """The local administrator of who buys."""
    return "admin@gsf" if stage.city.code == "GSF100" else "admin@aof"


class Nothing(Exception):
    """There is nothing to do it to."""


@deed("arrive")
async def arrive(stage: Stage, act: Act) -> None:
    """An invoice is sent; it comes in with those of the other histories."""
    assert act.paper is not None and stage.order is not None
    async with stage.database.session(Context.for_system(CONCERN_ID)) as session:
        clean = document(await read_order(session, stage.number), next_number(), stage.today)
    debits = [one.document.number for one in stage.sent if not one.document.credit_note]
    stage.posted.append((written(clean, act.paper, debits, stage.city.code), act.paper))


@deed("days_pass")
async def days_pass(stage: Stage, act: Act) -> None:
    """Nothing but time: the clock is the lot's."""


@deed("rest")
async def rest(stage: Stage, act: Act) -> None:
    """In the place of an act that a shorter history is without."""
