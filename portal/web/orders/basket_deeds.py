"""What the buttons of the basket's form do once the form is kept, each verb a few lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response

from portal.kernel.errors import Invalid, NotFound
from portal.kernel.identifiers import read_uuid
from portal.kernel.money import format_number_sv
from portal.orders.actions import basket_coding, basket_lines, basket_saving
from portal.orders.actions.sending import FAULTS, send
from portal.orders.queries.requisitions import load_editable
from portal.orders.rules.shown import digest
from portal.orders.values import Requested
from portal.web.i18n import gettext
from portal.web.orders.basket_page import BASKET, basket_again, basket_parts, path_of
from portal.web.orders.forms import basket_form
from portal.web.orders.texts import filled
from portal.web.pages import Req, is_htmx, see_other

NO_LINE = "Raden finns inte."
Deed = Callable[[Req, Requested, Mapping[str, str], list[str]], Awaitable[Response[Any]]]


def _id(rest: list[str], place: int = 0) -> UUID:
    """The id a button names; NotFound for a button of no page of ours."""
    found = read_uuid(rest[place]) if place < len(rest) else None
    if found is None:
        raise NotFound(NO_LINE)
    return found


async def _keep(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    if is_htmx(request):
        return await basket_parts(request, kept, data)
    return see_other(request, path_of(kept), flash=("ok", gettext("Sparat.")))


async def _send(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    try:
        number = await send(scope["session"], scope["actor"], kept.id, shown=digest(kept), now=scope["now"])
    except Invalid as refused:
        if refused.message == FAULTS or "basket" in refused.fields:
            return await basket_again(request, kept, data, None, None)
        return await basket_again(request, kept, data, refused, None)
    text = filled("%(number)s är skickad för attest.", {"number": number})
    return _elsewhere(request, f"/orders/requisitions/{kept.id}", text)


async def _later(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    return _elsewhere(request, "/", gettext("Varukorgen är sparad. Du hittar den under Påbörjat."))


async def _remove(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    line = await basket_lines.remove_line(scope["session"], scope["actor"], _id(rest), scope["now"])
    return await _changed(request, kept, removed={
        "name": line.name, "article_id": line.article_id, "quantity": format_number_sv(line.quantity),
    })  # fmt: skip


async def _split(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    await basket_coding.split_coding(scope["session"], scope["actor"], _id(rest), scope["now"])
    return await _changed(request, kept)


async def _unsplit(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    line, coding = _id(rest), _id(rest, 1)
    await basket_coding.remove_coding(scope["session"], scope["actor"], line, coding, scope["now"])
    return await _changed(request, kept)


async def _copy(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    """All codes but konto; `account` after the line asks for konto too."""
    scope = request.scope["state"]
    await basket_coding.copy_coding(
        scope["session"], scope["actor"], _id(rest), scope["now"], account=rest[1:] == ["account"]
    )
    return await _changed(request, kept)


async def _uncopy(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    await basket_coding.undo_copy(scope["session"], scope["actor"], kept.id, scope["now"])
    return await _changed(request, kept)


async def _accept(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    """What the article is today, on one line or on all."""
    scope = request.scope["state"]
    line = _id(rest) if rest else None
    await basket_lines.accept_changes(scope["session"], scope["actor"], kept.id, scope["now"], line_id=line)
    return await _changed(request, kept)


async def _set(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    """One of the mending buttons: one code of one coding row."""
    scope = request.scope["state"]
    if len(rest) != 3:  # noqa: PLR2004 - a dimension, its row and the code
        raise NotFound(NO_LINE)
    dimension, coding, code = rest
    form = basket_form({**data, f"{dimension}-{coding}": code}, kept, scope["actor"])
    await basket_saving.save(
        scope["session"], scope["actor"], kept.id, form.changes, shown=digest(kept), now=scope["now"]
    )
    return await _changed(request, kept)


DEEDS: Mapping[str, Deed] = {
    "send": _send,
    "later": _later,
    "remove": _remove,
    "split": _split,
    "unsplit": _unsplit,
    "copy": _copy,
    "uncopy": _uncopy,
    "accept": _accept,
    "set": _set,
}


async def do_deed(request: Req, kept: Requested, data: Mapping[str, str]) -> Response[Any]:
    """What the pressed button asks for; a verb nobody knows does no more than keep the form."""
    verb, *rest = data.get("do", "save").split(":")
    return await DEEDS.get(verb, _keep)(request, kept, data, rest)


async def _changed(
    request: Req, kept: Requested, *, removed: Mapping[str, Any] | None = None
) -> Response[Any]:
    scope = request.scope["state"]
    now = await load_editable(scope["session"], scope["actor"], kept.id)
    if not now.lines:
        text = filled("%(name)s är borttagen ur varukorgen.", removed or {"name": ""})
        return _elsewhere(request, BASKET, text)
    if is_htmx(request):
        return await basket_parts(request, now, {}, removed=removed)
    flash = None
    if removed:
        flash = ("ok", filled("%(name)s är borttagen ur varukorgen.", removed))
    return see_other(request, path_of(now), flash=flash)


def _elsewhere(request: Req, path: str, text: str) -> Response[Any]:
    """Go to another page, whether a form or htmx asked."""
    answer: Response[Any] = see_other(request, path, flash=("ok", text))
    if not is_htmx(request):
        return answer
    headers = {"hx-redirect": answer.headers["location"]}
    return Response(None, status_code=200, headers=headers, cookies=answer.cookies)
