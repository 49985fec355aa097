"""Routes that fail on purpose, added to the application by tests of what is told and what is left behind."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import text

from portal.access.permissions import ANYONE_SIGNED_IN, PUBLIC
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.web.pages import Html, Req, see_other

SECRET = "hemligt-i-spåret"
RAISED: dict[str, Exception] = {
    "403": Forbidden("Du kan inte attestera din egen beställning."),
    "404": NotFound("Ordern finns inte."),
    "409": Conflict("%(login)s hann före.", login="chef@gsf"),
    "422": Invalid("Ange ett belopp."),
    "500": RuntimeError(SECRET),
}
WRITE = "UPDATE app_user SET name = :name WHERE id = :id"


@get("/faults/raise/{status:str}", opt={"permission": PUBLIC})
async def fail(status: FromPath[str]) -> Html:
    """Raise the error of that status."""
    raise RAISED[status]


@post("/faults/write/{status:int}", opt={"permission": ANYONE_SIGNED_IN})
async def write(request: Req, status: FromPath[int]) -> Response[Any]:
    """Change the own name and answer with that status."""
    await _rename(request)
    return Response("svar", status_code=status, media_type="text/html")


@post("/faults/break-commit", opt={"permission": ANYONE_SIGNED_IN})
async def break_commit(request: Req) -> Response[None]:
    """Answer with a success whose transaction cannot be committed: a deferred constraint fails at the end."""
    await _rename(request)
    session = request.scope["state"]["session"]
    await session.execute(text("CREATE TEMP TABLE faults (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    await session.execute(text("INSERT INTO faults VALUES (1), (1)"))
    return see_other(request, "/account", flash=("ok", "Sparat."))


@post("/faults/flash", opt={"permission": ANYONE_SIGNED_IN})
async def flash(request: Req) -> Response[None]:
    """Nothing but a message."""
    return see_other(request, "/account", flash=("ok", "Åtgärden är sparad <b>."))


@post("/faults/statement", opt={"permission": ANYONE_SIGNED_IN})
async def statement(request: Req) -> Response[None]:
    """A failing statement whose values must not reach the log."""
    await request.scope["state"]["session"].execute(text("SELECT CAST(:value AS integer)"), {"value": SECRET})
    return see_other(request, "/account")


async def _rename(request: Req) -> None:
    scope = request.scope["state"]
    await scope["session"].execute(text(WRITE), {"name": "Ändrat namn", "id": scope["actor"].user_id})


ROUTES = (fail, write, break_commit, flash, statement)
