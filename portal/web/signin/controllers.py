"""Sign-in, sign-out, and in the demo only a chooser of its users."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.params import Body

from portal.access import permissions as p
from portal.access.devices import SECONDS, known_device, remember
from portal.access.sign_in import email_key, open_session, sign_in, sign_out, sign_out_everywhere
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.web.came_from import client_address
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.services import Services
from portal.web.signin.present import demo_users
from portal.web.unit_of_work import cookie, cookie_name

# A form of two fields: nobody signed in may make us read more.
LARGEST_FORM = 20_000
FORBIDDEN_IN_NEXT = re.compile(r"[\x00-\x20\x7f-\xa0\\]")

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class SignInController(Controller):
    """GET the form, POST the attempt."""

    path = "/sign-in"

    @get(opt={"permission": p.PUBLIC})
    async def show(self, request: Req, state: State) -> Response[Any]:
        """The form; whoever is signed in already goes on."""
        if request.scope["state"]["actor"] is not None:
            return see_other(request, "/")
        return await _form(request, state.services, next_path=own_path(request.query_params.get("next")))

    @post(opt={"permission": p.PUBLIC}, request_max_body_size=LARGEST_FORM)
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Sign in and go where the person was going."""
        services: Services = state.services
        next_path = own_path(data.get("next"))
        email = data.get("email", "")
        browser, key = _device_cookie(request, services), services.settings.secret_key
        scope = request.scope["state"]
        await scope["session"].commit()  # gives its connection back: the password check is slow on purpose
        try:
            token = await sign_in(
                services.database, email, data.get("password", ""), scope["now"],
                agent=request.headers.get("user-agent"),
                came_from=client_address(request),
                device=known_device(browser, email_key(email), key),
            )  # fmt: skip
        except (Invalid, Forbidden) as refused:
            return await _form(
                request, services, status=refused.status, error=gettext(refused.message), email=email,
                next_path=next_path,
            )  # fmt: skip
        response = await _signed_in(request, services, token, next_path)
        response.cookies.append(_known_here(remember(browser, email_key(email), key), services))
        return response


class DemoSignInController(Controller):
    """Choose a user of the demo city: exists in the demo only."""

    path = "/sign-in/demo"

    @post(opt={"permission": p.PUBLIC}, request_max_body_size=LARGEST_FORM)
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Sign in as the chosen demo user."""
        services: Services = state.services
        if services.settings.mode != "demo":
            raise NotFound("Sidan finns inte.")
        await request.scope["state"]["session"].commit()
        found = await demo_users(services, login=data.get("login") or "-")
        if not found:
            raise NotFound("Användaren finns inte.")
        token = await open_session(services.database, found[0].id, request.scope["state"]["now"])
        return await _signed_in(request, services, token, "/")


class SignOutController(Controller):
    """End this session, or all of the user's."""

    path = "/sign-out"

    @post(opt={"permission": p.ANYONE_SIGNED_IN})
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Sign out here, or everywhere when asked."""
        scope = request.scope["state"]
        if data.get("everywhere"):
            await sign_out_everywhere(scope["session"], scope["actor"], scope["now"])
        else:
            await sign_out(scope["session"], scope["signed_in"].token_hash, scope["actor"], scope["now"])
        response = see_other(request, "/sign-in", flash=("ok", gettext("Du är utloggad.")))
        https = state.services.settings.base_url.startswith("https://")
        response.headers["set-cookie"] = cookie("session", "", https=https, seconds=0)
        return response


async def _signed_in(request: Req, services: Services, token: str, next_path: str) -> Response[Any]:
    """On with the new session; the one this browser had before, whoever's it was, ends."""
    scope = request.scope["state"]
    if scope["signed_in"] is not None:
        await sign_out(scope["session"], scope["signed_in"].token_hash, scope["actor"], scope["now"])
    response = see_other(request, next_path)
    https = services.settings.base_url.startswith("https://")
    response.headers["set-cookie"] = cookie("session", token, https=https)
    return response


def _device_cookie(request: Req, services: Services) -> str | None:
    https = services.settings.base_url.startswith("https://")
    return request.cookies.get(cookie_name("device", https=https))


def _known_here(value: str, services: Services) -> Cookie:
    """Next time, this browser is known to the person who signed in."""
    https = services.settings.base_url.startswith("https://")
    name = cookie_name("device", https=https)
    return Cookie(name, value=value, max_age=SECONDS, httponly=True, samesite="lax", secure=https)


def own_path(given: str | None) -> str:
    """A path of the portal to go on to: anything that could lead elsewhere becomes the start page.

    Browsers skip tabs and line breaks in an address and read a backslash as a slash, so none of these may stand there.
    """
    path = quote(given or "/", safe="/?&=%+-._~:,;@!*'()")
    if FORBIDDEN_IN_NEXT.search(given or "") or not path.startswith("/") or path.startswith("//"):
        return "/"
    return path


async def _form(
    request: Req,
    services: Services,
    *,
    status: int = 200,
    error: str | None = None,
    email: str = "",
    next_path: str = "/",
) -> Html:
    users = await demo_users(services) if services.settings.mode == "demo" else ()
    return await page(
        request,
        "signin/show.html",
        status=status,
        error=error,
        email=email,
        next_path=next_path,
        demo_users=users,
    )
