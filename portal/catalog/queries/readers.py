"""Who is told of an upload, and what the supplier is told of it. System context."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.models import Organisation, User
from portal.access.queries import holds
from portal.catalog.models import UploadRow
from portal.catalog.values import UploadFacts

MOST_ROWS = 50


async def approvers(
    session: AsyncSession, upload: UploadFacts, day: date
) -> tuple[tuple[UUID, str, str], ...]:
    """(id, e-mail, language) of the leverantörsadministratörer who may publish it: the central ones and, of a local
    agreement, its organisation's own."""
    query = (
        select(User.id, User.email, User.locale)
        .join(
            Organisation,
            (Organisation.concern_id == User.concern_id) & (Organisation.id == User.organisation_id),
        )
        .where(User.concern_id == upload.concern_id, User.active, holds(p.SUPPLIER_ADMIN, day))
        .where(or_(Organisation.is_central, User.organisation_id == upload.agreement_organisation_id))
        .order_by(User.email)
    )
    return tuple((row.id, row.email, row.locale) for row in (await session.execute(query)).all())


async def refused_rows(session: AsyncSession, upload: UploadFacts) -> list[tuple[int, str, str]]:
    """(row, article number, reason) of the rows the customer took out."""
    statement = (
        select(UploadRow.row_number, UploadRow.item_no, UploadRow.errors)
        .where(UploadRow.concern_id == upload.concern_id, UploadRow.upload_id == upload.id)
        .where(UploadRow.errors[0]["column"].astext == "", UploadRow.name.is_not(None))
        .order_by(UploadRow.row_number)
        .limit(MOST_ROWS)
    )
    rows = await session.execute(statement)
    return [
        (number, item_no or "", errors[0]["message_params"]["reason"]) for number, item_no, errors in rows
    ]
