"""The pages of catalogue uploads: the same for a supplier and a leverantörsadministratör, under two addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import MediaType

from portal.access.actor import Actor
from portal.catalog.actions import deciding
from portal.catalog.actions.mending import editable_fields, mend
from portal.catalog.actions.uploading import open_catalogue, receive_file
from portal.catalog.exchange import TEMPLATE_NAME, template, with_errors
from portal.catalog.queries.compared import agreement_terms
from portal.catalog.queries.rows import PAGE, TABS, difference_page, error_texts, row_cells, wrong_cells
from portal.catalog.queries.uploads import catalogue_choices, find_choice, find_upload, list_uploads
from portal.catalog.status import AT_WORK, PLANNED, UPLOAD
from portal.catalog.values import UploadFacts
from portal.jobs.models import JobProgress
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.identifiers import read_uuid
from portal.web.catalog.reading_view import reading_view
from portal.web.catalog.upload_view import (
    choice_options,
    difference_views,
    error_text,
    list_row,
    terms_view,
    upload_view,
    wrong_views,
)
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, is_htmx, page, partials, see_other
from portal.web.services import Services

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 101_000_000
UNREADABLE = 422
MOST_NAMED = 50
EVERY_STATUS = UPLOAD.codes()
HANDLED = ("published", "refused", "dropped")
WAITING = tuple(code for code in EVERY_STATUS if code not in HANDLED)


@dataclass(frozen=True, slots=True)
class Side:
    """Whose pages: their address, templates and whether a supplier reads them."""

    base: str
    folder: str
    supplier: bool


async def index_page(
    request: Req, side: Side, *, errors: Mapping[str, str] | None = None, status: int = 200
) -> Html:
    """The list and the form that uploads."""
    scope = request.scope["state"]
    session, actor = scope["session"], scope["actor"]
    tab = request.query_params.get("tab", "waiting")
    wanted = EVERY_STATUS if side.supplier or tab == "all" else HANDLED if tab == "handled" else WAITING
    before = read_uuid(request.query_params.get("before", ""))
    uploads = await list_uploads(session, actor, wanted, before=before, limit=PAGE + 1)
    choices = await catalogue_choices(session, actor)
    more = f"{side.base}?tab={tab}&before={uploads[PAGE - 1].id}" if len(uploads) > PAGE else None
    return await page(
        request, f"{side.folder}/index.html", status=status, base=localised(side.base), tab=tab, side=side,
        rows=[list_row(upload, side.base) for upload in uploads[:PAGE]], more=localised(more) if more else None,
        options=choice_options(choices, supplier=side.supplier), errors=errors or {},
        chosen=request.query_params.get("catalogue", ""),
    )  # fmt: skip


def template_file() -> Response[bytes]:
    """The template to fill in."""
    return _download(template(), TEMPLATE_NAME, XLSX)


async def upload_file(request: Req, side: Side, services: Services, form: Mapping[str, Any]) -> Response[Any]:
    """Take in a file and show its page, where the validation is followed."""
    scope = request.scope["state"]
    file, chosen = form.get("file"), str(form.get("catalogue") or "")
    agreement, _, supplier = chosen.partition("/")
    errors = {}
    if not (read_uuid(agreement) and read_uuid(supplier)):
        errors["catalogue"] = gettext("Välj vilken katalog filen gäller.")
    if not isinstance(file, UploadFile) or not file.filename:
        errors["file"] = gettext("Välj en fil.")
    if errors or not isinstance(file, UploadFile):
        return await index_page(request, side, errors=errors, status=UNREADABLE)
    choice = await find_choice(scope["session"], scope["actor"], UUID(agreement), UUID(supplier))
    catalogue_id = await open_catalogue(services.database, choice)
    data = await file.read()
    try:
        upload_id = await receive_file(
            scope["session"], services.store, choice, catalogue_id, filename=file.filename, data=data,
            actor=scope["actor"], now=scope["now"],
        )  # fmt: skip
    except Invalid as refused:
        return await index_page(request, side, errors={"file": gettext(refused.message)}, status=UNREADABLE)
    return see_other(request, f"{side.base}/{upload_id}")


async def show_page(request: Req, side: Side, upload_id: UUID, *, refused: Invalid | None = None) -> Html:
    """One upload: how far it has come, what is wrong, what it would change. Its report alone for htmx."""
    scope = request.scope["state"]
    upload = await find_upload(scope["session"], upload_id, scope["actor"])
    view = await _report(request, side, upload)
    view["refused"] = gettext(refused.message) % refused.params if refused else None
    view["errors"] = refused.fields if refused else {}
    view["reading"] = _reading(side, upload, view["errors"])
    status = refused.status if refused else 200
    if is_htmx(request):
        return partials(request, "catalog/uploads/_report.html", status=status, **view)
    return await page(request, f"{side.folder}/show.html", status=status, **view)


async def row_page(request: Req, side: Side, upload_id: UUID, row_number: int) -> Html:
    """The form that mends one row."""
    scope = request.scope["state"]
    upload = await find_upload(scope["session"], upload_id, scope["actor"])
    view = await _report(request, side, upload)
    view |= {"mending": await _row_form(request, upload, row_number, {}), "refused": None, "errors": {}}
    if is_htmx(request):
        return partials(request, "catalog/uploads/_report.html", **view)
    return await page(request, f"{side.folder}/show.html", **view)


async def mend_row(
    request: Req, side: Side, upload_id: UUID, row_number: int, form: Mapping[str, str]
) -> Response[Any]:
    """Judge the row again; what is still wrong stands at its fields."""
    scope = request.scope["state"]
    session, actor = scope["session"], scope["actor"]
    upload = await find_upload(session, upload_id, actor)
    wrong = await mend(session, upload, row_number, form, actor, scope["now"])
    if not wrong and not is_htmx(request):
        text = gettext("Rad %(row)s är rättad.") % {"row": row_number}
        return see_other(request, f"{side.base}/{upload_id}", flash=("ok", text))
    upload = await find_upload(session, upload_id, actor)
    view = await _report(request, side, upload)
    told = {error.column: f"{_said(error.message)} {_said(error.mend)}" for error in wrong}
    view |= {"refused": None, "errors": {}}
    if wrong:
        view["mending"] = await _row_form(request, upload, row_number, told)
    else:
        view["mended"] = gettext("Rad %(row)s är rättad.") % {"row": row_number}
    if is_htmx(request):
        return partials(request, "catalog/uploads/_report.html", **view)
    return await page(request, f"{side.folder}/show.html", **view)


async def decide(
    request: Req, side: Side, upload_id: UUID, verb: str, form: Mapping[str, str]
) -> Response[Any]:
    """Submit, publish, refuse, discard or stop; then the page again."""
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    try:
        flash = await _decide(session, actor, upload_id, verb, form, now)
    except Invalid as refused:
        return await show_page(request, side, upload_id, refused=refused)
    except Conflict as moved:
        return see_other(
            request, f"{side.base}/{upload_id}", flash=("warn", gettext(moved.message) % moved.params)
        )
    return see_other(request, f"{side.base}/{upload_id}", flash=("ok", gettext(flash)))


async def errors_file(request: Req, services: Services, upload_id: UUID) -> Response[bytes]:
    """The supplier's own file with the column "Fel" last."""
    scope = request.scope["state"]
    upload = await find_upload(scope["session"], upload_id, scope["actor"])
    errors = {number: error_text(found) async for number, found in error_texts(scope["session"], upload)}
    await scope["session"].commit()  # no connection is held while the file is read
    headings = [one["key"] for one in upload.reading["headings"]] if upload.reading else None
    content = await services.store.get(upload.sha256.hex())
    data, ending = await asyncio.to_thread(
        with_errors, content, errors, headings=headings, sheet=upload.reading.get("sheet") or None
    )
    stem = upload.filename.rpartition(".")[0] or upload.filename
    return _download(data, f"{stem}-fel.{ending}", XLSX if ending == "xlsx" else "text/csv; charset=utf-8")


