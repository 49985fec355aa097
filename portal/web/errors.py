"""What goes wrong, in plain Swedish with a code: the person reads it, support finds the trace by the code."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from portal.kernel.errors import PortalError
from portal.web.i18n import current_locale, gettext
from portal.web.pages import Html, Req, bare_page, see_other

log = structlog.get_logger()
SHOWN = frozenset({403, 404, 409})
# Letters that cannot be mistaken for one another when read aloud.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """A short code to give to support, such as F-7K2Q."""
    return "F-" + "".join(secrets.choice(ALPHABET) for _ in range(4))


def not_signed_in(request: Req, error: NotAuthorizedException) -> Response[Any]:
    """Send to sign-in and back again; htmx is told to load the whole page."""
    if request.headers.get("hx-request") == "true":
        return Response(None, status_code=401, headers={"hx-redirect": "/sign-in"})
    target = "/sign-in"
    path = request.scope["path"]
    if request.method == "GET" and path != "/":
        target += f"?next={path}"
    return see_other(request, target)


def portal_error(request: Req, error: PortalError) -> Html:
    """An expected error: its own message, on the page of its status."""
    message = gettext(error.message) % error.params if error.params else gettext(error.message)
    return _error_page(request, error.status, message)


def http_error(request: Req, error: HTTPException) -> Html:
    """An error of the web framework."""
    detail = error.detail if error.status_code == 403 and error.detail != "Forbidden" else ""  # noqa: PLR2004
    return _error_page(request, error.status_code, gettext(detail))


def unexpected(request: Req, error: Exception) -> Html:
    """Anything else: logged with its trace under the code that is shown."""
    code = new_code()
    log.error("unexpected_error", code=code, path=request.scope["path"], exc_info=error)
    return _error_page(request, HTTP_500_INTERNAL_SERVER_ERROR, "", code=code)


def _error_page(request: Req, status: int, message: str, *, code: str | None = None) -> Html:
    template = f"errors/{status if status in SHOWN else 404 if status < 500 else 500}.html"  # noqa: PLR2004
    return bare_page(
        request, template, status=status, code=code or new_code(), message=message, lang=current_locale()
    )


HANDLERS: dict[Any, Any] = {
    NotAuthorizedException: not_signed_in,
    PortalError: portal_error,
    HTTPException: http_error,
    Exception: unexpected,
}
