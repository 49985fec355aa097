"""A supplier joins (A10.01): its company, its login, and one concern's relation that waits to be approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.access.attempts import count_one
from portal.access.models import Credential, User
from portal.audit.log import Event, record
from portal.audit.transition import Subject, move
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import uuid7
from portal.suppliers.models import Supplier, SupplierAccount, SupplierRelation
from portal.suppliers.queries.accounts import held_by_company
from portal.suppliers.rules.joining import Address
from portal.suppliers.rules.registration import Registration
from portal.suppliers.status import ACCOUNT, PENDING, PROPOSED

ATTEMPTS_PER_HOUR = 20
TOO_MANY = "Många anmälningar har gjorts härifrån den senaste timmen. Vänta en stund och försök igen."
KNOWN = "Företaget är redan anmält. Logga in, eller fråga en kollega. Kommer ingen in: fråga kunden."
HELD_BY_OTHER = "Kontot hör till ett annat företag i kundens register. Kontrollera numret."
FAILED = "Anmälan kunde inte skickas. Rätta fälten nedan."


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration made. `registered_by` is the new login, or the signed-in person who filled it in."""

    supplier_id: UUID
    user_id: UUID


async def register(
    session: AsyncSession,
    company: Registration,
    address: Address,
    password_hash: str,
    *,
    concern_id: UUID,
    by_user_id: UUID | None,
    now: datetime,
) -> Registered | None:
    """Supplier, login, pending relation and proposed accounts. The session is the concern's system context.

    Invalid when the organisation number is registered by somebody already. None, and nothing but a mail to its
    holder, when the e-mail signs somebody in: whoever fills in the form must not learn that from the answer.
    """
    await _one_at_a_time(session, company.org_number)
    await _refuse_known(session, company)
    await _refuse_held(session, company, concern_id)
    if await _signs_in(session, company.email):
        await enqueue(
            session, "suppliers.mail_known_address", concern_id=concern_id, email=company.email,
            company=company.name,
        )  # fmt: skip
        return None
    supplier_id = await _keep_supplier(session, company, address, now)
    user_id = await _open_login(session, company, password_hash, supplier_id, now)
    await _ask_to_join(session, supplier_id, concern_id, by_user_id or user_id, now)
    await _propose_accounts(session, company, supplier_id, concern_id, by_user_id or user_id, now)
    await _tell(session, supplier_id, user_id, by_user_id or user_id, concern_id, now)
    return Registered(supplier_id, user_id)


async def count_registration(session: AsyncSession, origin: str, now: datetime) -> None:
    """One more registration from this address; Forbidden above the hour's limit. Commit it by itself."""
    bucket = sha256(f"registration:{origin}".encode()).digest()
    hour = now.replace(minute=0, second=0, microsecond=0)
    if await count_one(session, bucket, hour) > ATTEMPTS_PER_HOUR:
        raise Forbidden(TOO_MANY)


async def _one_at_a_time(session: AsyncSession, org_number: str) -> None:
    """Two registrations of one number at the same moment: the second waits here, and then meets the first."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"join:{org_number}"})


async def _refuse_known(session: AsyncSession, company: Registration) -> None:
    """Who supplies to the public is no secret, and a colleague must learn why it was refused."""
    same_number = select(exists().where(Supplier.org_number == company.org_number))
    if (await session.execute(same_number)).scalar():
        raise Invalid(FAILED, fields={"org_number": KNOWN})


async def _signs_in(session: AsyncSession, email: str) -> bool:
    return bool((await session.execute(select(exists().where(User.email == email)))).scalar())


async def _refuse_held(session: AsyncSession, company: Registration, concern_id: UUID) -> None:
    """Asked before the e-mail is: what is answered about an account must not tell who signs in."""
    held = {
        kind.lower(): HELD_BY_OTHER
        for kind, number in company.accounts
        if await held_by_company(session, concern_id, company.org_number, kind, number)
    }
    if held:
        raise Invalid(FAILED, fields=held)


async def _keep_supplier(
    session: AsyncSession, company: Registration, address: Address, now: datetime
) -> UUID:
    facts: dict[str, Any] = {
        "name": company.name, "vat_number": company.vat_number, "f_tax": company.f_tax,
        "contact_name": company.contact_name, "email": company.email, "phone": company.phone or None,
        "street": address.street, "postcode": address.postcode, "city": address.city, "registered_at": now,
        "endpoint": f"0007:{company.org_number}",
    }  # fmt: skip
    supplier_id = uuid7()
    await session.execute(
        insert(Supplier).values(id=supplier_id, org_number=company.org_number, gln=None, **facts)
    )
    return supplier_id


async def _open_login(
    session: AsyncSession, company: Registration, password_hash: str, supplier_id: UUID, now: datetime
) -> UUID:
    user_id = uuid7()
    row = {"id": user_id, "login": company.email, "email": company.email, "name": company.contact_name,
           "supplier_id": supplier_id, "active": True, "locale": "sv", "preferences": {}}  # fmt: skip
    await session.execute(insert(User).values(**row))
    await session.execute(
        insert(Credential).values(user_id=user_id, password_hash=password_hash, changed_at=now)
    )
    return user_id


async def _ask_to_join(
    session: AsyncSession, supplier_id: UUID, concern_id: UUID, by: UUID, now: datetime
) -> None:
    await session.execute(
        insert(SupplierRelation).values(
            concern_id=concern_id, supplier_id=supplier_id, status=PENDING, secret=False, vat_min=0, vat_max=26,
            payment_days=30, created_at=now, registered_by=by,
        )
    )  # fmt: skip


async def _propose_accounts(
    session: AsyncSession, company: Registration, supplier_id: UUID, concern_id: UUID, by: UUID, now: datetime
) -> None:
    """What the form says is what is to be approved; a proposal from before that it does not name is closed."""
    person = (await session.execute(select(User.person_id).where(User.id == by))).scalar()
    stated = set(company.accounts)
    mine = (SupplierAccount.concern_id == concern_id) & (SupplierAccount.supplier_id == supplier_id)
    rows = (
        await session.execute(select(SupplierAccount).where(mine, SupplierAccount.status == PROPOSED))
    ).scalars()
    for row in rows.all():
        if (row.kind, row.number) in stated:
            stated.discard((row.kind, row.number))
        else:
            subject = Subject(SupplierAccount, concern_id, row.id, row.status, supplier_id=supplier_id)
            await move(session, ACCOUNT, subject, "replace", system_actor(concern_id), at=now)
    today = stockholm_date(now)
    for kind, number in sorted(stated):
        await session.execute(
            insert(SupplierAccount).values(
                concern_id=concern_id, id=uuid7(), supplier_id=supplier_id, kind=kind, number=number,
                status=PROPOSED, valid_from=today, proposed_by=by, proposed_person=person, proposed_at=now,
            )
        )  # fmt: skip


async def _tell(
    session: AsyncSession, supplier_id: UUID, user_id: UUID, by: UUID, concern_id: UUID, now: datetime
) -> None:
    login = (await session.execute(select(func.max(User.login)).where(User.id == by))).scalar_one()

    def event(tag: str, subject: str, subject_id: UUID) -> Event:
        return Event(tag, subject, subject_id, now, actor=login, actor_id=by, concern_id=concern_id,
                     supplier_id=supplier_id)  # fmt: skip

    await record(session, [
        event("supplier:company:register", "supplier", supplier_id),
        event("supplier:login:open", "user", user_id),
        event("supplier:account:propose", "supplier", supplier_id),
    ])  # fmt: skip
    await enqueue(session, "suppliers.mail_registration", concern_id=concern_id, supplier_id=supplier_id)
