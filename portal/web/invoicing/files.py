"""Files that a reviewer puts beside an invoice, e.g. who took part (A6.20)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.coding.actions import Owner, remove_file
from portal.coding.queries import files_of, the_file
from portal.invoicing.actions.coding import open_coding
from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import head_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.status import MATCHING_REQUIRED, REVIEW
from portal.kernel.dates import stockholm_date
from portal.web import kept_files
from portal.web.i18n import gettext
from portal.web.invoicing.invoices import SEES
from portal.web.invoicing.reviews import REVIEWS
from portal.web.pages import Html, Req, page, see_other

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


class InvoiceFilesController(Controller):
    """The files of one invoice: read by whoever sees it, changed by whoever may code it."""

    path = "/invoicing/invoices/{invoice_id:uuid}/files"

    @get(opt={"permission": SEES})
    async def index(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The list, and the form that adds one."""
        return await _page(request, await _seen(request, invoice_id), {})

    @post(opt={"permission": REVIEWS})
    async def add(self, request: Req, invoice_id: FromPath[UUID], data: Upload) -> Response[Any]:
        """Add a file."""
        invoice = await _opened(request, invoice_id)
        if errors := await kept_files.take_in(request, _owner(invoice), data):
            return await _page(request, invoice, errors)
        return see_other(request, _base(invoice_id), flash=("ok", gettext("Filen är bifogad.")))

    @get("/{file_id:uuid}", opt={"permission": SEES})
    async def show(
        self, request: Req, invoice_id: FromPath[UUID], file_id: FromPath[UUID]
    ) -> Response[bytes]:
        """The file, to be saved."""
        invoice = await _seen(request, invoice_id)
        files = await files_of(request.scope["state"]["session"], invoice.concern_id, invoice_id=invoice.id)
        return await kept_files.give_back(request, the_file(files, file_id))

    @post("/{file_id:uuid}/removal", opt={"permission": REVIEWS})
    async def remove(
        self, request: Req, invoice_id: FromPath[UUID], file_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take a file away."""
        scope = request.scope["state"]
        invoice = await _opened(request, invoice_id)
        files = await files_of(scope["session"], invoice.concern_id, invoice_id=invoice.id)
        file = the_file(files, file_id)
        await remove_file(scope["session"], scope["actor"], _owner(invoice), file, scope["now"])
        return see_other(request, _base(invoice_id), flash=("ok", gettext("Filen är borttagen.")))


def _base(invoice_id: UUID) -> str:
    return f"/invoicing/invoices/{invoice_id}/files"


async def _seen(request: Req, invoice_id: UUID) -> Invoice:
    scope = request.scope["state"]
    rights = await rights_of(scope["session"], scope["actor"], stockholm_date(scope["now"]))
    return (await head_of(scope["session"], scope["actor"], rights, invoice_id)).invoice


async def _opened(request: Req, invoice_id: UUID) -> Invoice:
    scope = request.scope["state"]
    opened = await open_coding(scope["session"], scope["actor"], invoice_id, seen=None, now=scope["now"])
    return opened.invoice


def _owner(invoice: Invoice) -> Owner:
    assert invoice.organisation_id is not None  # an invoice that is coded has its organisation
    return Owner(
        invoice.concern_id, invoice.organisation_id, "invoice", invoice.id, invoice_id=invoice.id
    )  # fmt: skip


async def _page(request: Req, invoice: Invoice, errors: dict[str, str]) -> Html:
    session = request.scope["state"]["session"]
    files = await files_of(session, invoice.concern_id, invoice_id=invoice.id)
    may = request.scope["state"]["actor"].has(*REVIEWS) and invoice.status in (REVIEW, MATCHING_REQUIRED)
    return await page(
        request, "invoicing/files/index.html", status=422 if errors else 200, number=invoice.number,
        back=f"/invoicing/invoices/{invoice.id}",
        **kept_files.page_values(files, _base(invoice.id), errors, may=may),
    )  # fmt: skip
