"""Accounts with their steps, factors, and what the rules ask before an account may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.access.rules.settings import ACCOUNT_WAIT
from portal.access.setting_queries import setting
from portal.kernel.errors import NotFound
from portal.suppliers.models import RelationTerm, Supplier, SupplierAccount, SupplierFactor, SupplierRelation
from portal.suppliers.status import APPROVED, CALLED_BACK, LIVING, PROPOSED

NOT_FOUND = "Kontot finns inte."
_HELD = text("SELECT account_held(:concern, :supplier, :kind, :number, :factor)")
_CONCERNS = text("SELECT id FROM list_concerns()")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factoring company of a supplier."""

    id: UUID
    name: str
    org_number: str


@dataclass(frozen=True, slots=True)
class AccountCase:
    """An account with its steps. Names are of the concern's users, None for the supplier's own or nobody."""

    id: UUID
    kind: str
    number: str
    status: str
    valid_from: date
    factor: Factor | None
    why: str | None
    proposed_by: str | None
    proposed_person: UUID | None
    proposed_at: datetime | None
    called_by: str | None
    called_person: UUID | None
    called_at: datetime | None
    called_number: str | None
    called_since: date | None
    called_note: str | None
    approved_by: str | None
    approved_at: datetime | None
    active_from: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None


async def account_cases(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID
) -> tuple[AccountCase, ...]:
    """All accounts of the supplier, those that wait first, then those in force, then the ended."""
    users = {step: aliased(User) for step in ("proposed", "called", "approved", "ended")}
    query = select(SupplierAccount, SupplierFactor, *(user.name for user in users.values()))
    for step, user in users.items():
        query = query.outerjoin(user, user.id == getattr(SupplierAccount, f"{step}_by"))
    query = query.outerjoin(SupplierFactor, _same_factor()).where(
        SupplierAccount.concern_id == concern_id, SupplierAccount.supplier_id == supplier_id
    )
    order = func.array_position(
        ["called_back", "proposed", "approved", "active", "closed", "rejected"], SupplierAccount.status
    )
    query = query.order_by(order, SupplierAccount.valid_from.desc(), SupplierAccount.id.desc())
    found: Sequence[Any] = (await session.execute(query)).all()
    return tuple(_case(*row) for row in found)


def _same_factor() -> Any:
    return and_(
        SupplierFactor.concern_id == SupplierAccount.concern_id,
        SupplierFactor.id == SupplierAccount.factor_id,
    )


def _case(
    row: SupplierAccount, factor: SupplierFactor | None, proposed: str, called: str, approved: str, ended: str
) -> AccountCase:
    return AccountCase(
        row.id, row.kind, row.number, row.status, row.valid_from,
        Factor(factor.id, factor.name, factor.org_number) if factor else None, row.why,
        proposed, row.proposed_person, row.proposed_at, called, row.called_person, row.called_at,
        row.called_number, row.called_since, row.called_note, approved, row.approved_at, row.active_from,
        ended, row.ended_at, row.end_reason,
    )  # fmt: skip


async def find_account(
    session: AsyncSession, actor: Actor, supplier_id: UUID, account_id: UUID
) -> SupplierAccount:
    """The account, locked until the transaction ends. NotFound outside the actor's concern."""
    query = select(SupplierAccount).where(
        SupplierAccount.concern_id == actor.concern_id,
        SupplierAccount.supplier_id == supplier_id,
        SupplierAccount.id == account_id,
    )
    found = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


async def find_factor(session: AsyncSession, concern_id: UUID, factor_id: UUID | None) -> Factor | None:
    """A factoring company by id."""
    query = select(SupplierFactor.id, SupplierFactor.name, SupplierFactor.org_number).where(
        SupplierFactor.concern_id == concern_id, SupplierFactor.id == factor_id
    )
    row = (await session.execute(query)).one_or_none()
    return Factor(*row) if row else None