_NOW = "Katalogen publiceras nu."


async def _decide(
    session: Any, actor: Actor, upload_id: UUID, verb: str, form: Mapping[str, str], now: Any
) -> str:
    confirmed, removals = bool(form.get("confirmed")), bool(form.get("removals"))
    match verb:
        case "submission":
            await deciding.submit(session, upload_id, actor, confirmed=confirmed, removals=removals, now=now)
            return "Katalogen är skickad för godkännande. Du ser här när den gäller."
        case "publication":
            await deciding.publish(session, upload_id, actor, confirmed=confirmed, removals=removals, now=now)
            planned = (await find_upload(session, upload_id, actor)).status == PLANNED
            return "Katalogen är godkänd och publiceras det datum den gäller från." if planned else _NOW
        case "refusal":
            await deciding.drop(session, upload_id, actor, reason=form.get("reason", ""), now=now)
            return "Uppladdningen är avslagen. Leverantören ser skälet."
        case "disposal":
            await deciding.discard(session, upload_id, actor, now=now)
            return "Uppladdningen är kastad. Katalogen är som förut."
        case _:
            await deciding.stop(session, upload_id, actor, now=now)
            return "Kontrollen stoppas."


async def _report(request: Req, side: Side, upload: UploadFacts) -> dict[str, Any]:
    """Everything the report shows; all names are there, so that the templates need not ask."""
    scope, query = request.scope["state"], request.query_params
    session = scope["session"]
    tab = query.get("tab", "")
    tab = tab if tab in TABS else _first_tab(upload)
    after_row = query.get("row", "")
    progress = None
    if upload.status in AT_WORK and upload.progress_id is not None:
        progress = await session.get(JobProgress, upload.progress_id)
    view = upload_view(upload, side.base, scope["actor"], tab, progress)
    start = int(after_row) if after_row.isascii() and after_row.isdigit() else 0
    wrong = await wrong_cells(session, upload, after=start) if upload.rows_wrong else []
    rows = (
        [] if view.at_work else await difference_page(session, upload, tab, query.get("after", ""), PAGE + 1)
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    key = (last.item_no if tab == "removed" else last.position) if last else None
    wrong_rows = {cell.row for cell in wrong}
    removed = await _removed(session, upload) if view.decides and upload.many_removed else []
    terms = await agreement_terms(session, upload) if view.decides and not side.supplier else None
    return {
        "reading": _reading(side, upload, {}), "removed": removed, "agreement": terms_view(terms) if terms else None,
        "view": view, "tab": tab, "wrong": wrong_views(wrong), "rows": difference_views(rows[:PAGE]),
        "more": f"{view.address}?tab={tab}&after={key}" if last else None, "mending": None, "mended": None,
        "more_wrong": f"{view.address}?row={max(wrong_rows)}" if len(wrong_rows) == PAGE else None, "side": side,
    }  # fmt: skip


async def _row_form(
    request: Req, upload: UploadFacts, row_number: int, told: Mapping[str, str]
) -> dict[str, Any]:
    """The row's cells as fields with what is wrong at each."""
    row = await row_cells(request.scope["state"]["session"], upload, row_number)
    if row is None or row.cells is None:
        raise NotFound("Raden finns inte.")
    if not told:
        told = {error["column"]: f"{gettext(error['message']) % error['message_params']}"
                f" {gettext(error['mend']) % error['mend_params']}" for error in row.errors or ()}  # fmt: skip
    fields = [
        {"name": field, "label": heading, "value": row.cells.get(field, ""), "error": told.get(heading)}
        for field, heading in editable_fields(upload)
    ]
    return {"row": row_number, "fields": fields}


def _reading(side: Side, upload: UploadFacts, errors: Mapping[str, str]) -> Any:
    return reading_view(upload, errors, own=side.supplier == upload.uploaded_by_supplier)


async def _removed(session: Any, upload: UploadFacts) -> list[str]:
    """The first of the articles that would leave, by number and name."""
    rows = await difference_page(session, upload, "removed", "", MOST_NAMED)
    return [f"{row.item_no} {row.name}" for row in rows]


def _first_tab(upload: UploadFacts) -> str:
    """The first tab that holds anything."""
    return next(
        (name for name in ("changed", "new", "removed") if getattr(upload, f"rows_{name}")), "unchanged"
    )


def _said(message: Any) -> str:
    return gettext(message.msgid) % message.params if message.params else gettext(message.msgid)


def _download(data: bytes, name: str, media_type: str) -> Response[bytes]:
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
    headers = {"content-disposition": f'attachment; filename="{safe}"'}
    return Response(data, media_type=media_type or MediaType.TEXT, headers=headers)
