"""The bytes as they came: read from the store by hash, shown as text or given as a download, never run."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from portal.formats.findings import Unreadable
from portal.formats.laid_out import laid_out
from portal.invoicing.queries.detail import head_of
from portal.invoicing.queries.scope import rights_of
from portal.kernel.dates import stockholm_date
from portal.web.pages import Req

MOST_SHOWN = 200_000
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
}


async def original_answer(request: Req, invoice_id: UUID) -> Response[bytes]:
    """The original as a download. NotFound when the invoice does not exist for the actor."""
    scope = request.scope["state"]
    session, actor = scope["session"], scope["actor"]
    rights = await rights_of(session, actor, stockholm_date(scope["now"]))
    invoice = (await head_of(session, actor, rights, invoice_id)).invoice
    data = await request.app.state.services.store.get(invoice.sha256.hex())
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{invoice.sha256.hex()[:16]}.xml"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def original_text(request: Req, sha256: bytes) -> str:
    """The original as text for the page, which escapes it; cut where it is very long."""
    data: bytes = await request.app.state.services.store.get(sha256.hex())
    try:
        text = laid_out(data)
    except Unreadable:
        text = data.decode("utf-8", errors="replace")
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n…"
