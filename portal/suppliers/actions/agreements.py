"""Create and change agreements and who is on them (A3.11, A10.02). An agreement ends; it is never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.permissions import SUPPLIER_ADMIN
from portal.attest.actions import hold
from portal.audit.log import Event, record
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import uuid7
from portal.suppliers.models import Agreement, AgreementOrganisation, AgreementSupplier
from portal.suppliers.queries.agreements import find_agreement, number_used, possible_callers
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules.agreements import (
    SINGLE_FIXED,
    AgreementFacts,
    Keeper,
    is_ranked,
    may_keep,
    may_link,
)
from portal.suppliers.rules.hold_names import agreement_terms
from portal.suppliers.status import APPROVED

NOT_YOURS = "Du sköter bara din egen organisations lokala avtal. Det här ändras centralt."
NUMBER_USED = "Numret används av ett annat avtal. Välj ett annat."
NOT_APPROVED = "Leverantören behöver godkännas innan den kan kopplas till ett avtal."
ONE_SUPPLIER = (
    "Avtalet har en leverantör med fasta villkor, och den finns redan. Ändra avtalets typ om det ska ha fler, eller ta"
    " först bort den som är kopplad."
)
SEVERAL = (
    "Avtalet har flera leverantörer. Ta bort alla utom en innan du väljer en leverantör med fasta villkor."
)
WRONG_CALLERS = "Du kan bara ge din egen organisation rätt att avropa."
FAILED = "Avtalet kunde inte sparas. Rätta fälten nedan."


def keeper(actor: Actor) -> Keeper:
    """The actor as the rule sees them."""
    return Keeper(actor.organisation_id, actor.central, actor.has(SUPPLIER_ADMIN))


async def create(session: AsyncSession, actor: Actor, facts: AgreementFacts, *, now: datetime) -> UUID:
    """A new agreement: central when made in the central organisation, else the own organisation's local one."""
    owner_id = _owner(actor, facts)
    _require(actor, owner_id)
    await _check(session, actor, facts, None)
    agreement_id = uuid7()
    row = {"concern_id": actor.concern_id, "id": agreement_id, "organisation_id": owner_id, **_columns(facts)}
    await session.execute(insert(Agreement).values(**row))
    await _set_callers(session, actor, agreement_id, facts.callers)
    await _tell(session, actor, agreement_id, "create", now, number=facts.number)
    return agreement_id


async def change(
    session: AsyncSession, actor: Actor, agreement_id: UUID, facts: AgreementFacts, *, now: datetime
) -> None:
    """Change terms, validity and callers; what was, stands in the history. Attests under way are waited for."""
    await hold(session, [agreement_terms(agreement_id)])
    before = await find_agreement(session, actor, agreement_id)
    _require(actor, before.owner_id)
    if facts.kind == SINGLE_FIXED and len(before.suppliers) > 1:
        raise Invalid(FAILED, fields={"kind": SEVERAL})
    await _check(session, actor, facts, agreement_id)
    mine = (Agreement.concern_id == actor.concern_id) & (Agreement.id == agreement_id)
    await session.execute(update(Agreement).where(mine).values(**_columns(facts)))
    await _set_callers(session, actor, agreement_id, facts.callers)
    was = {"number": before.number, "valid_from": before.valid_from, "valid_to": before.valid_to,
           "cap_amount": before.cap_amount, "price_terms": before.price_terms}  # fmt: skip
    await _tell(session, actor, agreement_id, "change", now, before={k: str(v) for k, v in was.items()})


