"""The whole way of a file in one call, without the queue: the command line's and the bench's use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.access.actor import system_actor
from portal.audit.transition import Told, move
from portal.catalog.actions.publishing import publish_now
from portal.catalog.actions.uploading import open_catalogue, receive_file
from portal.catalog.actions.validation import subject, validate
from portal.catalog.queries.uploads import find_upload
from portal.catalog.status import READY, UPLOAD
from portal.catalog.values import CatalogueChoice, UploadFacts
from portal.db.context import Context
from portal.db.session import Database
from portal.integrations.object_store import ObjectStore


async def import_file(
    database: Database,
    store: ObjectStore,
    choice: CatalogueChoice,
    filename: str,
    data: bytes,
    *,
    publish: bool,
    allow_removals: bool = False,
    clock: Callable[[], datetime],
) -> UploadFacts:
    """Receive, validate and, when asked to and something changes, publish as the installation's operator.

    Prices ten times up or down are left for a person: such an upload waits, checked, for publishing in the page. So are
    many removals, unless they are allowed, and prices that hold from a later day.
    """
    context, actor = Context.for_system(choice.concern_id), system_actor(choice.concern_id)
    catalogue_id = await open_catalogue(database, choice)
    async with database.session(context) as session:
        upload_id = await receive_file(
            session, store, choice, catalogue_id, filename=filename, data=data, actor=actor, now=clock(), queued=False,
        )  # fmt: skip
    await validate(database, store, choice.concern_id, upload_id, clock)
    async with database.session(context) as session:
        upload = await find_upload(session, upload_id)
        changes = upload.rows_new + upload.rows_changed + upload.rows_removed
        held = upload.rows_to_confirm or upload.valid_from or (upload.many_removed and not allow_removals)
        if publish and upload.status == READY and changes and not held:
            told = Told(data={"filename": upload.filename})
            await move(session, UPLOAD, subject(upload), "publish", actor, at=clock(), told=told)
            await publish_now(session, upload_id, clock())
        return await find_upload(session, upload_id)
