"""Min dag: what waits for this person, in order of haste; and the person's own account."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy import update

from portal.access import permissions as p
from portal.access.models import User
from portal.kernel.dates import stockholm_date
from portal.web.counts import counts_for
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, partials, see_other
from portal.web.start.present import day_of
from portal.web.start.queries import stand_ins
from portal.web.start.tasks import tasks_for
from portal.web.supplier.start import supplier_start

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class StartController(Controller):
    """The start page of everyone who is signed in."""

    path = "/"

    @get(opt={"permission": p.ANYONE_SIGNED_IN})
    async def show(self, request: Req) -> Html:
        """Tasks with counts; an empty day says so."""
        scope = request.scope["state"]
        if scope["actor"].supplier_id is not None:
            return await supplier_start(request)
        beside = await stand_ins(scope["session"], scope["actor"], stockholm_date(scope["now"]))
        return await page(request, "start/show.html", day=await _day(request), stand_ins=beside)

    @get("/start/tasks", opt={"permission": p.ANYONE_SIGNED_IN, "passive": True})
    async def refresh(self, request: Req) -> Html:
        """The tasks again, for a page that stands open; asked for every minute, which keeps no session alive."""
        counts = await counts_for(request)
        return partials(request, "start/_tasks.html", day=await _day(request), counts=counts)


class AccountController(Controller):
    """Mitt konto: language, shortcuts, sign out here or everywhere."""

    path = "/account"

    @get(opt={"permission": p.ANYONE_SIGNED_IN})
    async def show(self, request: Req) -> Html:
        """The account."""
        scope = request.scope["state"]
        return await page(
            request, "start/account.html", actor=scope["actor"], preferences=scope["signed_in"].preferences
        )

    @post("/preferences", opt={"permission": p.ANYONE_SIGNED_IN})
    async def save(self, request: Req, data: Form) -> Response[Any]:
        """Keep the person's choices."""
        scope = request.scope["state"]
        kept = {
            **scope["signed_in"].preferences,
            **{name: bool(data.get(name)) for name in ("shortcuts", "tables")},
        }
        mine = update(User).where(User.id == scope["actor"].user_id)
        await scope["session"].execute(mine.values(preferences=kept))
        return see_other(request, "/account", flash=("ok", gettext("Sparat.")))


async def _day(request: Req) -> Any:
    scope = request.scope["state"]
    return day_of(await tasks_for(scope["session"], scope["actor"], scope["now"]), scope["now"])