async def link(
    session: AsyncSession, actor: Actor, agreement_id: UUID, supplier_id: UUID, rank: int, *, now: datetime
) -> None:
    """Put an approved supplier on the agreement, or give it another rank. Invalid for a second one where the
    agreement has one supplier on fixed terms; there the rank is nothing to choose."""
    await hold(session, [agreement_terms(agreement_id)])
    agreement = await find_agreement(session, actor, agreement_id)
    _require(actor, agreement.owner_id)
    if not may_link(agreement.kind, [one.id for one in agreement.suppliers], supplier_id):
        raise Invalid(ONE_SUPPLIER, fields={"supplier_id": ONE_SUPPLIER, "agreement_id": ONE_SUPPLIER})
    rank = rank if is_ranked(agreement.kind) else 1
    relation = await find_relation(session, actor, supplier_id)
    if relation.status != APPROVED:
        raise Invalid(NOT_APPROVED, fields={"supplier_id": NOT_APPROVED})
    row = {
        "concern_id": actor.concern_id,
        "agreement_id": agreement_id,
        "supplier_id": supplier_id,
        "rank": rank,
    }
    statement = upsert(AgreementSupplier).values(**row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["concern_id", "agreement_id", "supplier_id"], set_={"rank": rank}
        )
    )
    await _tell(session, actor, agreement_id, "link", now, supplier=relation.name, rank=rank)


async def unlink(
    session: AsyncSession, actor: Actor, agreement_id: UUID, supplier_id: UUID, *, now: datetime
) -> None:
    """Take a supplier off the agreement: no new call-offs; orders made keep their agreement."""
    await hold(session, [agreement_terms(agreement_id)])
    agreement = await find_agreement(session, actor, agreement_id)
    _require(actor, agreement.owner_id)
    relation = await find_relation(session, actor, supplier_id)
    await session.execute(
        delete(AgreementSupplier).where(
            AgreementSupplier.concern_id == actor.concern_id,
            AgreementSupplier.agreement_id == agreement_id,
            AgreementSupplier.supplier_id == supplier_id,
        )
    )
    await _tell(session, actor, agreement_id, "unlink", now, supplier=relation.name)


def _owner(actor: Actor, facts: AgreementFacts) -> UUID | None:
    if not actor.central:
        return actor.organisation_id
    return facts.callers[0] if facts.kind == "local" and len(facts.callers) == 1 else None


def _require(actor: Actor, owner_id: UUID | None) -> None:
    if not may_keep(keeper(actor), owner_id):
        raise Forbidden(NOT_YOURS)


async def _check(session: AsyncSession, actor: Actor, facts: AgreementFacts, besides: UUID | None) -> None:
    errors: dict[str, str] = {}
    if await number_used(session, actor, facts.number, besides):
        errors["number"] = NUMBER_USED
    allowed = {choice.id for choice in await possible_callers(session, actor)}
    if not set(facts.callers) <= allowed:
        errors["callers"] = WRONG_CALLERS
    if errors:
        raise Invalid(FAILED, fields=errors)


def _columns(facts: AgreementFacts) -> dict[str, Any]:
    return {
        "number": facts.number, "name": facts.name, "kind": facts.kind, "valid_from": facts.valid_from,
        "valid_to": facts.valid_to, "cap_amount": facts.cap_amount, "ranking_limit": facts.ranking_limit,
        "price_terms": facts.price_terms,
    }  # fmt: skip


async def _set_callers(
    session: AsyncSession, actor: Actor, agreement_id: UUID, callers: Iterable[UUID]
) -> None:
    mine = (AgreementOrganisation.concern_id == actor.concern_id) & (
        AgreementOrganisation.agreement_id == agreement_id
    )
    await session.execute(delete(AgreementOrganisation).where(mine))
    rows = [
        {"concern_id": actor.concern_id, "agreement_id": agreement_id, "organisation_id": organisation_id}
        for organisation_id in set(callers)
    ]
    await session.execute(insert(AgreementOrganisation), rows)


async def _tell(
    session: AsyncSession, actor: Actor, agreement_id: UUID, verb: str, now: datetime, **data: Any
) -> None:
    await record(session, [Event(
        f"agreement:terms:{verb}", "agreement", agreement_id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=actor.concern_id, organisation_id=actor.organisation_id, data=data,
    )])  # fmt: skip
