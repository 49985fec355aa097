"""Jobs of the catalogue: validate a file, publish it, keep the table in trim, feed the search engine."""

from __future__ import annotations

from uuid import UUID, uuid5

import psycopg
from sqlalchemy import text

from portal.access.actor import system_actor
from portal.catalog.actions.indexing import hand_over_version, rebuild
from portal.catalog.actions.publishing import publish_now
from portal.catalog.actions.validation import validate as validate_upload
from portal.catalog.indexed_search import IndexWatch
from portal.catalog.queries.readers import approvers, refused_rows
from portal.catalog.queries.uploads import find_upload
from portal.catalog.status import PUBLISHED, REFUSED, SUBMITTED
from portal.integrations.letters import letter, letter_to_company
from portal.integrations.mail import Mail, Mailer
from portal.integrations.object_store import ObjectStore
from portal.integrations.search import SearchIndex
from portal.jobs.context import JobContext
from portal.kernel.dates import stockholm_date
from portal.suppliers.queries.relations import find_relation

WAITING, DECIDED = "catalogue_waiting", "catalogue_decided"
VACUUM = ("VACUUM (ANALYZE) article", "VACUUM (ANALYZE) search_word", "ANALYZE article_price")

_CONCERNS = text("SELECT id FROM list_concerns()")


async def validate(store: ObjectStore, context: JobContext, upload_id: str) -> None:
    """Validate an upload; run again after a crash it starts over."""
    if context.concern_id is not None:
        await validate_upload(context.database, store, context.concern_id, UUID(upload_id), context.clock)


async def publish(context: JobContext, upload_id: str) -> None:
    """Carry out a decided publishing; run again it does nothing."""
    async with context.session() as session:
        await publish_now(session, UUID(upload_id), context.clock())


async def mail_waiting(mailer: Mailer, base_url: str, context: JobContext, *, upload_id: str) -> None:
    """Tell those who approve that a catalogue waits; nothing when it no longer does."""
    async with context.session() as session:
        upload = await find_upload(session, UUID(upload_id))
        readers = await approvers(session, upload, stockholm_date(context.clock()))
    if upload.status != SUBMITTED:
        return
    for user_id, address, locale in readers:
        written = letter(
            WAITING, locale, base_url=base_url, link=f"/catalog/uploads/{upload.id}", upload=upload
        )
        mail_id = uuid5(upload.id, f"{WAITING} {upload.submitted_at} {user_id}")
        await mailer.send(Mail(mail_id, address, written.subject, written.text, context.clock()))


async def mail_decided(mailer: Mailer, base_url: str, context: JobContext, *, upload_id: str) -> None:
    """Tell the supplier that its catalogue holds, or that it was refused and why. What others uploaded is not told."""
    assert context.concern_id is not None  # it is always enqueued with one
    async with context.session() as session:
        upload = await find_upload(session, UUID(upload_id))
        relation = await find_relation(session, system_actor(context.concern_id), upload.supplier_id)
        refused = await refused_rows(session, upload)
    if upload.status not in {PUBLISHED, REFUSED} or not upload.uploaded_by_supplier:
        return
    written = letter_to_company(
        DECIDED, base_url=base_url, link=f"/supplier/catalogues/{upload.id}", upload=upload,
        published=upload.status == PUBLISHED, refused=refused,
    )  # fmt: skip
    mail_id = uuid5(upload.id, f"{DECIDED} {upload.status}")
    await mailer.send(Mail(mail_id, relation.email, written.subject, written.text, context.clock()))


async def vacuum(owner_url: str, context: JobContext) -> None:
    """After a large publishing: without fresh statistics the planner reads whole tables. The owner's role alone may."""
    url = owner_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for statement in VACUUM:
            await connection.execute(statement)


async def index(engine: SearchIndex | None, context: JobContext, catalogue_id: str, version: int) -> None:
    """Hand what a publishing changed to an index of its own; without one (PostgreSQL) there is nothing to do."""
    if engine is not None and context.concern_id is not None:
        await hand_over_version(engine, context.database, context.concern_id, UUID(catalogue_id), version)


async def mend_index(engine: SearchIndex | None, context: JobContext) -> None:
    """Build the index anew for every concern whose index does not hold what the database has."""
    if engine is None:
        return
    watch = IndexWatch(context.database, engine)
    async with context.session() as session:
        concerns = (await session.execute(_CONCERNS)).scalars().all()
    for concern_id in concerns:
        held, live = await watch.counts(concern_id)
        if held != live:
            await rebuild(engine, context.database, concern_id)
