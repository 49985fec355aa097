"""A supplier's account, step by step: proposed, called back, approved by another, and in force after a wait (A4.03).

Each step is of a person, and no person takes two that exclude each other; the database refuses it once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor, system_actor
from portal.access.permissions import LEVGRUPPEN
from portal.audit.log import Event, record
from portal.audit.transition import Subject, Told, move
from portal.jobs.events import emit
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import org_number, uuid7
from portal.kernel.text import squash
from portal.suppliers.models import SupplierAccount, SupplierFactor
from portal.suppliers.queries.accounts import (
    due_accounts,
    factor_by_number,
    find_account,
    find_factor,
    held_by_another,
    hours_of_wait,
    living,
)
from portal.suppliers.queries.contacts import phones
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules import accounts as rules
from portal.suppliers.status import ACCOUNT, APPROVED

FAILED = "Kontot kunde inte föreslås. Rätta fälten nedan."
NOT_APPROVED = "Leverantören är inte godkänd, eller är spärrad. Då kan inget nytt konto börja gälla."
NOT_YOURS = "Bara levgruppen sköter leverantörers konton."
MAIL = "suppliers.mail_account"
ACTIVE_EVENT = "supplier.account_active"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account as written, with why; of a factoring company when its name or number is."""

    kind: str
    number: str
    why: str
    factor_name: str = ""
    factor_org_number: str = ""

    @property
    def of_factor(self) -> bool:
        return bool(self.factor_name.strip() or self.factor_org_number.strip())


async def propose(
    session: AsyncSession, actor: Actor, supplier_id: UUID, proposal: Proposal, *, now: datetime
) -> UUID:
    """Levgruppen proposes an account of an approved supplier, or of its factoring company. Invalid by field."""
    concern_id = _levgruppen(actor)
    relation = await find_relation(session, actor, supplier_id)
    if relation.status != APPROVED:
        raise Forbidden(NOT_APPROVED)
    errors = rules.check_why(proposal.why)
    if proposal.of_factor:
        errors |= rules.check_factor(proposal.factor_name, proposal.factor_org_number)
    factor = org_number(proposal.factor_org_number) if proposal.of_factor else None
    number = await checked_number(session, concern_id, supplier_id, proposal, errors, factor)
    factor_id = await _factor(session, concern_id, supplier_id, proposal) if factor else None
    return await insert_proposal(
        session, actor, concern_id, supplier_id, proposal.kind, number, now=now, why=squash(proposal.why),
        factor_id=factor_id,
    )  # fmt: skip


async def checked_number(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID, proposal: Proposal, errors: dict[str, str],
    factor: str | None,
) -> str:  # fmt: skip
    """The number as it is stored; Invalid with all that is wrong. Two proposals of a number wait for each other."""
    number = rules.read_number(proposal.kind, proposal.number)
    if number is None:
        errors["number"] = rules.wrong_number(proposal.kind)
    else:
        await _one_at_a_time(session, concern_id, number)
        if (proposal.kind, number) in await living(session, concern_id, supplier_id):
            errors["number"] = rules.ALREADY
        elif await held_by_another(session, concern_id, supplier_id, proposal.kind, number, factor):
            errors["number"] = rules.HELD
    if errors or number is None:
        raise Invalid(FAILED, fields=errors)
    return number