async def factor_by_number(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID, number: str | None
) -> UUID | None:
    """The supplier's factoring company of that organisation number."""
    query = select(SupplierFactor.id).where(
        SupplierFactor.concern_id == concern_id,
        SupplierFactor.supplier_id == supplier_id,
        SupplierFactor.org_number == number,
    )
    return (await session.execute(query.order_by(SupplierFactor.id).limit(1))).scalar()


async def living(session: AsyncSession, concern_id: UUID, supplier_id: UUID) -> list[tuple[str, str]]:
    """(kind, number) of the supplier's accounts that hold or are on their way to."""
    query = select(SupplierAccount.kind, SupplierAccount.number).where(
        SupplierAccount.concern_id == concern_id,
        SupplierAccount.supplier_id == supplier_id,
        SupplierAccount.status.in_(LIVING),
    )
    return [(row.kind, row.number) for row in (await session.execute(query)).all()]


async def held_by_another(
    session: AsyncSession, concern_id: UUID, supplier_id: UUID, kind: str, number: str, factor: str | None
) -> bool:
    """Whether another company of the register is, or may be, paid on it. `factor`: its organisation number."""
    values = {
        "concern": concern_id,
        "supplier": supplier_id,
        "kind": kind,
        "number": number,
        "factor": factor,
    }
    return bool((await session.execute(_HELD, values)).scalar_one())


async def held_by_company(
    session: AsyncSession, concern_id: UUID, org_number: str, kind: str, number: str
) -> bool:
    """`held_by_another` for a company that is not in the register yet. System context."""
    query = (
        exists()
        .where(SupplierAccount.concern_id == concern_id, Supplier.id == SupplierAccount.supplier_id)
        .where(Supplier.org_number != org_number, SupplierAccount.status.in_(LIVING))
        .where(SupplierAccount.kind == kind, func.ltrim(SupplierAccount.number, "0") == number.lstrip("0"))
    )
    return bool((await session.execute(select(query))).scalar())


async def hours_of_wait(session: AsyncSession, concern_id: UUID, day: date) -> int:
    """Hours between approval and the day an account holds, as set that day."""
    return int(await setting(session, concern_id, ACCOUNT_WAIT, day))


async def due_accounts(session: AsyncSession, concern_id: UUID, now: datetime) -> list[SupplierAccount]:
    """Approved accounts whose wait is over, of suppliers that are approved still; locked."""
    query = (
        select(SupplierAccount)
        .join(
            SupplierRelation,
            (SupplierRelation.concern_id == SupplierAccount.concern_id)
            & (SupplierRelation.supplier_id == SupplierAccount.supplier_id),
        )
        .where(SupplierAccount.concern_id == concern_id, SupplierAccount.status == APPROVED)
        .where(SupplierAccount.active_from <= now, SupplierRelation.status == APPROVED)
        .order_by(SupplierAccount.id)
        .with_for_update(skip_locked=True, of=SupplierAccount)
    )
    return list((await session.execute(query)).scalars())


def has_waiting() -> ColumnElement[bool]:
    """Whether an account or term of the relation in the query around it waits for levgruppen's next step."""
    accounts = exists().where(
        SupplierAccount.concern_id == SupplierRelation.concern_id,
        SupplierAccount.supplier_id == SupplierRelation.supplier_id,
        SupplierAccount.status.in_((PROPOSED, CALLED_BACK)),
        SupplierRelation.status == APPROVED,
    )
    terms = exists().where(
        RelationTerm.concern_id == SupplierRelation.concern_id,
        RelationTerm.supplier_id == SupplierRelation.supplier_id,
        RelationTerm.status == PROPOSED,
    )
    return or_(accounts, terms)


async def waiting_count(session: AsyncSession, actor: Actor) -> int:
    """Suppliers with an account or a term that waits for levgruppen."""
    query = select(func.count()).where(SupplierRelation.concern_id == actor.concern_id, has_waiting())
    return int((await session.execute(query)).scalar_one())


async def concerns(session: AsyncSession) -> list[UUID]:
    """Every concern, for recurring work."""
    return list((await session.execute(_CONCERNS)).scalars())
