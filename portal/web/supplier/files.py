"""Upload of Peppol invoices, and what became of each file sent in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile

from portal.access import permissions as p
from portal.audit.log import Event, record
from portal.formats.findings import Unreadable
from portal.formats.peppol.reader import read_invoice
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import NotFound
from portal.kernel.identifiers import read_uuids
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, page, partials, see_other
from portal.web.supplier.present import file_view
from portal.web.supplier.queries.company import Company, find_company
from portal.web.supplier.queries.invoices import recent_files, sent_files
from portal.web.supplier.sending import send
from portal.web.supplier.sending_anew import corrected_by

MOST_FILES = 20
MOST_LISTED = 100
MOST_BYTES = 120_000_000
NONE_CHOSEN = "Välj minst en fil."
TOO_MANY = "Välj högst %(most)s filer i taget."
NOT_YOURS = "Fakturan är utställd av %(name)s. Här skickar ni bara in era egna fakturor."


class UploadsController(Controller):
    """GET the form, POST one or several files."""

    path = "/supplier/invoices/new"
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """The form."""
        return await _form(request)

    @post(request_max_body_size=MOST_BYTES)
    async def create(self, request: Req) -> Response[Any]:
        """Receive each file; what is not the supplier's own is kept as evidence and goes no further."""
        given = [one for one in (await request.form()).getall("files", []) if isinstance(one, UploadFile)]
        files = [one for one in given if one.filename]
        if not files or len(files) > MOST_FILES:
            message = gettext(TOO_MANY) % {"most": MOST_FILES} if files else gettext(NONE_CHOSEN)
            return await _form(request, {"files": message}, status=422)
        company = await find_company(request.scope["state"]["session"], request.scope["state"]["actor"])
        ids, foreign = [], []
        for file in files:
            data = await file.read()
            name = await asyncio.to_thread(_foreign_seller, data, company)
            if name is None:
                ids.append(await send(request, data, channel="upload", filename=file.filename[:200]))
            else:
                await _keep(request, data, file.filename)
                foreign.append((file.filename, gettext(NOT_YOURS) % {"name": name}))
        if foreign:
            return await _refused(request, ids, foreign)
        return see_other(request, "/supplier/files?" + "&".join(f"id={one}" for one in ids))


class FilesController(Controller):
    """GET what became of files sent in; the page asks again while some are being handled."""

    path = "/supplier/files"
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """The files named by `id`, the whole page; without any, the latest files, or the refused among them."""
        if not request.query_params.getall("id", []):
            return await _latest(request)
        views, poll = await _views(request, read_uuids(request.query_params.getall("id", [])))
        if not views:
            raise NotFound("Filerna finns inte.")
        return await page(request, "supplier/deliveries/show.html", files=views, poll=poll)

    @get("/progress", opt={"permission": p.SUPPLIER, "passive": True})
    async def progress(self, request: Req) -> Html:
        """The same as a partial, for the page to ask for."""
        views, poll = await _views(request, read_uuids(request.query_params.getall("id", [])))
        return partials(request, "supplier/deliveries/_files.html", files=views, poll=poll)


async def _latest(request: Req) -> Html:
    state = request.scope["state"]
    refused = request.query_params.get("tab") == "refused"
    ids = await recent_files(state["session"], state["actor"], refused=refused, most=MOST_LISTED)
    files = [file_view(file) for file in await sent_files(state["session"], state["actor"], ids)]
    return await page(request, "supplier/deliveries/index.html", files=files[::-1], refused=refused)


async def _views(request: Req, ids: Sequence[UUID]) -> tuple[list[Any], str | None]:
    state = request.scope["state"]
    files = [file_view(file) for file in await sent_files(state["session"], state["actor"], ids[:MOST_FILES])]
    waiting = any(file.waiting for file in files)
    address = localised("/supplier/files/progress") + "?" + "&".join(f"id={file.id}" for file in files)
    return files, address if waiting else None


def _foreign_seller(data: bytes, company: Company) -> str | None:
    """Whose invoice it is when it is somebody else's; what cannot be read is the intake's to judge."""
    try:
        seller = read_invoice(data).seller
    except Unreadable:
        return None
    own = {company.org_number, company.vat_number}
    if (
        company.endpoint
        and seller.endpoint
        and f"{seller.endpoint.scheme}:{seller.endpoint.value}" == company.endpoint
    ):
        return None
    stated = [seller.legal_id.value if seller.legal_id else None, seller.vat_number]
    written = [value.replace("-", "").replace(" ", "") for value in stated if value]
    if not written or own & set(written):
        return None
    return seller.name or seller.legal_name or written[0]


async def _keep(request: Req, data: bytes, filename: str) -> None:
    state = request.scope["state"]
    digest = await request.app.state.services.store.put(data)
    actor = state["actor"]
    await record(state["session"], [Event(
        "delivery:upload:refuse", "supplier", actor.supplier_id, state["now"], actor=actor.login,
        actor_id=actor.user_id, supplier_id=actor.supplier_id, why="Utställd av någon annan",
        data={"sha256": digest, "filename": filename[:200]},
    )])  # fmt: skip


async def _refused(request: Req, ids: list[UUID], foreign: list[tuple[str, str]]) -> Html:
    """The refusals are told at once, beside what was received; they are kept, so this is no error answer."""
    views, poll = await _views(request, ids)
    return await page(request, "supplier/deliveries/show.html", files=views, poll=poll, foreign=foreign)


async def _form(request: Req, errors: dict[str, str] | None = None, *, status: int = 200) -> Html:
    state = request.scope["state"]
    today = stockholm_date(state["now"])
    stopped = await corrected_by(
        state["session"], state["actor"], request.query_params.get("corrects"), today
    )
    most = request.app.state.services.settings.max_document_bytes // 1_000_000
    return await page(
        request,
        "supplier/deliveries/new.html",
        status=status,
        errors=errors or {},
        stopped=stopped,
        most_mb=most,
        most_files=MOST_FILES,
    )
