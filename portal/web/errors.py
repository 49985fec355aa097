"""What goes wrong, in plain Swedish with a code: the person reads it, support finds the log line by the code."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.status_codes import HTTP_405_METHOD_NOT_ALLOWED, HTTP_500_INTERNAL_SERVER_ERROR

from portal.kernel.errors import PortalError
from portal.web.i18n import current_locale, gettext, localised
from portal.web.page_above import page_above
from portal.web.pages import Html, Req, bare_page, is_htmx, see_other

log = structlog.get_logger("portal.web")
# Status → the page that tells it; any other is told as one of the last two.
PAGES = {403: "403", 404: "404", 405: "404", 409: "409", 413: "413", 422: "422", 429: "429"}
SIGN_IN = "/sign-in"
# Letters that cannot be mistaken for one another when read aloud.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """A short code to give to support, such as F-7K2QM."""
    return "F-" + "".join(secrets.choice(ALPHABET) for _ in range(5))


def not_signed_in(request: Req, error: NotAuthorizedException) -> Response[Any]:
    """Send to sign-in and back again; htmx is told to load the whole page."""
    if is_htmx(request):
        return Response(
            None, media_type=MediaType.TEXT, status_code=401, headers={"hx-redirect": localised(SIGN_IN)}
        )
    target, path = SIGN_IN, request.scope["path"]
    if request.method == "GET" and path != "/":
        query = request.scope["query_string"].decode("ascii", "replace")
        target += "?next=" + quote(path + (f"?{query}" if query else ""))
    return see_other(request, target)


def portal_error(request: Req, error: PortalError) -> Html:
    """An expected error: its own message, on the page of its status."""
    params = {name: gettext(one) if isinstance(one, str) else one for name, one in error.params.items()}
    message = gettext(error.message) % params if params else gettext(error.message)
    return _told(request, error.status, message, error.code)


def http_error(request: Req, error: HTTPException) -> Response[Any]:
    """An error of the web framework: its own words are shown only where they are ours.

    Who opens an address that only takes forms, such as that of a form's answer, is led to the page above it.
    """
    if error.status_code == HTTP_405_METHOD_NOT_ALLOWED and request.method == "GET":
        return see_other(request, page_above(request.app, request.scope["path"]))
    if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        return unexpected(request, error)
    ours = gettext(error.detail) if error.detail.endswith(".") and error.status_code in {400, 403} else ""
    return _told(request, error.status_code, ours, type(error).__name__)


def unexpected(request: Req, error: Exception) -> Html:
    """Anything else: logged with its trace under the code that is shown."""
    code = new_code()
    log.error(
        "unexpected_error", code=code, method=request.method, path=request.scope["path"], exc_info=error
    )
    return _error_page(request, HTTP_500_INTERNAL_SERVER_ERROR, "", code)


def _told(request: Req, status: int, message: str, kind: str) -> Html:
    code = new_code()
    log.info(
        "refused", code=code, status=status, kind=kind, method=request.method, path=request.scope["path"]
    )
    return _error_page(request, status, message, code)


def _error_page(request: Req, status: int, message: str, code: str) -> Html:
    """The page of a status; htmx gets the message alone, for the place where every page shows failed requests."""
    known = PAGES.get(status, "500" if status >= HTTP_500_INTERNAL_SERVER_ERROR else "400")
    name = "errors/_message.html" if is_htmx(request) else f"errors/{known}.html"
    largest = request.app.state.services.settings.max_document_bytes // 1_000_000
    page = bare_page(
        request, name, status=status, code=code, message=message, lang=current_locale(), megabytes=largest
    )
    if is_htmx(request):
        page.headers.update({"hx-retarget": "#request-error", "hx-reswap": "outerHTML"})
    return page


HANDLERS: dict[Any, Any] = {
    NotAuthorizedException: not_signed_in,
    PortalError: portal_error,
    HTTPException: http_error,
    Exception: unexpected,
}
