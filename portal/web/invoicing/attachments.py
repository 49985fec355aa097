"""/invoicing/invoices/{id}/attachments: what the seller attached, for whoever sees the invoice."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from portal.web.invoicing.invoices import SEES
from portal.web.invoicing.original import seen_invoice
from portal.web.pages import Req
from portal.web.paper.serving import saved_attachment, shown_attachment


class InvoiceAttachmentsController(Controller):
    """GET an attachment; NotFound as for the invoice itself."""

    path = "/invoicing/invoices/{invoice_id:uuid}/attachments/{position:int}"
    opt = {"permission": SEES}  # noqa: RUF012

    @get()
    async def save(
        self, request: Req, invoice_id: FromPath[UUID], position: FromPath[int]
    ) -> Response[bytes]:
        """Whatever it is, to be saved."""
        return await saved_attachment(request, (await seen_invoice(request, invoice_id)).sha256, position)

    @get("/shown")
    async def show(
        self, request: Req, invoice_id: FromPath[UUID], position: FromPath[int]
    ) -> Response[bytes]:
        """A picture or PDF, in a frame of its own."""
        return await shown_attachment(request, (await seen_invoice(request, invoice_id)).sha256, position)
