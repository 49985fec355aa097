"""Files of a line that is ordered: purpose and participants as a programme or a list (A6.20)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.coding.actions import Owner, remove_file
from portal.coding.queries import files_of, the_file
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import NotFound
from portal.orders.queries.order_scope import deciding_for, standing_in
from portal.orders.queries.requisitions import EDITABLE, load_editable, load_requested, visible
from portal.orders.values import Requested, RequestedLine
from portal.web import kept_files
from portal.web.i18n import gettext
from portal.web.orders.requisitions import READS
from portal.web.pages import Html, Req, page, see_other

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
BUYS = {"permission": p.ORDER_AND_INVOICE}


class LineFilesController(Controller):
    """The files of one line: read by whoever sees the requisition, changed by its buyer until it is sent."""

    path = "/orders/requisitions/{requisition_id:uuid}/lines/{line_id:uuid}/files"

    @get(opt={"permission": READS})
    async def index(self, request: Req, requisition_id: FromPath[UUID], line_id: FromPath[UUID]) -> Html:
        """The list, and the form that adds one."""
        return await _page(request, requisition_id, line_id, {})

    @post(opt=BUYS)
    async def add(
        self, request: Req, requisition_id: FromPath[UUID], line_id: FromPath[UUID], data: Upload
    ) -> Response[Any]:
        """Add a file."""
        requested = await _editable(request, requisition_id)
        owner = _owner(requested, _line(requested, line_id))
        if errors := await kept_files.take_in(request, owner, data):
            return await _page(request, requisition_id, line_id, errors)
        return see_other(request, _base(requisition_id, line_id), flash=("ok", gettext("Filen är bifogad.")))

    @get("/{file_id:uuid}", opt={"permission": READS})
    async def show(
        self, request: Req, requisition_id: FromPath[UUID], line_id: FromPath[UUID], file_id: FromPath[UUID]
    ) -> Response[bytes]:
        """The file, to be saved."""
        requested = await _seen(request, requisition_id)
        line = _line(requested, line_id)
        session = request.scope["state"]["session"]
        files = await files_of(session, requested.concern_id, line_id=line.id)
        return await kept_files.give_back(request, the_file(files, file_id))

    @post("/{file_id:uuid}/removal", opt=BUYS)
    async def remove(
        self, request: Req, requisition_id: FromPath[UUID], line_id: FromPath[UUID], file_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take a file away."""
        scope = request.scope["state"]
        requested = await _editable(request, requisition_id)
        line = _line(requested, line_id)
        files = await files_of(scope["session"], requested.concern_id, line_id=line.id)
        owner, file = _owner(requested, line), the_file(files, file_id)
        await remove_file(scope["session"], scope["actor"], owner, file, scope["now"])
        return see_other(
            request, _base(requisition_id, line_id), flash=("ok", gettext("Filen är borttagen."))
        )


def _base(requisition_id: UUID, line_id: UUID) -> str:
    return f"/orders/requisitions/{requisition_id}/lines/{line_id}/files"


async def _editable(request: Req, requisition_id: UUID) -> Requested:
    scope = request.scope["state"]
    return await load_editable(scope["session"], scope["actor"], requisition_id)


async def _seen(request: Req, requisition_id: UUID) -> Requested:
    scope = request.scope["state"]
    session, actor, day = scope["session"], scope["actor"], stockholm_date(scope["now"])
    users = await standing_in(session, actor, day)
    deciders = await deciding_for(session, actor, day)
    return await load_requested(session, actor, requisition_id, visible(actor, users, deciders))


def _line(requested: Requested, line_id: UUID) -> RequestedLine:
    for line in requested.lines:
        if line.id == line_id:
            return line
    raise NotFound("Raden finns inte.")


def _owner(requested: Requested, line: RequestedLine) -> Owner:
    return Owner(
        requested.concern_id,
        requested.organisation_id,
        "requisition",
        requested.id,
        requisition_line_id=line.id,
    )


async def _page(request: Req, requisition_id: UUID, line_id: UUID, errors: dict[str, str]) -> Html:
    scope = request.scope["state"]
    requested = await _seen(request, requisition_id)
    line = _line(requested, line_id)
    files = await files_of(scope["session"], requested.concern_id, line_id=line.id)
    may = requested.user_id == scope["actor"].user_id and requested.status in EDITABLE
    back = f"/orders/requisitions/{requested.id}" + ("/draft" if may else "")
    return await page(
        request, "orders/line_files/index.html", status=422 if errors else 200, line=line, back=back,
        **kept_files.page_values(files, _base(requisition_id, line_id), errors, may=may),
    )  # fmt: skip
