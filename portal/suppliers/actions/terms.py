"""Terms of a supplier relation: one of levgruppen proposes with a reason, another approves, anyone of them ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.permissions import LEVGRUPPEN
from portal.audit.log import Event, record
from portal.audit.transition import Subject, Told, move
from portal.jobs.events import emit
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.identifiers import uuid7
from portal.kernel.text import squash
from portal.suppliers.models import RelationTerm, SupplierRelation
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.queries.terms import find_term, term_of, terms_in
from portal.suppliers.rules.accounts import check_why
from portal.suppliers.rules.terms import USUAL_DAYS, Term, TermForm, check_term, read_term
from portal.suppliers.status import ACTIVE, APPROVED, PROPOSED, TERM

FAILED = "Villkoret kunde inte föreslås. Rätta fälten nedan."
NOT_YOURS = "Bara levgruppen sköter villkor för leverantörer."
NOT_APPROVED = "Leverantören behöver vara godkänd innan ni kommer överens om villkor."
WAITS_ALREADY = "Det finns redan ett förslag om samma sak. Godkänn eller avvisa det först."
HOLDS_ALREADY = "Det villkoret gäller redan."
OWN_PROPOSAL = "Du har själv föreslagit villkoret. Någon annan i levgruppen behöver godkänna det."
REPLACED = "Ersatt av ett nyare villkor."
AGREED_EVENT = "supplier.terms_agreed"


async def propose(
    session: AsyncSession, actor: Actor, supplier_id: UUID, form: TermForm, why: str, *, now: datetime
) -> UUID:
    """A proposal with its reason. Invalid by field; refused when the same is proposed or holds already."""
    concern_id = _levgruppen(actor)
    if (await find_relation(session, actor, supplier_id)).status != APPROVED:
        raise Forbidden(NOT_APPROVED)
    errors = check_term(form) | check_why(why)
    if errors:
        raise Invalid(FAILED, fields=errors)
    term = read_term(form)
    await _one_at_a_time(session, concern_id, supplier_id)
    await _refuse_same(session, concern_id, supplier_id, term)
    term_id = uuid7()
    row = {
        "concern_id": concern_id, "id": term_id, "supplier_id": supplier_id, "kind": term.kind,
        "code": term.code, "words": term.words, "amount": term.amount, "days": term.days,
        "status": TERM.initial, "why": squash(why), "proposed_by": actor.user_id,
        "proposed_person": actor.person_id, "proposed_at": now,
    }  # fmt: skip
    await session.execute(insert(RelationTerm).values(**row))
    await record(session, [Event(
        "supplier:term:propose", "relation_term", term_id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=concern_id, organisation_id=actor.organisation_id, supplier_id=supplier_id,
        to_status=TERM.initial, why=squash(why), data=_data(term),
    )])  # fmt: skip
    return term_id


async def approve(
    session: AsyncSession, actor: Actor, supplier_id: UUID, term_id: UUID, *, now: datetime
) -> None:
    """The second person approves: it holds from now, an earlier one about the same ends, invoices are run again."""
    concern_id = _levgruppen(actor)
    await _one_at_a_time(session, concern_id, supplier_id)
    term = await find_term(session, actor, supplier_id, term_id)
    if (await find_relation(session, actor, supplier_id)).status != APPROVED:
        raise Forbidden(NOT_APPROVED)
    if term.proposed_person == actor.person_id:
        raise Forbidden(OWN_PROPOSAL)
    for earlier in await terms_in(session, concern_id, supplier_id, ACTIVE):
        if term_of(earlier).key == term_of(term).key:
            await _move(session, actor, earlier, "end", REPLACED, _ended(actor, REPLACED, now), now)
    values = {"approved_by": actor.user_id, "approved_person": actor.person_id, "approved_at": now}
    await _move(session, actor, term, "approve", None, values, now)
    if term.days is not None:
        await _keep_days(session, term, term.days)
    await emit(session, AGREED_EVENT, concern_id=concern_id, supplier_id=supplier_id)


async def reject(
    session: AsyncSession, actor: Actor, supplier_id: UUID, term_id: UUID, why: str, *, now: datetime
) -> None:
    """Say no to a proposal, or take one's own back, with a reason."""
    await _stop(session, actor, supplier_id, term_id, "reject", why, now)


async def end(
    session: AsyncSession, actor: Actor, supplier_id: UUID, term_id: UUID, why: str, *, now: datetime
) -> None:
    """The term holds no longer, from now; what was decided while it held stands."""
    await _stop(session, actor, supplier_id, term_id, "end", why, now)


async def _stop(
    session: AsyncSession, actor: Actor, supplier_id: UUID, term_id: UUID, code: str, why: str, now: datetime
) -> None:
    _levgruppen(actor)
    term = await find_term(session, actor, supplier_id, term_id)
    if errors := check_why(why, "reason"):
        raise Invalid(errors["reason"], fields=errors)
    await _move(session, actor, term, code, squash(why), _ended(actor, squash(why), now), now)
    if code == "end" and term.days is not None:
        await _keep_days(session, term, USUAL_DAYS)


def _ended(actor: Actor, why: str, now: datetime) -> dict[str, Any]:
    return {"ended_by": actor.user_id, "ended_at": now, "end_reason": why}


async def _refuse_same(session: AsyncSession, concern_id: UUID, supplier_id: UUID, term: Term) -> None:
    waiting = await terms_in(session, concern_id, supplier_id, PROPOSED)
    if any(term_of(row).key == term.key for row in waiting):
        raise Conflict(WAITS_ALREADY)
    if any(term_of(row) == term for row in await terms_in(session, concern_id, supplier_id, ACTIVE)):
        raise Conflict(HOLDS_ALREADY)


async def _move(
    session: AsyncSession, actor: Actor, row: RelationTerm, code: str, why: str | None, values: dict[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    subject = Subject(
        RelationTerm, row.concern_id, row.id, row.status, actor.organisation_id, row.supplier_id
    )
    told = Told(why, data=_data(term_of(row)))
    await move(session, TERM, subject, code, actor, at=now, told=told, values=values)


async def _keep_days(session: AsyncSession, term: RelationTerm, days: int) -> None:
    """The days in force stand on the relation, where every page and rule reads them; the term says who agreed."""
    relation = update(SupplierRelation).where(
        SupplierRelation.concern_id == term.concern_id, SupplierRelation.supplier_id == term.supplier_id
    )
    await session.execute(relation.values(payment_days=days))


def _data(term: Term) -> dict[str, Any]:
    found = {
        "kind": term.kind, "code": term.code, "words": term.words,
        "amount": str(term.amount) if term.amount is not None else None, "days": term.days,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


async def _one_at_a_time(session: AsyncSession, concern_id: UUID, supplier_id: UUID) -> None:
    key = {"key": f"terms:{concern_id}:{supplier_id}"}
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), key)


def _levgruppen(actor: Actor) -> UUID:
    if not actor.has(LEVGRUPPEN) or actor.concern_id is None or actor.person_id is None:
        raise Forbidden(NOT_YOURS)
    return actor.concern_id
