"""A supplier keeps its own facts; a new account is a proposal and nothing more (payee-change fraud)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import bankgiro, iban, plusgiro, uuid7
from portal.suppliers.models import Supplier, SupplierAccount, SupplierRelation
from portal.suppliers.rules.joining import Address

KINDS = {"BANKGIRO": ("Bankgiro", bankgiro), "PLUSGIRO": ("Plusgiro", plusgiro), "IBAN": ("IBAN", iban)}
WRONG = "Numret stämmer inte. Kontrollera siffrorna, den sista är en kontrollsiffra."
WRONG_IBAN = "IBAN-numret stämmer inte. Kontrollera landskod, siffror och längd."
ALREADY = "Kontot finns redan, eller väntar redan på kontroll."


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What a supplier may change itself at once."""

    contact_name: str
    email: str
    phone: str
    address: Address


async def change_contact(session: AsyncSession, actor: Actor, facts: ContactFacts, *, now: datetime) -> None:
    """New contact and address. Name, organisation number and VAT number are not changed here."""
    if actor.supplier_id is None:
        raise Forbidden("Sidan är för leverantörer.")
    mine = update(Supplier).where(Supplier.id == actor.supplier_id)
    await session.execute(
        mine.values(
            contact_name=facts.contact_name, email=facts.email, phone=facts.phone or None,
            street=facts.address.street, postcode=facts.address.postcode, city=facts.address.city,
        )
    )  # fmt: skip
    await record(session, [_event(actor, "supplier:contact:change", now)])


async def propose_account(
    session: AsyncSession, actor: Actor, concern_id: UUID, kind: str, written: str, *, now: datetime
) -> None:
    """A proposal beside the register, which stays as it is until somebody of the concern has checked it."""
    number = KINDS[kind][1](written) if kind in KINDS else None
    if actor.supplier_id is None or number is None:
        message = WRONG_IBAN if kind == "IBAN" else WRONG
        raise Invalid(message, fields={"number": message})
    if not await _customer(session, actor.supplier_id, concern_id):
        raise Forbidden("Kunden är inte er kund.")
    if await _known(session, actor.supplier_id, concern_id, kind, number):
        raise Invalid(ALREADY, fields={"number": ALREADY})
    await session.execute(
        insert(SupplierAccount).values(
            concern_id=concern_id, id=uuid7(), supplier_id=actor.supplier_id, kind=kind, number=number,
            status="proposed", valid_from=stockholm_date(now),
        )
    )  # fmt: skip
    told = _event(actor, "supplier:account:propose", now, concern_id)
    await record(session, [told])


async def _customer(session: AsyncSession, supplier_id: UUID, concern_id: UUID) -> bool:
    query = exists().where(
        SupplierRelation.concern_id == concern_id, SupplierRelation.supplier_id == supplier_id
    )
    return bool((await session.execute(select(query))).scalar())


async def _known(session: AsyncSession, supplier_id: UUID, concern_id: UUID, kind: str, number: str) -> bool:
    query = exists().where(
        SupplierAccount.concern_id == concern_id,
        SupplierAccount.supplier_id == supplier_id,
        SupplierAccount.kind == kind,
        SupplierAccount.number == number,
        SupplierAccount.status.in_(("active", "proposed")),
    )
    return bool((await session.execute(select(query))).scalar())


def _event(actor: Actor, tag: str, now: datetime, concern_id: UUID | None = None) -> Event:
    return Event(
        tag, "supplier", actor.supplier_id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=concern_id, supplier_id=actor.supplier_id,
    )  # fmt: skip
