"""A supplier's registration: open to anyone, slow for whoever tries many numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.passwords import hash_password
from portal.access.permissions import PUBLIC
from portal.db.context import NOBODY, Context
from portal.kernel.errors import Forbidden, Invalid
from portal.suppliers.actions.registration import count_registration, register
from portal.suppliers.rules.joining import check_joining, read_address
from portal.suppliers.rules.registration import check_form, read_form
from portal.web.came_from import client_address
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.services import Services
from portal.web.suppliers import forms

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
CHOOSE = "Välj vilken kund ni vill leverera till."
# In the order of the page, so that the error summary reads from top to bottom.
FIELDS = (
    "concern_id", "org_number", "name", "vat_number", "f_tax", "bankgiro", "plusgiro", "iban", "street",
    "postcode", "city", "contact_name", "phone", "email", "password",
)  # fmt: skip


class RegistrationController(Controller):
    """GET the form, POST the registration, GET the welcome."""

    path = "/suppliers/registration"
    opt = {"permission": PUBLIC}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """The empty form."""
        return await _form(request, {}, {})

    @post()
    async def create(self, request: Req, state: State, data: Form) -> Response[Any]:
        """Register, or show what to mend."""
        concerns = dict(await customers(request.scope["state"]["session"]))
        concern_id = _chosen(data, concerns)
        company, joining = forms.registration_form(data), forms.joining_form(data)
        errors = {
            **({} if concern_id else {"concern_id": CHOOSE}),
            **check_form(company),
            **check_joining(joining),
        }
        if errors or concern_id is None:
            return await _form(request, data, errors, status=422)
        try:
            await _count(state.services, request)
            await _register(state.services, request, data, concern_id)
        except Invalid as refused:
            return await _form(request, data, refused.fields, status=422)
        except Forbidden as refused:
            return await _form(request, data, {}, status=403, refused=gettext(refused.message))
        return see_other(request, "/suppliers/registration/welcome")

    @get("/welcome")
    async def welcome(self, request: Req) -> Html:
        """Välkommen, så här går det till."""
        return await page(request, "suppliers/registration/welcome.html")


async def customers(session: AsyncSession) -> tuple[tuple[UUID, str], ...]:
    """The concerns a supplier can join, by name."""
    rows = (await session.execute(sql("SELECT id, name FROM list_concerns()"))).all()
    return tuple((row.id, row.name) for row in rows)


def _chosen(data: Mapping[str, str], concerns: Mapping[UUID, str]) -> UUID | None:
    if len(concerns) == 1:
        return next(iter(concerns))
    return next((concern_id for concern_id in concerns if str(concern_id) == data.get("concern_id")), None)


async def _count(services: Services, request: Req) -> None:
    """In a transaction of its own, so that a refused attempt counts too."""
    origin = client_address(request) or ""
    async with services.database.session(NOBODY) as session:
        await count_registration(session, origin, request.scope["state"]["now"])


async def _register(services: Services, request: Req, data: Mapping[str, str], concern_id: UUID) -> None:
    state = request.scope["state"]
    company, joining = read_form(forms.registration_form(data)), forms.joining_form(data)
    address = read_address(joining.street, joining.postcode, joining.city)
    password_hash = await asyncio.to_thread(hash_password, joining.password)
    # Nobody is signed in yet, or somebody of another party: the concern's own eyes write the registration.
    async with services.database.session(Context.for_system(concern_id)) as session:
        await register(
            session, company, address, password_hash, concern_id=concern_id,
            by_user_id=state["actor"].user_id if state["actor"] else None, now=state["now"],
        )  # fmt: skip


async def _form(
    request: Req, data: Mapping[str, str], errors: Mapping[str, str], *, status: int = 200, refused: str = ""
) -> Html:
    shown = forms.translated(errors)
    return await page(
        request, "suppliers/registration/show.html", status=status, refused=refused, errors=shown,
        summary=[(name, shown[name]) for name in FIELDS if name in shown],
        values={name: forms.text(data, name) for name in FIELDS if name != "password"},
        concerns=[(str(key), name) for key, name in await customers(request.scope["state"]["session"])],
    )  # fmt: skip
