"""Kataloger for a supplier: upload, mend, look at the difference, send for approval."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from portal.access import permissions as p
from portal.web.catalog.upload_pages import Side, decide
from portal.web.catalog.upload_routes import Form, UploadRoutes
from portal.web.pages import Req


class SupplierCatalogueController(UploadRoutes):
    """The supplier's own catalogues."""

    side = Side("/supplier/catalogues", "supplier/catalogues", True)
    path = side.base
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @post("/{upload_id:uuid}/submission")
    async def submit(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send it to the customer for approval."""
        return await decide(request, self.side, upload_id, "submission", data)