async def insert_proposal(
    session: AsyncSession, actor: Actor, concern_id: UUID, supplier_id: UUID, kind: str, number: str, *,
    now: datetime, why: str | None, factor_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """The row beside the register, its audit row, and the mail to all the company's contacts."""
    account_id = uuid7()
    row = {
        "concern_id": concern_id, "id": account_id, "supplier_id": supplier_id, "kind": kind, "number": number,
        "status": ACCOUNT.initial, "valid_from": stockholm_date(now), "factor_id": factor_id,
        "proposed_by": actor.user_id, "proposed_person": actor.person_id, "proposed_at": now, "why": why,
    }  # fmt: skip
    await session.execute(insert(SupplierAccount).values(**row))
    await record(session, [Event(
        "supplier:account:propose", "supplier", supplier_id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=concern_id, organisation_id=actor.organisation_id, supplier_id=supplier_id, why=why,
        data={"account": f"{kind} {number}"},
    )])  # fmt: skip
    await enqueue(session, MAIL, concern_id=concern_id, account_id=account_id)
    return account_id


async def call_back(
    session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID, form: rules.CallForm, *,
    now: datetime,
) -> None:  # fmt: skip
    """Note the call: on a number held before the request, since when, whom and what. Invalid by field."""
    account = await _open(session, actor, supplier_id, account_id)
    proposed = stockholm_date(account.proposed_at or now)
    if errors := rules.check_call(form, await phones(session, supplier_id), proposed):
        raise Invalid(rules.NOTE_MISSING, fields=errors)
    call = rules.read_call(form)
    values = {
        "called_by": actor.user_id, "called_person": actor.person_id, "called_at": now,
        "called_number": call.number, "called_since": call.since, "called_note": call.note,
    }  # fmt: skip
    data = {"number": call.number, "since": call.since.isoformat()}
    await _move(session, actor, account, "call_back", now=now, values=values, why=call.note, data=data)


async def approve(
    session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID, *, now: datetime
) -> None:
    """The second person approves; the wait begins. Forbidden for whoever proposed it or called back."""
    account = await _open(session, actor, supplier_id, account_id)
    if why := rules.refusal(actor.person_id, account.proposed_person, account.called_person):
        raise Forbidden(why)
    factor = await find_factor(session, account.concern_id, account.factor_id)
    await _one_at_a_time(session, account.concern_id, account.number)
    held = (
        account.concern_id,
        supplier_id,
        account.kind,
        account.number,
        factor.org_number if factor else None,
    )
    if await held_by_another(session, *held):
        raise Forbidden(rules.HELD)
    hours = await hours_of_wait(session, account.concern_id, stockholm_date(now))
    values = {
        "approved_by": actor.user_id, "approved_person": actor.person_id, "approved_at": now,
        "active_from": rules.ends(now, hours),
    }  # fmt: skip
    await _move(session, actor, account, "approve", now=now, values=values, data={"hours": hours})


async def reject(
    session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID, why: str, *, now: datetime
) -> None:
    """Any of levgruppen stops an account that is not in force yet, with a reason: during the wait too."""
    await _end(session, actor, supplier_id, account_id, "reject", why, now)


async def close(
    session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID, why: str, *, now: datetime
) -> None:
    """No more is paid on the account, from now: one person is enough to stop."""
    await _end(session, actor, supplier_id, account_id, "close", why, now)


async def activate_due(session: AsyncSession, concern_id: UUID, now: datetime) -> int:
    """Accounts whose wait is over hold from now, and the supplier's waiting invoices are run again. System context."""
    found = await due_accounts(session, concern_id, now)
    for account in found:
        values = {"valid_from": stockholm_date(now)}
        await _move(session, system_actor(concern_id), account, "activate", now=now, values=values)
        await emit(session, ACTIVE_EVENT, concern_id=concern_id, supplier_id=account.supplier_id)
    return len(found)


async def _end(
    session: AsyncSession,
    actor: Actor,
    supplier_id: UUID,
    account_id: UUID,
    code: str,
    why: str,
    now: datetime,
) -> None:
    _levgruppen(actor)
    account = await find_account(session, actor, supplier_id, account_id)
    if errors := rules.check_why(why, "reason"):
        raise Invalid(errors["reason"], fields=errors)
    values: dict[str, Any] = {"ended_by": actor.user_id, "ended_at": now, "end_reason": squash(why)}
    if code == "close":
        values["valid_to"] = stockholm_date(now)
    await _move(session, actor, account, code, now=now, values=values, why=squash(why))


async def _open(session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID) -> SupplierAccount:
    """The account, held; Forbidden for others than levgruppen, and while the supplier may not be paid."""
    _levgruppen(actor)
    account = await find_account(session, actor, supplier_id, account_id)
    if (await find_relation(session, actor, supplier_id)).status != APPROVED:
        raise Forbidden(NOT_APPROVED)
    return account


async def _move(
    session: AsyncSession, actor: Actor, account: SupplierAccount, code: str, *, now: datetime,
    values: dict[str, Any], why: str | None = None, data: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    subject = Subject(
        SupplierAccount, account.concern_id, account.id, account.status, actor.organisation_id,
        account.supplier_id,
    )  # fmt: skip
    told = Told(why, data={"account": f"{account.kind} {account.number}", **(data or {})})
    await move(session, ACCOUNT, subject, code, actor, at=now, told=told, values=values)
    await enqueue(session, MAIL, concern_id=account.concern_id, account_id=account.id)


async def _factor(session: AsyncSession, concern_id: UUID, supplier_id: UUID, proposal: Proposal) -> UUID:
    """The factoring company's row: the supplier's earlier one of the same number, else a new one."""
    number = org_number(proposal.factor_org_number)
    if known := await factor_by_number(session, concern_id, supplier_id, number):
        return known
    factor_id = uuid7()
    row = {
        "concern_id": concern_id, "id": factor_id, "supplier_id": supplier_id,
        "name": squash(proposal.factor_name), "org_number": number,
    }  # fmt: skip
    await session.execute(insert(SupplierFactor).values(**row))
    return factor_id


async def _one_at_a_time(session: AsyncSession, concern_id: UUID, number: str) -> None:
    key = {"key": f"account:{concern_id}:{number.lstrip('0')}"}
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), key)


def _levgruppen(actor: Actor) -> UUID:
    if not actor.has(LEVGRUPPEN) or actor.concern_id is None or actor.person_id is None:
        raise Forbidden(NOT_YOURS)
    return actor.concern_id
