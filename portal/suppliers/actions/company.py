"""A supplier keeps its own facts; a new account is a proposal and nothing more (payee-change fraud)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.kernel.errors import Forbidden
from portal.suppliers.actions.accounts import Proposal, checked_number, insert_proposal
from portal.suppliers.models import Supplier, SupplierRelation
from portal.suppliers.rules.joining import Address

FOR_SUPPLIERS = "Sidan är för leverantörer."


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What a supplier may change itself at once."""

    contact_name: str
    email: str
    phone: str
    address: Address


async def change_contact(session: AsyncSession, actor: Actor, facts: ContactFacts, *, now: datetime) -> None:
    """New contact and address; the number and address on file before are kept, for whoever calls back.

    Name, organisation number and VAT number are not changed here.
    """
    if actor.supplier_id is None:
        raise Forbidden(FOR_SUPPLIERS)
    mine = update(Supplier).where(Supplier.id == actor.supplier_id)
    former = await _former(session, actor.supplier_id, facts, now)
    await session.execute(
        mine.values(
            former_contacts=former,
            contact_name=facts.contact_name, email=facts.email, phone=facts.phone or None,
            street=facts.address.street, postcode=facts.address.postcode, city=facts.address.city,
        )
    )  # fmt: skip
    await record(session, [_event(actor, "supplier:contact:change", now)])


async def _former(
    session: AsyncSession, supplier_id: UUID, facts: ContactFacts, now: datetime
) -> list[dict[str, str | None]]:
    query = select(Supplier.email, Supplier.phone, Supplier.former_contacts).where(Supplier.id == supplier_id)
    row = (await session.execute(query.with_for_update())).one()
    if (row.email, row.phone) == (facts.email, facts.phone or None):
        return list(row.former_contacts)
    return [*row.former_contacts, {"email": row.email, "phone": row.phone, "until": now.isoformat()}]


async def propose_account(
    session: AsyncSession, actor: Actor, concern_id: UUID, kind: str, written: str, *, now: datetime
) -> None:
    """A proposal beside the register, which stays as it is until two persons of the concern have checked it.

    All the company's contacts are told by mail, those it had on file before too.
    """
    if actor.supplier_id is None:
        raise Forbidden(FOR_SUPPLIERS)
    if not await _customer(session, actor.supplier_id, concern_id):
        raise Forbidden("Kunden är inte er kund.")
    proposal = Proposal(kind, written, "")
    number = await checked_number(session, concern_id, actor.supplier_id, proposal, {}, None)
    await insert_proposal(session, actor, concern_id, actor.supplier_id, kind, number, now=now, why=None)


async def _customer(session: AsyncSession, supplier_id: UUID, concern_id: UUID) -> bool:
    query = exists().where(
        SupplierRelation.concern_id == concern_id, SupplierRelation.supplier_id == supplier_id
    )
    return bool((await session.execute(select(query))).scalar())


def _event(actor: Actor, tag: str, now: datetime) -> Event:
    return Event(
        tag, "supplier", actor.supplier_id, now, actor=actor.login, actor_id=actor.user_id,
        supplier_id=actor.supplier_id,
    )  # fmt: skip
