"""The values of an invoice's page: what was gathered, and what the template shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import Detail
from portal.invoicing.queries.scope import Rights
from portal.invoicing.rules.deviations import Part, parts_of
from portal.invoicing.rules.standing import Standing, Who, not_allowed, refusal
from portal.invoicing.status import INVOICE
from portal.web.invoicing.coding_form import CodingView
from portal.web.invoicing.comparison import Comparison
from portal.web.invoicing.controls import Controls
from portal.web.invoicing.solutions import Solutions
from portal.web.paper.document import DocumentView

Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """One request's facts about one invoice."""

    session: AsyncSession
    actor: Actor
    now: datetime
    detail: Detail
    rights: Rights
    who: Who
    standing: Standing

    @property
    def invoice(self) -> Invoice:
        """The row."""
        return self.detail.invoice

    def why_not(self, verb: str) -> str | None:
        """The rule's reason against a verb, or None."""
        return refusal(INVOICE.move(verb), self.detail.place, self.who)

    def may_prepare(self, verb: str) -> bool:
        """Whether the actor may prepare a verb that only a hold stops."""
        return not_allowed(INVOICE.move(verb), self.detail.place, self.who) is None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The deviations of the match that is shown, in kronor."""
        stored = self.detail.decisions.get("match")
        return parts_of(stored) if stored else ()


@dataclass(frozen=True, slots=True)
class Link:
    """A further thing to do, on a page of its own; `blocked` says why not now."""

    text: str
    href: str
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the route as it stands."""

    id: str
    name: str
    note: str
    state: str
    mine: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """What templates/invoicing/invoices/show.html shows."""

    id: str
    base: str
    title: str
    kind: str
    party: str
    number: str
    amount: str
    status: tuple[str, str, str]
    code: str
    turn: bool
    behalf: str | None
    marks: tuple[tuple[str, str, str | None], ...]
    due: date | None
    facts: tuple[tuple[str, str], ...]
    why: str
    lock: str | None
    locked: bool
    document: DocumentView
    history: Sequence[dict[str, Any]]
    controls: Controls
    payment: tuple[tuple[str, str, str | None], ...]
    comparison: Comparison | None
    track: tuple[tuple[str, str, str], ...]
    coding: CodingView | None
    comments: tuple[tuple[str, str, datetime], ...]
    files: int
    solutions: Solutions | None
    choices: tuple[dict[str, Any], ...]
    steps: tuple[StepLine, ...]
    approve_label: str | None
    links: tuple[Link, ...]
    blocked: str | None
    held: str | None
    reviewed: bool
    secret: bool
    not_received: tuple[str, ...]
    seen: tuple[str, str, str]
    values: Mapping[str, str]
    errors: Errors
    summary: tuple[tuple[str, str], ...]
    message: str | None
    moved_on: bool
    supplier: str
    kept: tuple[str, ...] = ()
