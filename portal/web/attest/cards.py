"""What a domain lays before an attestant: its cards, and what Attestera and Skicka tillbaka do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.queries.acts import acts_of_cases
from portal.attest.queries.waiting import WaitingStep
from portal.attest.rules.separation_of_duties import refusal
from portal.attest.values import Act
from portal.kernel.plain import canonical_bytes
from portal.kernel.text import sentence_list
from portal.web.attest.facts import Coded, Facts, Line


@dataclass(frozen=True, slots=True)
class Card:
    """One step with what is shown of its document. `blocked`: why the actor may not attest it (a msgid)."""

    waiting: WaitingStep
    facts: Facts
    blocked: str | None = None

    @property
    def subject_type(self) -> str:
        """requisition or invoice."""
        return self.waiting.step.subject_type

    @property
    def must_choose(self) -> bool:
        """Whether something has changed that is to be said yes or no to first."""
        return self.facts.must_choose and not self.blocked

    @property
    def ready(self) -> bool:
        """Whether it can be attested as it stands."""
        return not self.blocked and not self.must_choose

    @property
    def is_whole(self) -> bool:
        """Whether the step takes all of the document's cost."""
        return self.waiting.step.amount == self.facts.net

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are this attestant's, each with its share; all where nothing is said of lines."""
        code = self.waiting.step.responsibility
        own = [
            replace(line, amount=sum((part for ansvar, part in line.shares if ansvar == code), Decimal(0)))
            for line in self.facts.lines
            if any(ansvar == code for ansvar, _part in line.shares)
        ]
        return tuple(own) or self.facts.lines

    @property
    def coding(self) -> tuple[Coded, ...]:
        """The coding that falls on this attestant's ansvar."""
        code = self.waiting.step.responsibility
        return tuple(one for one in self.facts.coding if one.responsibility == code)

    @property
    def checks(self) -> tuple[str, ...]:
        """What is in order: with the document, and with this attestant's lines."""
        return tuple(dict.fromkeys((*self.facts.checks, *(line.check for line in self.lines if line.check))))

    @property
    def party(self) -> str:
        """The suppliers of this attestant's lines."""
        named = list(dict.fromkeys(line.party for line in self.lines if line.party))
        return sentence_list(named) if named else self.facts.party

    @property
    def amount(self) -> Decimal:
        """What the button says: including VAT for a whole document, else the ansvar's share without VAT."""
        return self.facts.signed(self.facts.whole if self.is_whole else self.waiting.step.amount)

    @property
    def shown(self) -> bytes:
        """The bytes of exactly what is shown: hashed into the decision."""
        step = self.waiting.step
        return canonical_bytes({
            "step": step.id, "subject": step.subject_id, "responsibility": step.responsibility,
            "amount": step.amount, "approver": step.approver_login, "facts": self.facts,
        })  # fmt: skip

    @property
    def digest(self) -> str:
        """Hex sha256 of `shown`: carried by the form, so that nothing else than what was seen is attested."""
        return sha256(self.shown).hexdigest()


class CardSource(Protocol):
    """One domain's side of the attest page."""

    subject_type: str
    act: str

    async def facts(
        self, session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID], day: date
    ) -> Mapping[UUID, Facts]:
        """Facts by subject as they are that day, in a fixed number of statements; what the actor may not see is
        left out."""
        ...

    async def approve(
        self,
        session: AsyncSession,
        actor: Actor,
        step_id: UUID,
        *,
        shown: bytes,
        note: str | None,
        now: datetime,
        undo: timedelta,
        accepts: bool = False,
    ) -> str | None:
        """Attest one step; a sentence when it led to something else than expected. `undo`: how long it can be undone.
        `accepts`: what has changed since it was sent is said yes to."""
        ...

    async def undo(self, session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
        """Take the actor's own attest back; the document, which waits again."""
        ...

    async def told(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, now: datetime
    ) -> tuple[str, str] | None:
        """What happened to the document last: when, and in a sentence; None when nothing is told of it."""
        ...

    async def send_back(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, *, note: str, now: datetime
    ) -> None:
        """Return the document to whoever asked."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The domains' sources by subject type."""

    by_type: Mapping[str, CardSource] = field(default_factory=dict)

    async def cards(
        self, session: AsyncSession, actor: Actor, waiting: Sequence[WaitingStep], day: date
    ) -> list[Card]:
        """Cards of the steps as they are that day, by due date, those without one last, then by age."""
        cards: list[Card] = []
        for subject_type, source in self.by_type.items():
            steps = [one for one in waiting if one.step.subject_type == subject_type]
            if steps:
                cards += await _cards(session, actor, source, steps, day)
        return sorted(cards, key=lambda c: (c.facts.due or date.max, c.waiting.step.created_at))


async def _cards(
    session: AsyncSession, actor: Actor, source: CardSource, waiting: Sequence[WaitingStep], day: date
) -> list[Card]:
    facts = await source.facts(session, actor, list({one.step.subject_id for one in waiting}), day)
    assert actor.concern_id is not None
    acts = await acts_of_cases(session, actor.concern_id, {found.case_id for found in facts.values()})
    cards = []
    for one in waiting:
        if found := facts.get(one.step.subject_id):
            reason = refusal(Act(source.act, str(actor.person_id), one.persons), acts[found.case_id])
            stopped = found.stops[0] if found.stops else None
            refused = reason.message if reason else None
            cards.append(Card(one, found, found.held or refused or stopped))
    return cards
