"""Sign-in, sign-out, and in the demo only a chooser of its users."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body

from portal.access import permissions as p
from portal.access.sign_in import open_session, sign_in, sign_out, sign_out_everywhere
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.services import Services
from portal.web.signin.present import demo_users
from portal.web.unit_of_work import cookie

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class SignInController(Controller):
    """GET the form, POST the attempt."""

    path = "/sign-in"

    @get(opt={"permission": p.PUBLIC})
    async def show(self, request: Req, state: State) -> Response[Any]:
        """The form; whoever is signed in already goes on."""
        if request.scope["state"]["actor"] is not None:
            return see_other(request, "/")
        return await _form(request, state.services, next_path=_own_path(request.query_params.get("next")))

    @post(opt={"permission": p.PUBLIC})
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Sign in and go where the person was going."""
        services: Services = state.services
        next_path = _own_path(data.get("next"))
        email = data.get("email", "")
        try:
            token = await sign_in(
                services.database, email, data.get("password", ""), request.scope["state"]["now"],
                agent=request.headers.get("user-agent"),
            )  # fmt: skip
        except (Invalid, Forbidden) as refused:
            return await _form(
                request, services, status=refused.status, error=gettext(refused.message), email=email,
                next_path=next_path,
            )  # fmt: skip
        return _signed_in(request, services, token, next_path)


class DemoSignInController(Controller):
    """Choose a user of the demo city: exists in the demo only."""

    path = "/sign-in/demo"

    @post(opt={"permission": p.PUBLIC})
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Sign in as the chosen demo user."""
        services: Services = state.services
        if services.settings.mode != "demo":
            raise NotFound("Sidan finns inte.")
        found = await demo_users(services, login=data.get("login", ""))
        if not found:
            raise NotFound("Användaren finns inte.")
        token = await open_session(services.database, found[0].id, request.scope["state"]["now"])
        return _signed_in(request, services, token, "/")


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


def _signed_in(request: Req, services: Services, token: str, next_path: str) -> Response[Any]:
    response = see_other(request, next_path)
    https = services.settings.base_url.startswith("https://")
    response.headers["set-cookie"] = cookie("session", token, https=https)
    return response


def _own_path(given: str | None) -> str:
    """A path of the portal to go on to: anything that could lead elsewhere becomes the start page."""
    path = given or "/"
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path and "\n" not in path
    return path if safe else "/"


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
        request, "signin/show.html", status=status, error=error, email=email, next_path=next_path, demo_users=users
    )
