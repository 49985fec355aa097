"""Read uploads and what can be uploaded for, as far as the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement, true

from portal.access.actor import Actor
from portal.access.models import Concern
from portal.catalog.models import Catalogue, CatalogueUpload
from portal.catalog.status import SUBMITTED
from portal.catalog.values import CatalogueChoice, UploadFacts
from portal.kernel.errors import NotFound
from portal.suppliers.models import Agreement, AgreementSupplier, Supplier

_PLAIN = [
    "concern_id",
    "id",
    "catalogue_id",
    "supplier_id",
    "sha256",
    "filename",
    "status",
    "progress_id",
    "rows_total",
    "rows_ok",
    "rows_wrong",
    "rows_new",
    "rows_changed",
    "rows_unchanged",
    "rows_removed",
    "rows_to_confirm",
    "base_version",
    "uploaded_by",
    "uploaded_at",
    "submitted_at",
    "confirmed_by",
    "reason",
    "decided_at",
    "valid_from",
]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Which uploads concern the actor: a supplier's own; of the local administrator's own agreements; all for a
    central one. What a supplier has not sent is the supplier's alone. Row-level security says the same under it."""
    if actor.is_system:
        return true()
    if actor.supplier_id is not None:
        return Catalogue.supplier_id == actor.supplier_id
    sent = or_(~CatalogueUpload.by_supplier, CatalogueUpload.submitted_at.is_not(None))
    return sent if actor.central else and_(sent, Agreement.organisation_id == actor.organisation_id)


async def catalogue_choices(session: AsyncSession, actor: Actor) -> Sequence[CatalogueChoice]:
    """Every agreement × supplier the actor may upload for, by agreement number and supplier."""
    statement = (
        select(
            Agreement.concern_id, Concern.name, Agreement.id, Agreement.number, Agreement.name,
            Agreement.organisation_id, Agreement.valid_to, Supplier.id, Supplier.name, Catalogue.id,
            Catalogue.version, Catalogue.published_at,
        )
        .select_from(AgreementSupplier)
        .join(Agreement, and_(Agreement.concern_id == AgreementSupplier.concern_id,
                              Agreement.id == AgreementSupplier.agreement_id))
        .join(Concern, Concern.id == Agreement.concern_id)
        .join(Supplier, Supplier.id == AgreementSupplier.supplier_id)
        .outerjoin(Catalogue, and_(Catalogue.concern_id == Agreement.concern_id,
                                   Catalogue.agreement_id == Agreement.id,
                                   Catalogue.supplier_id == Supplier.id))
        .where(_choosable(actor))
        .order_by(Agreement.number, Supplier.name)
    )  # fmt: skip
    rows = (await session.execute(statement)).all()
    return [CatalogueChoice(*row[:10], row[10] or 0, row[11]) for row in rows]


def _choosable(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system or actor.central:
        return true()
    if actor.supplier_id is not None:
        return AgreementSupplier.supplier_id == actor.supplier_id
    return Agreement.organisation_id == actor.organisation_id


async def find_choice(
    session: AsyncSession, actor: Actor, agreement_id: UUID, supplier_id: UUID
) -> CatalogueChoice:
    """The choice, if it is the actor's; NotFound otherwise."""
    for choice in await catalogue_choices(session, actor):
        if (choice.agreement_id, choice.supplier_id) == (agreement_id, supplier_id):
            return choice
    raise NotFound("Katalogen finns inte.")


async def find_upload(session: AsyncSession, upload_id: UUID, actor: Actor | None = None) -> UploadFacts:
    """One upload the actor may see (the system: any of the concern). NotFound otherwise."""
    statement = _uploads().where(CatalogueUpload.id == upload_id)
    if actor is not None:
        statement = statement.where(visible(actor))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound("Uppladdningen finns inte.")
    return _facts(row)


async def list_uploads(
    session: AsyncSession,
    actor: Actor,
    statuses: Sequence[str],
    *,
    before: UUID | None = None,
    limit: int = 30,
) -> Sequence[UploadFacts]:
    """The actor's uploads in any of `statuses`, newest first; `before` is the last id of the page before."""
    statement = _uploads().where(visible(actor), CatalogueUpload.status.in_(statuses))
    if before is not None:
        statement = statement.where(CatalogueUpload.id < before)
    rows = await session.execute(statement.order_by(CatalogueUpload.id.desc()).limit(limit))
    return [_facts(row) for row in rows]


def _uploads() -> Select[Any]:
    columns = [getattr(CatalogueUpload, name) for name in _PLAIN]
    return (
        select(
            *columns, CatalogueUpload.problems, CatalogueUpload.columns, CatalogueUpload.reading,
            CatalogueUpload.answers, Catalogue.version.label("catalogue_version"),
            Agreement.id.label("agreement_id"), Agreement.number.label("agreement_number"),
            Agreement.name.label("agreement_name"), Agreement.organisation_id.label("agreement_organisation_id"),
            Supplier.name.label("supplier_name"), CatalogueUpload.by_supplier,
        )
        .join(Catalogue, and_(Catalogue.concern_id == CatalogueUpload.concern_id,
                              Catalogue.id == CatalogueUpload.catalogue_id))
        .join(Agreement, and_(Agreement.concern_id == Catalogue.concern_id, Agreement.id == Catalogue.agreement_id))
        .join(Supplier, Supplier.id == CatalogueUpload.supplier_id)
    )  # fmt: skip


def _facts(row: Any) -> UploadFacts:
    places = row.columns or {}
    return UploadFacts(
        **{name: getattr(row, name) for name in _PLAIN},
        problems=tuple((problem["message"], problem["params"]) for problem in row.problems or ()),
        columns={field: (index, heading) for field, (index, heading) in places.items()},
        catalogue_version=row.catalogue_version,
        agreement_id=row.agreement_id,
        agreement_number=row.agreement_number,
        agreement_name=row.agreement_name,
        agreement_organisation_id=row.agreement_organisation_id,
        supplier_name=row.supplier_name,
        uploaded_by_supplier=row.by_supplier,
        reading=row.reading or {},
        answers=row.answers or {},
    )


async def count_submitted(session: AsyncSession, actor: Actor) -> int:
    """How many uploads wait for the actor's approval."""
    mine = _uploads().where(visible(actor), CatalogueUpload.status == SUBMITTED).subquery()
    return (await session.execute(select(func.count()).select_from(mine))).scalar_one()


_REMEMBERED = text("""
SELECT answers -> 'columns' FROM catalogue_upload
WHERE concern_id = :concern AND supplier_id = :supplier AND id < :upload
  AND answers -> 'columns' IS NOT NULL AND answers -> 'columns' <> '{}'::jsonb
ORDER BY id DESC LIMIT 1
""")


async def remembered_columns(session: AsyncSession, upload: UploadFacts) -> dict[str, str]:
    """Heading as compared → field, as the supplier last said it of another file."""
    given = {"concern": upload.concern_id, "supplier": upload.supplier_id, "upload": upload.id}
    return dict((await session.execute(_REMEMBERED, given)).scalar() or {})
