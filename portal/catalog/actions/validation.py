"""Read an uploaded file, judge every row, and count what it would change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit.transition import Subject, Told, move
from portal.catalog.actions.staging import Target, count_rows, stage
from portal.catalog.models import CatalogueUpload, UploadRow
from portal.catalog.queries.uploads import find_upload, remembered_columns
from portal.catalog.rules.columns import KNOWN, Columns, find_columns
from portal.catalog.rules.reading import Answers, Seen, open_questions, planned_day, what_was_read
from portal.catalog.rules.rows import RowReader
from portal.catalog.status import AT_WORK, PUBLISHING, UPLOAD, VALIDATING
from portal.catalog.values import UploadFacts
from portal.db.context import Context
from portal.db.session import Database
from portal.formats.child import read_apart
from portal.formats.table import Table, UnreadableTable
from portal.integrations.object_store import ObjectStore
from portal.jobs.progress import report
from portal.kernel.dates import stockholm_date
from portal.kernel.text import Message

Clock = Callable[[], datetime]
Problem = tuple[str, dict[str, str]]
SAMPLE = 50


class Stopped(Exception):
    """A person asked the work to stop."""


async def validate(
    database: Database, store: ObjectStore, concern_id: UUID, upload_id: UUID, clock: Clock
) -> None:
    """Take the upload from received to ready (or faulty, or dropped when stopped). Running it again starts over."""
    context = Context.for_system(concern_id)
    async with database.session(context) as session:
        upload = await find_upload(session, upload_id)
        if upload.status not in AT_WORK or upload.status == PUBLISHING:
            return
        await move(session, UPLOAD, subject(upload), "validate", system_actor(concern_id), at=clock())
        remembered = await remembered_columns(session, upload)
    data = await store.get(upload.sha256.hex())
    answers = Answers.of(upload.answers)
    try:
        table = await asyncio.to_thread(
            read_apart, data, headings=KNOWN | remembered.keys(), sheet=answers.sheet
        )
        columns, table = await asyncio.to_thread(_columns, table, answers, remembered)
        await _judge(database, context, upload, table, columns, answers, clock, _expected(data))
    except UnreadableTable as error:
        await _refuse(database, context, upload, [(error.message, _texts(error.params))], clock)
    except FileProblems as problems:
        await _refuse(database, context, upload, problems.problems, clock, problems.reading)
    except Stopped:
        await _end(
            database,
            context,
            upload,
            "stop",
            "stopped",
            clock,
            told=Told(why="Stoppad av den som laddade upp."),
        )


class FileProblems(Exception):
    """The file as a whole cannot be used: columns are missing, or no row is filled in."""

    def __init__(self, problems: list[Problem], reading: Mapping[str, Any] | None = None) -> None:
        self.problems, self.reading = problems, reading
        super().__init__(str(problems))


def subject(upload: UploadFacts, *, status: str | None = None) -> Subject:
    """The upload as transition.move knows it."""
    return Subject(
        CatalogueUpload, upload.concern_id, upload.id, status or upload.status, supplier_id=upload.supplier_id,
        organisation_id=upload.agreement_organisation_id,
    )  # fmt: skip


async def _judge(
    database: Database,
    context: Context,
    upload: UploadFacts,
    table: Table,
    columns: Columns,
    answers: Answers,
    clock: Clock,
    total: int,
) -> None:
    """All rows in one transaction: another run, or a stop on the way, leaves nothing half done.

    With questions only the supplier can answer, the upload rests until they are.
    """
    today = stockholm_date(clock())
    reader = RowReader(columns, answers.kinds, today)
    seen = Seen(table.rows, columns.places.get("item_no", (None, ""))[0], answers.hidden)
    target = Target(upload.concern_id, upload.id, upload.catalogue_id)
    async with database.session(context) as session:
        mine = (UploadRow.concern_id == upload.concern_id) & (UploadRow.upload_id == upload.id)
        await session.execute(delete(UploadRow).where(mine))
        async for tally in stage(session, target, iter(seen), columns, reader):
            await _tell(database, context, upload, clock, total, tally.good, tally.wrong)
        counts = await count_rows(session, target)
        asked = open_questions(reader, table.about, answers, today)
        reading = what_was_read(table.about, columns, reader, seen, asked)
        if not counts["rows_total"] and not asked:
            raise FileProblems([("Filen har rubriker men inga rader. Fyll i minst en artikel.", {})], reading)
        day = planned_day(reader, table.about, answers, today)
        await _keep(session, upload, columns, counts, {"reading": reading, "valid_from": day})
        actor = system_actor(upload.concern_id)
        verb = "ask" if asked else "finish"
        await move(session, UPLOAD, subject(upload, status=VALIDATING), verb, actor, at=clock(),
                   told=Told(data=counts))  # fmt: skip
        if upload.progress_id:
            good, wrong = counts["rows_ok"], counts["rows_wrong"]
            await report(session, upload.progress_id, now=clock(), state="done", total=good + wrong, done=good,
                         failed=wrong)  # fmt: skip


async def _tell(
    database: Database, context: Context, upload: UploadFacts, clock: Clock, total: int, good: int, wrong: int
) -> None:
    if upload.progress_id is None:
        return
    async with database.session(context) as session:
        if await report(session, upload.progress_id, now=clock(), total=max(total, good + wrong), done=good,
                        failed=wrong):  # fmt: skip
            raise Stopped


async def _keep(
    session: AsyncSession,
    upload: UploadFacts,
    columns: Columns,
    counts: dict[str, int],
    reading: Mapping[str, Any],
) -> None:
    places = {field: list(place) for field, place in columns.places.items()}
    values = {
        **counts,
        **reading,
        "columns": places,
        "problems": None,
        "base_version": upload.catalogue_version,
    }
    mine = (CatalogueUpload.concern_id == upload.concern_id) & (CatalogueUpload.id == upload.id)
    await session.execute(update(CatalogueUpload).where(mine).values(values))


async def _refuse(
    database: Database,
    context: Context,
    upload: UploadFacts,
    problems: list[Problem],
    clock: Clock,
    reading: Mapping[str, Any] | None = None,
) -> None:
    plain = [{"message": message, "params": params} for message, params in problems]
    first = filled(*problems[0])
    await _end(database, context, upload, "refuse", "failed", clock, told=Told(why=first), problems=plain,
               reading=reading)  # fmt: skip


async def _end(
    database: Database,
    context: Context,
    upload: UploadFacts,
    verb: str,
    state: str,
    clock: Clock,
    *,
    told: Told,
    problems: Sequence[Mapping[str, object]] | None = None,
    reading: Mapping[str, Any] | None = None,
) -> None:
    async with database.session(context) as session:
        values = {"problems": list(problems), "reading": reading} if problems else {"reason": told.why}
        await move(session, UPLOAD, subject(upload, status=VALIDATING), verb, system_actor(upload.concern_id),
                   at=clock(), told=told, values=values)  # fmt: skip
        if upload.progress_id:
            await report(
                session, upload.progress_id, now=clock(), state="failed" if state == "failed" else "stopped"
            )


def _columns(table: Table, answers: Answers, remembered: Mapping[str, str]) -> tuple[Columns, Table]:
    """Which column is which, by what the supplier has said of this file or of another, and by the first rows."""
    first = list(islice(table.rows, SAMPLE))
    columns = find_columns(
        table.header, [row.cells for row in first], chosen={**remembered, **answers.columns}, fixed=answers.fixed,
        row=table.about.header_row,
    )  # fmt: skip
    if columns.problems:
        raise FileProblems(
            [_problem(message) for message in columns.problems], what_was_read(table.about, columns)
        )
    return columns, Table(table.header, chain(first, table.rows), table.about)


def filled(message: str, params: Mapping[str, str]) -> str:
    """A msgid with its params, in Swedish."""
    return message % params if params else message


def _problem(message: Message) -> Problem:
    return message.msgid, dict(message.params)


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _expected(data: bytes) -> int:
    """About how many rows a CSV holds, for the meter; 0 when that cannot be told before reading."""
    return 0 if data.startswith(b"PK") else max(data.count(b"\n") - 1, 0)
