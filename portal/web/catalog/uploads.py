"""Kataloger for a leverantörsadministratör: what suppliers have sent, own uploads, publish or refuse (B41)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from portal.access import permissions as p
from portal.web.catalog.file_pages import refuse_article
from portal.web.catalog.upload_pages import Side, decide
from portal.web.catalog.upload_routes import Form, UploadRoutes
from portal.web.pages import Req


class UploadController(UploadRoutes):
    """Uploads of the concern's catalogues."""

    side = Side("/catalog/uploads", "catalog/uploads", False)
    path = side.base
    opt = {"permission": p.SUPPLIER_ADMIN}  # noqa: RUF012

    @post("/{upload_id:uuid}/publication")
    async def publish(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Make it the catalogue."""
        return await decide(request, self.side, upload_id, "publication", data)

    @post("/{upload_id:uuid}/refusal")
    async def refuse(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send it back with a reason."""
        return await decide(request, self.side, upload_id, "refusal", data)

    @post("/{upload_id:uuid}/articles/{row_number:int}/refusal")
    async def refuse_row(
        self, request: Req, upload_id: FromPath[UUID], row_number: FromPath[int], data: Form
    ) -> Response[Any]:
        """Take one row out of what was sent, with a reason."""
        return await refuse_article(request, self.side, upload_id, row_number, data)
