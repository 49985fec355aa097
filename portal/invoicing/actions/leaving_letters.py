"""Mail when somebody is no longer active: to who sent what has gone on to another, and to the administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import User
from portal.access.queries import administrators
from portal.attest.models import ApprovalStep
from portal.audit.models import AuditEvent
from portal.integrations.letters import letter
from portal.integrations.mail import Mail
from portal.invoicing.actions.leaving import LEFT
from portal.invoicing.queries.left_behind import documents
from portal.kernel.dates import stockholm_date

STEP_MOVED, USER_LEFT = "step_moved", "user_left"
_PLACES = {"requisition": "/orders/requisitions/", "order": "/orders/", "invoice": "/invoicing/invoices/"}


async def step_letters(
    session: AsyncSession,
    concern_id: UUID,
    step_id: UUID,
    names: dict[str, str],
    base_url: str,
    now: datetime,
) -> Sequence[Mail]:
    """To who sent it: the attest has gone on from `names` left to `names` to; of a secret one nothing is named."""
    mine = (ApprovalStep.concern_id == concern_id) & (ApprovalStep.id == step_id)
    step = (await session.execute(select(ApprovalStep).where(mine))).scalar_one()
    document = (await documents(session, concern_id, [step.subject_id])).get(step.subject_id)
    if document is None or not document.senders:
        return []
    query = select(User.id, User.email, User.locale).where(User.id.in_(document.senders), User.active)
    link = f"{_PLACES[document.kind]}{document.id}"
    mails = []
    for reader in (await session.execute(query.order_by(User.email))).all():
        written = letter(
            STEP_MOVED, reader.locale, base_url=base_url, link=link, kind=document.kind, number=document.number,
            secret=document.secret, **names,
        )  # fmt: skip
        mail_id = uuid5(step.id, f"moved {names['to']} {reader.id}")
        mails.append(Mail(mail_id, reader.email, written.subject, written.text, now))
    return mails


async def left_letters(
    session: AsyncSession, concern_id: UUID, user_id: UUID, base_url: str, now: datetime
) -> Sequence[Mail]:
    """To the administrators of each organisation it concerns: what became of everything, as the last event tells it."""
    query = select(AuditEvent).where(AuditEvent.subject_id == user_id, AuditEvent.tag == LEFT)
    ordered = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(1)
    event = (await session.execute(ordered)).scalar_one()
    by_organisation: dict[str, list[dict[str, Any]]] = {}
    for one in event.data["moved"]:
        by_organisation.setdefault(one["organisation"], []).append(one)
    mails = []
    for organisation, moved in by_organisation.items():
        readers = await administrators(session, concern_id, UUID(organisation), stockholm_date(now))
        for reader in readers:
            written = letter(
                USER_LEFT, reader.locale, base_url=base_url, link="/", login=event.data["login"],
                moved=[one for one in moved if not one["secret"]], secret=sum(one["secret"] for one in moved),
            )  # fmt: skip
            mail_id = uuid5(event.uid, f"left {organisation} {reader.id}")
            mails.append(Mail(mail_id, reader.email, written.subject, written.text, now))
    return mails
