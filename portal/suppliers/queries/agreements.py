"""The concern's agreements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import Organisation
from portal.kernel.errors import NotFound
from portal.suppliers.models import (
    Agreement,
    AgreementOrganisation,
    AgreementSupplier,
    Supplier,
    SupplierRelation,
)
from portal.suppliers.values import AgreementDetail, AgreementRow, AgreementSupplierLink, Choice

_OWNER = (Organisation.concern_id == Agreement.concern_id) & (Organisation.id == Agreement.organisation_id)
_HEAD = (
    Agreement.id, Agreement.number, Agreement.name, Agreement.kind, Agreement.organisation_id.label("owner_id"),
    Organisation.name.label("owner"), Agreement.valid_from, Agreement.valid_to, Agreement.cap_amount,
)  # fmt: skip


def visible(actor: Actor) -> Select[Any]:
    """Central agreements and, of the local ones, those of the actor's organisation (all to a central actor)."""
    query = select(Agreement).outerjoin(Organisation, _OWNER).where(Agreement.concern_id == actor.concern_id)
    if actor.central:
        return query
    own = Agreement.organisation_id == actor.organisation_id
    return query.where(or_(Agreement.organisation_id.is_(None), own))


async def list_agreements(
    session: AsyncSession, actor: Actor, *, words: str = ""
) -> tuple[AgreementRow, ...]:
    """The agreements by number, with their suppliers in rank order."""
    names = (
        select(func.array_agg(aggregate_order_by(Supplier.name, AgreementSupplier.rank)))
        .select_from(AgreementSupplier)
        .join(Supplier, Supplier.id == AgreementSupplier.supplier_id)
        .where(
            AgreementSupplier.concern_id == Agreement.concern_id,
            AgreementSupplier.agreement_id == Agreement.id,
        )
    )
    query = visible(actor).with_only_columns(
        *_HEAD, names.scalar_subquery().label("suppliers"), maintain_column_froms=True
    )
    for word in words.split():
        query = query.where(
            or_(
                func.sv_key(Agreement.number).contains(func.sv_key(word)),
                func.sv_key(Agreement.name).contains(func.sv_key(word)),
            )
        )
    rows = (await session.execute(query.order_by(Agreement.number))).all()
    return tuple(AgreementRow(**{**row._mapping, "suppliers": tuple(row.suppliers or ())}) for row in rows)


async def find_agreement(session: AsyncSession, actor: Actor, agreement_id: UUID) -> AgreementDetail:
    """One agreement with suppliers and callers. NotFound outside the actor's sight."""
    head = visible(actor).with_only_columns(
        *_HEAD, Agreement.ranking_limit, Agreement.price_terms, maintain_column_froms=True
    )
    row = (await session.execute(head.where(Agreement.id == agreement_id))).one_or_none()
    if row is None:
        raise NotFound("Avtalet finns inte.")
    suppliers = await _suppliers(session, actor, agreement_id)
    callers = await _callers(session, actor, agreement_id)
    return AgreementDetail(**row._mapping, suppliers=suppliers, callers=callers)


async def possible_callers(session: AsyncSession, actor: Actor) -> tuple[Choice, ...]:
    """Organisations the actor may let call off: the own one, or all to a central actor."""
    query = select(Organisation.id, Organisation.name).where(Organisation.concern_id == actor.concern_id)
    if not actor.central:
        query = query.where(Organisation.id == actor.organisation_id)
    rows = await session.execute(query.order_by(func.sv_key(Organisation.name)))
    return tuple(Choice(*row) for row in rows.all())


async def number_used(session: AsyncSession, actor: Actor, number: str, besides: UUID | None = None) -> bool:
    """Whether an agreement the actor sees has this number already."""
    query = select(Agreement.id).where(Agreement.concern_id == actor.concern_id, Agreement.number == number)
    found = (await session.execute(query)).scalar_one_or_none()
    return found is not None and found != besides


async def _suppliers(
    session: AsyncSession, actor: Actor, agreement_id: UUID
) -> tuple[AgreementSupplierLink, ...]:
    query = (
        select(Supplier.id, Supplier.name, AgreementSupplier.rank, SupplierRelation.status)
        .select_from(AgreementSupplier)
        .join(Supplier, Supplier.id == AgreementSupplier.supplier_id)
        .join(SupplierRelation, (SupplierRelation.concern_id == AgreementSupplier.concern_id)
              & (SupplierRelation.supplier_id == AgreementSupplier.supplier_id))
        .where(AgreementSupplier.concern_id == actor.concern_id, AgreementSupplier.agreement_id == agreement_id)
        .order_by(AgreementSupplier.rank, Supplier.name)
    )  # fmt: skip
    return tuple(AgreementSupplierLink(*row) for row in (await session.execute(query)).all())


async def _callers(session: AsyncSession, actor: Actor, agreement_id: UUID) -> tuple[Choice, ...]:
    query = (
        select(Organisation.id, Organisation.name)
        .join(AgreementOrganisation, (AgreementOrganisation.concern_id == Organisation.concern_id)
              & (AgreementOrganisation.organisation_id == Organisation.id))
        .where(AgreementOrganisation.concern_id == actor.concern_id,
               AgreementOrganisation.agreement_id == agreement_id)
        .order_by(func.sv_key(Organisation.name))
    )  # fmt: skip
    return tuple(Choice(*row) for row in (await session.execute(query)).all())
