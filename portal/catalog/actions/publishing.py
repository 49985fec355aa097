"""Publish an upload: the catalogue becomes what the file says, set-based, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit.transition import Told, move
from portal.catalog.actions.staging import COMPARE_AGAIN, VALUES, Target, count_rows
from portal.catalog.actions.validation import subject
from portal.catalog.models import Catalogue, CatalogueUpload
from portal.catalog.queries.uploads import find_upload
from portal.catalog.status import PLANNED, PUBLISHING, UPLOAD
from portal.catalog.values import UploadFacts
from portal.jobs.events import emit
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import uuid7

MANY_ROWS = 2_000
"""From here on the article table is vacuumed and analysed at once, not when autovacuum comes around."""

_SET = ", ".join(f"{name} = r.{name}" for name in VALUES if name != "item_no")
_EXCLUDED = ", ".join(f"{name} = excluded.{name}" for name in VALUES if name != "item_no")
_NAMES = ", ".join(VALUES)
_ROWS = "r.concern_id = :concern AND r.upload_id = :upload"
_HERE = "a.concern_id = :concern AND a.catalogue_id = :catalogue"
_GONE = (
    f"{_HERE} AND a.removed_at IS NULL AND NOT EXISTS ("  # noqa: S608
    f"SELECT 1 FROM upload_row r WHERE {_ROWS} AND r.item_no = a.item_no)"
)
# Keys of one publishing lie together in the index, in the file's order: a UUIDv7's first 24 digits, then the row's.
_NEW_ID = "CAST(:ids || lpad(to_hex(r.row_number), 8, '0') AS uuid)"
_IS_NEW = "a.id BETWEEN CAST(:ids || '00000000' AS uuid) AND CAST(:ids || 'ffffffff' AS uuid)"

# The spelling vocabulary holds each word as written (weight B) with the number of articles it stands in.
_WORDS = """
SELECT word, ndoc AS articles FROM ts_stat(format($query${vectors}$query$, {given}), 'b') WHERE length(word) > 2
"""
_LEAVING = """
SELECT a.search FROM article a LEFT JOIN upload_row r
  ON r.concern_id = a.concern_id AND r.upload_id = %3$L AND r.item_no = a.item_no
WHERE a.concern_id = %1$L AND a.catalogue_id = %2$L AND a.removed_at IS NULL
  AND (r.item_no IS NULL OR r.change = 'changed')
"""
_COMING = "SELECT search FROM upload_row WHERE concern_id = %1$L AND upload_id = %2$L AND search IS NOT NULL"
_CONCERN, _UPLOAD = "CAST(:concern AS uuid)", "CAST(:upload AS uuid)"

FORGET_WORDS = f"""
UPDATE search_word s SET articles = greatest(s.articles - w.articles, 0)
FROM ({_WORDS.format(vectors=_LEAVING, given=f"{_CONCERN}, CAST(:catalogue AS uuid), {_UPLOAD}")}) w
WHERE s.concern_id = :concern AND s.word = w.word
"""  # noqa: S608
LEARN_WORDS = f"""
INSERT INTO search_word AS s (concern_id, word, articles)
SELECT :concern, word, articles FROM ({_WORDS.format(vectors=_COMING, given=f"{_CONCERN}, {_UPLOAD}")}) w
ON CONFLICT (concern_id, word) DO UPDATE SET articles = s.articles + excluded.articles
"""  # noqa: S608
DROP_WORDS = "DELETE FROM search_word WHERE concern_id = :concern AND articles = 0"
REMOVE = f"UPDATE article a SET removed_at = :now, version = :version WHERE {_GONE}"  # noqa: S608
CHANGE = f"""
UPDATE article a SET {_SET}, search = r.search, version = :version FROM upload_row r
WHERE {_HERE} AND {_ROWS} AND r.change = 'changed' AND r.item_no = a.item_no
"""  # noqa: S608
ADD = f"""
INSERT INTO article (concern_id, id, catalogue_id, agreement_id, supplier_id, {_NAMES}, search, version)
SELECT :concern, {_NEW_ID}, :catalogue, :agreement, :supplier, {", ".join(f"r.{name}" for name in VALUES)}, r.search,
  :version
FROM upload_row r WHERE {_ROWS} AND r.change = 'new' ORDER BY r.row_number
ON CONFLICT (concern_id, catalogue_id, item_no)
DO UPDATE SET {_EXCLUDED}, search = excluded.search, version = excluded.version, removed_at = NULL
"""  # noqa: S608
PRICES = f"""
INSERT INTO article_price (concern_id, article_id, valid_from, price, vat_rate)
SELECT :concern, a.id, :today, a.price, a.vat_rate FROM article a
LEFT JOIN LATERAL (
  SELECT p.price, p.vat_rate FROM article_price p
  WHERE p.concern_id = :concern AND p.article_id = a.id AND NOT {_IS_NEW}
  ORDER BY p.valid_from DESC LIMIT 1
) last ON true
WHERE {_HERE} AND a.version = :version AND a.removed_at IS NULL
  AND (last.price IS DISTINCT FROM a.price OR last.vat_rate IS DISTINCT FROM a.vat_rate)
