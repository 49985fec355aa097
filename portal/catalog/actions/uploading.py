"""A file arrives for a catalogue: bytes first, then one row, then a job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.audit.log import Event, record
from portal.catalog.models import Catalogue, CatalogueUpload
from portal.catalog.status import UPLOAD
from portal.catalog.values import CatalogueChoice
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.object_store import ObjectStore
from portal.jobs.progress import begin
from portal.jobs.queue import enqueue
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7

KIND = "catalog.validate"
LONGEST_NAME = 200


async def receive_file(
    session: AsyncSession,
    store: ObjectStore,
    choice: CatalogueChoice,
    catalogue_id: UUID,
    *,
    filename: str,
    data: bytes,
    actor: Actor,
    now: datetime,
    queued: bool = True,
) -> UUID:
    """Keep the file and make an upload of it; its id. With `queued` a job validates it once the caller commits.

    Invalid when the file is empty. The bytes are stored before anything is said of them.
    """
    if not data:
        raise Invalid("Filen är tom. Fyll i mallen och ladda upp den igen.", fields={"file": "Välj en fil."})
    digest = await store.put(data)
    progress = await begin(
        session, KIND, now=now, concern_id=choice.concern_id, supplier_id=choice.supplier_id,
        created_by=actor.user_id,
    ) if queued else None  # fmt: skip
    upload = CatalogueUpload(
        concern_id=choice.concern_id, id=uuid7(), catalogue_id=catalogue_id, supplier_id=choice.supplier_id,
        sha256=bytes.fromhex(digest), filename=_shown_name(filename), status=UPLOAD.initial, progress_id=progress,
        base_version=choice.version, uploaded_by=actor.user_id, uploaded_at=now,
        by_supplier=actor.supplier_id is not None,
    )  # fmt: skip
    session.add(upload)
    await session.flush()
    await record(session, [_arrived(upload, choice, actor, now, len(data))])
    if queued:
        await enqueue(session, KIND, concern_id=choice.concern_id, upload_id=upload.id)
    return upload.id


async def open_catalogue(database: Database, choice: CatalogueChoice) -> UUID:
    """The catalogue of this supplier on this agreement, made the first time it is needed.

    A supplier may not write catalogues, so the system makes the empty one; what may be chosen has been read under
    the supplier's own policies before.
    """
    if choice.catalogue_id is not None:
        return choice.catalogue_id
    values = {
        "concern_id": choice.concern_id, "id": uuid7(), "agreement_id": choice.agreement_id,
        "supplier_id": choice.supplier_id, "name": choice.agreement_number, "version": 0,
    }  # fmt: skip
    made = (
        insert(Catalogue)
        .values(values)
        .on_conflict_do_update(
            index_elements=["concern_id", "agreement_id", "supplier_id"],
            set_={"name": choice.agreement_number},
        )
    )
    async with database.session(Context.for_system(choice.concern_id)) as session:
        return (await session.execute(made.returning(Catalogue.id))).scalar_one()


def _arrived(
    upload: CatalogueUpload, choice: CatalogueChoice, actor: Actor, now: datetime, size: int
) -> Event:
    return Event(
        "upload:file:receive", "upload", upload.id, now, actor=actor.login, actor_id=actor.user_id,
        concern_id=upload.concern_id, supplier_id=upload.supplier_id, to_status=upload.status,
        data={"agreement": choice.agreement_number, "filename": upload.filename, "bytes": size,
              "sha256": upload.sha256.hex()},
    )  # fmt: skip


def _shown_name(filename: str) -> str:
    """The file's own name without folders and what cannot be printed: it is shown, never opened."""
    bare = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in bare if char.isprintable())[:LONGEST_NAME] or "katalog"
