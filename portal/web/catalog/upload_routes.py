"""The addresses of catalogue uploads: the same for a supplier and a leverantörsadministratör."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.web.catalog.code_pages import codes_page
from portal.web.catalog.file_pages import answer_file, article_page, hop_over_row
from portal.web.catalog.upload_pages import (
    MOST_BYTES,
    Side,
    decide,
    errors_file,
    index_page,
    mend_row,
    row_page,
    show_page,
    template_file,
    upload_file,
)
from portal.web.pages import Html, Req

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


class UploadRoutes(Controller):
    """What both sides do with an upload until it is decided. A subclass says whose pages, and who may."""

    side: ClassVar[Side]

    @get()
    async def index(self, request: Req) -> Html:
        """The list, and the form that uploads."""
        return await index_page(request, self.side)

    @get("/template")
    async def template(self) -> Response[bytes]:
        """The template to fill in."""
        return template_file()

    @post(request_max_body_size=MOST_BYTES)
    async def create(self, request: Req, state: State, data: Upload) -> Response[Any]:
        """Take in a file."""
        return await upload_file(request, self.side, state.services, data)

    @get("/{upload_id:uuid}")
    async def show(self, request: Req, upload_id: FromPath[UUID]) -> Html:
        """One upload."""
        return await show_page(request, self.side, upload_id)

    @get("/{upload_id:uuid}/errors")
    async def errors(self, request: Req, state: State, upload_id: FromPath[UUID]) -> Response[bytes]:
        """The file with what is wrong beside each row."""
        return await errors_file(request, state.services, upload_id)

    @get("/{upload_id:uuid}/rows/{row_number:int}")
    async def row(self, request: Req, upload_id: FromPath[UUID], row_number: FromPath[int]) -> Html:
        """One wrong row as a form."""
        return await row_page(request, self.side, upload_id, row_number)

    @post("/{upload_id:uuid}/rows/{row_number:int}")
    async def mend(
        self, request: Req, upload_id: FromPath[UUID], row_number: FromPath[int], data: Form
    ) -> Response[Any]:
        """Judge one row again."""
        return await mend_row(request, self.side, upload_id, row_number, data)

    @post("/{upload_id:uuid}/rows/{row_number:int}/omission")
    async def omit(
        self, request: Req, upload_id: FromPath[UUID], row_number: FromPath[int], data: Form
    ) -> Response[Any]:
        """Hop over a row that is no article."""
        return await hop_over_row(request, self.side, upload_id, row_number)

    @post("/{upload_id:uuid}/answers")
    async def answer(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Say what only the supplier knows of the file, and read it again."""
        return await answer_file(request, self.side, upload_id, data)

    @get("/{upload_id:uuid}/articles/{row_number:int}")
    async def article(self, request: Req, upload_id: FromPath[UUID], row_number: FromPath[int]) -> Html:
        """One article with every field."""
        return await article_page(request, self.side, upload_id, row_number)

    @get("/unspsc")
    async def codes(self, request: Req) -> Html:
        """UNSPSC codes to choose from."""
        return await codes_page(request, self.side)

    @post("/{upload_id:uuid}/stop")
    async def stop(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Stop the validation that runs."""
        return await decide(request, self.side, upload_id, "stop", data)

    @post("/{upload_id:uuid}/disposal")
    async def discard(self, request: Req, upload_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Throw away what was never sent."""
        return await decide(request, self.side, upload_id, "disposal", data)
