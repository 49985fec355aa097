"""The bytes as they came: read from the store by hash, given as a download, never run."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import head_of
from portal.invoicing.queries.scope import rights_of
from portal.kernel.dates import stockholm_date
from portal.web.pages import Req

HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
}


async def original_answer(request: Req, invoice_id: UUID) -> Response[bytes]:
    """The original as a download. NotFound when the invoice does not exist for the actor."""
    invoice = await seen_invoice(request, invoice_id)
    data = await request.app.state.services.store.get(invoice.sha256.hex())
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{invoice.sha256.hex()[:16]}.xml"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def seen_invoice(request: Req, invoice_id: UUID) -> Invoice:
    """The invoice as the actor sees it; NotFound otherwise."""
    scope = request.scope["state"]
    session, actor = scope["session"], scope["actor"]
    rights = await rights_of(session, actor, stockholm_date(scope["now"]))
    return (await head_of(session, actor, rights, invoice_id)).invoice