ON CONFLICT (concern_id, article_id, valid_from)
DO UPDATE SET price = excluded.price, vat_rate = excluded.vat_rate
"""  # noqa: S608
# Room for a whole publishing in the text index's pending list, which is then sorted in at once.
# Nothing is known yet of rows that have just come: joined by index, row by row, they could take hours.
ROOM = """
SELECT set_config('gin_pending_list_limit', '256MB', true), set_config('work_mem', '256MB', true),
  set_config('enable_nestloop', 'off', true)
"""
SETTLE = "SELECT settle_article_search()"
# In this order: words leave while the old texts are there; prices follow articles.
STEPS = (ROOM, FORGET_WORDS, REMOVE, CHANGE, ADD, LEARN_WORDS, DROP_WORDS, PRICES, SETTLE)


@dataclass(frozen=True, slots=True)
class Published:
    """The outcome: `version` is the catalogue's, or None when the catalogue had moved on and nothing was done."""

    version: int | None
    new: int
    changed: int
    removed: int


async def publish_now(session: AsyncSession, upload_id: UUID, now: datetime) -> Published:
    """Carry out a decided publishing in the caller's transaction (system context). Done again, it does nothing.

    Had another upload of the catalogue been published meanwhile, the difference is counted anew and the upload goes
    back to who approves it: nobody publishes what nobody has seen.
    """
    upload = await find_upload(session, upload_id)
    if upload.status == PLANNED and (upload.valid_from or date.min) <= stockholm_date(now):
        await _move(session, upload, "due", now, None)
        upload = replace(upload, status=PUBLISHING)
    if upload.status != PUBLISHING:
        return Published(upload.catalogue_version, 0, 0, 0)
    version = await _lock(session, upload)
    if version != upload.base_version:
        await compare_again(session, upload)
        await _move(session, upload, "ask_again", now, "Katalogen har ändrats sedan filen kontrollerades.")
        return Published(None, 0, 0, 0)
    await _swap(session, upload, version + 1, now)
    return Published(version + 1, upload.rows_new, upload.rows_changed, upload.rows_removed)


async def _swap(session: AsyncSession, upload: UploadFacts, version: int, now: datetime) -> None:
    given: dict[str, Any] = {
        "concern": upload.concern_id, "catalogue": upload.catalogue_id, "upload": upload.id,
        "agreement": upload.agreement_id, "supplier": upload.supplier_id, "version": version, "now": now,
        "today": stockholm_date(now), "ids": uuid7().hex[:24],
    }  # fmt: skip
    for step in STEPS:
        await session.execute(
            text(step), {name: value for name, value in given.items() if f":{name}" in step}
        )
    mine = (Catalogue.concern_id == upload.concern_id) & (Catalogue.id == upload.catalogue_id)
    await session.execute(update(Catalogue).where(mine).values(version=version, published_at=now))
    await _move(session, upload, "published", now, None, version=version)
    if upload.uploaded_by_supplier:
        await enqueue(session, "catalog.mail_decided", concern_id=upload.concern_id, upload_id=upload.id)
    await emit(session, "catalogue.published", concern_id=upload.concern_id, catalogue_id=upload.catalogue_id,
               version=version)  # fmt: skip
    if upload.rows_new + upload.rows_changed + upload.rows_removed >= MANY_ROWS:
        await enqueue(session, "catalog.vacuum", concern_id=upload.concern_id, queueing_lock="catalog.vacuum")


async def compare_again(session: AsyncSession, upload: UploadFacts) -> None:
    """Count the difference against the catalogue as it is now."""
    target = Target(upload.concern_id, upload.id, upload.catalogue_id)
    await session.execute(COMPARE_AGAIN, target.params())
    counts = await count_rows(session, target)
    mine = (CatalogueUpload.concern_id == upload.concern_id) & (CatalogueUpload.id == upload.id)
    values = counts | {"base_version": upload.catalogue_version, "confirmed_by": None}
    await session.execute(update(CatalogueUpload).where(mine).values(values))


async def _lock(session: AsyncSession, upload: UploadFacts) -> int:
    mine = (Catalogue.concern_id == upload.concern_id) & (Catalogue.id == upload.catalogue_id)
    return (await session.execute(select(Catalogue.version).where(mine).with_for_update())).scalar_one()


async def _move(
    session: AsyncSession, upload: UploadFacts, verb: str, now: datetime, why: str | None, **data: Any
) -> None:
    counts = {name: getattr(upload, name) for name in ("rows_new", "rows_changed", "rows_removed")}
    told = Told(why=why, data={"agreement": upload.agreement_number, **counts, **data})
    await move(session, UPLOAD, subject(upload), verb, system_actor(upload.concern_id), at=now, told=told)
