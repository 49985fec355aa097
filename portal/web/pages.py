"""Answers: a page with its shell, some of its partials for htmx, or a redirect with a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from portal.web import shell
from portal.web.counts import counts_for
from portal.web.flash import SECONDS, pack
from portal.web.i18n import localised
from portal.web.templating import Templates
from portal.web.unit_of_work import cookie_name

Req = Request[Any, Any, Any]
Html = Response[str]
MENU = ("layouts/_menu.html", "layouts/_menu_sheet.html")


def is_htmx(request: Req) -> bool:
    """Whether htmx asks, for a part of a page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


async def page(request: Req, template: str, *, status: int = 200, **view: Any) -> Html:
    """A whole page: the template with `view` and the shell."""
    counts = await counts_for(request)
    body = _render(request, template, shell=shell.build(request, counts), **view)
    return Response(body, media_type=MediaType.HTML, status_code=status)


def bare_page(request: Req, template: str, *, status: int = 200, **view: Any) -> Html:
    """A page without the shell: it can be shown when nothing is known of the reader."""
    return Response(_render(request, template, **view), media_type=MediaType.HTML, status_code=status)


def partials(
    request: Req, *templates: str, status: int = 200, trigger: str | None = None, **view: Any
) -> Html:
    """Parts of a page, each a partial whose root id is its name. `view` must hold all they use.

    `trigger` is an event htmx raises in the page when the parts are in place.
    """
    body = _parts(request, templates, shell.build(request, {}, whole=False), view)
    headers = {"hx-trigger-after-settle": trigger} if trigger else {}
    return Response(body, media_type=MediaType.HTML, status_code=status, headers=headers)


async def partials_and_menu(request: Req, *templates: str, status: int = 200, **view: Any) -> Html:
    """`partials` after a change of what the menu counts: the menu comes along as it is now."""
    around = shell.build(request, await counts_for(request), whole=False)
    body = _parts(request, (*templates, *MENU), around, view | {"oob": True})
    return Response(body, media_type=MediaType.HTML, status_code=status)


def _parts(request: Req, templates: Sequence[str], around: shell.Shell, view: Mapping[str, Any]) -> str:
    return "".join(_render(request, name, shell=around, **view) for name in templates)


def see_other(request: Req, path: str, *, flash: tuple[str, str] | None = None) -> Response[None]:
    """303 to a path of the portal in the request's language, with a message (tone, text) shown there."""
    cookies = []
    if flash is not None:
        settings = request.app.state.services.settings
        https = settings.base_url.startswith("https://")
        value = pack(settings.secret_key, *flash)
        name = cookie_name("flash", https=https)
        cookies.append(
            Cookie(name, value=value, max_age=SECONDS, httponly=True, samesite="lax", secure=https)
        )
    where = {"location": localised(path)}
    return Response(None, media_type=MediaType.TEXT, status_code=303, headers=where, cookies=cookies)


def _render(request: Req, template: str, **view: Any) -> str:
    templates: Templates = request.app.state.templates
    return templates.render(template, view, csrf_token=request.scope["state"].get("csrf_token") or "")
