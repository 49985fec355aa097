"""Answers to a file's questions, a row hopped over, one article with all its fields, and the codes to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response

from portal.catalog.actions.answering import hop_over, read_again, refuse_row
from portal.catalog.queries.compared import Compared, compared_article
from portal.catalog.queries.uploads import find_upload
from portal.catalog.rules.columns import HEADINGS
from portal.catalog.rules.units import unit_name
from portal.catalog.status import SUBMITTED
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.money import format_number_sv, format_sv
from portal.web.catalog.reading_view import said
from portal.web.catalog.upload_pages import Side, show_page
from portal.web.i18n import gettext, localised
from portal.web.pages import Html, Req, page, see_other


async def answer_file(request: Req, side: Side, upload_id: UUID, form: Mapping[str, str]) -> Response[Any]:
    """Keep the answers and read the file again."""
    scope = request.scope["state"]
    try:
        await read_again(scope["session"], upload_id, scope["actor"], said(form), now=scope["now"])
    except Invalid as refused:
        return await show_page(request, side, upload_id, refused=refused)
    except Conflict as moved:
        return _back(request, side, upload_id, "warn", gettext(moved.message) % moved.params)
    return _back(request, side, upload_id, "ok", gettext("Filen läses om."))


async def hop_over_row(request: Req, side: Side, upload_id: UUID, row_number: int) -> Response[Any]:
    """Leave the row out."""
    scope = request.scope["state"]
    try:
        await hop_over(scope["session"], upload_id, row_number, scope["actor"], now=scope["now"])
    except Conflict as moved:
        return _back(request, side, upload_id, "warn", gettext(moved.message) % moved.params)
    text = gettext("Rad %(row)s hoppas över.") % {"row": row_number}
    return _back(request, side, upload_id, "ok", text)


async def article_page(
    request: Req, side: Side, upload_id: UUID, row_number: int, *, refused: Invalid | None = None
) -> Html:
    """One article with every field, as it is and as the file has it."""
    scope = request.scope["state"]
    upload = await find_upload(scope["session"], upload_id, scope["actor"])
    found = await compared_article(scope["session"], upload, row_number)
    address = localised(f"{side.base}/{upload.id}")
    return await page(
        request, "catalog/uploads/article.html", status=refused.status if refused else 200, upload=upload,
        base=localised(side.base), address=address, row=row_number, item_no=found.item_no, fields=_fields(found),
        can_refuse=not side.supplier and upload.status == SUBMITTED and found.change is not None,
        errors=refused.fields if refused else {},
    )  # fmt: skip


async def refuse_article(
    request: Req, side: Side, upload_id: UUID, row_number: int, form: Mapping[str, str]
) -> Response[Any]:
    """Take the row out of what was sent."""
    scope = request.scope["state"]
    reason = form.get("reason", "")
    try:
        await refuse_row(
            scope["session"], upload_id, row_number, scope["actor"], reason=reason, now=scope["now"]
        )
    except Invalid as refused:
        return await article_page(request, side, upload_id, row_number, refused=refused)
    except Conflict as moved:
        return _back(request, side, upload_id, "warn", gettext(moved.message) % moved.params)
    text = gettext("Rad %(row)s tas inte med. Leverantören ser skälet.") % {"row": row_number}
    return _back(request, side, upload_id, "ok", text)


def _back(request: Req, side: Side, upload_id: UUID, tone: str, text: str) -> Response[Any]:
    return see_other(request, f"{side.base}/{upload_id}", flash=(tone, text))


def _fields(found: Compared) -> list[tuple[str, str, str, bool]]:
    """(name, now, in the file, whether they differ), in the template's order."""
    rows = []
    for field, headings in HEADINGS.items():
        if field in found.new:
            old, new = (_shown(field, values.get(field)) for values in (found.old, found.new))
            rows.append((gettext(headings[0]), old, new, old != new))
    return rows


def _shown(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "price":
        return format_sv(value) if value == round(value, 2) else format_number_sv(value)
    if field in {"vat_rate", "min_quantity"}:
        return format_number_sv(value)
    return gettext(unit_name(value)) if field == "unit" else str(value)
