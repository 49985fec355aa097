"""Agreements: read by many (A51), kept by leverantörsadministratörer within their scope."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import read_uuid
from portal.suppliers.actions import agreements as actions
from portal.suppliers.queries.agreements import find_agreement, list_agreements, possible_callers
from portal.suppliers.queries.relations import approved_suppliers
from portal.suppliers.rules.agreements import KINDS, AgreementForm, check_form, may_keep, read_form
from portal.web.figures import machine
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.suppliers import forms
from portal.web.suppliers.agreement_view import (
    AGREEMENT_READERS,
    agreement_state,
    agreement_values,
    agreement_view,
    keeps_any,
)
from portal.web.suppliers.caps import used_of

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
FIELDS = (
    "number",
    "name",
    "kind",
    "valid_from",
    "valid_to",
    "cap_amount",
    "ranking_limit",
    "price_terms",
    "callers",
)


class AgreementsController(Controller):
    """GET list, detail and forms; POST what changes."""

    path = "/suppliers/agreements"
    opt = {"permission": AGREEMENT_READERS}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The agreements the actor sees, with what is used of each cap."""
        state = request.scope["state"]
        words = (request.query_params.get("q") or "").strip()[:100]
        rows = await list_agreements(state["session"], state["actor"], words=words)
        used = await used_of(request, [row.id for row in rows])
        today = stockholm_date(state["now"])
        shown = [(row, agreement_state(row, today), used.get(row.id)) for row in rows]
        keeps = keeps_any(state["actor"])
        return await page(request, "suppliers/agreements/index.html", rows=shown, words=words, keeps=keeps)

    @get("/{agreement_id:uuid}")
    async def show(self, request: Req, agreement_id: FromPath[UUID]) -> Html:
        """One agreement."""
        return await _show(request, agreement_id)

    @get("/new", opt={"permission": p.SUPPLIER_ADMIN})
    async def new(self, request: Req) -> Html:
        """The empty form."""
        callers = await possible_callers(request.scope["state"]["session"], request.scope["state"]["actor"])
        only = tuple(str(caller.id) for caller in callers)
        start = machine(stockholm_date(request.scope["state"]["now"]))
        local = not request.scope["state"]["actor"].central
        kind = "local" if local else KINDS[0][0]
        return await _form(request, None, AgreementForm(kind=kind, valid_from=start, callers=only), {})

    @post(opt={"permission": p.SUPPLIER_ADMIN})
    async def create(self, request: Req, data: Form) -> Response[Any]:
        """A new agreement."""
        state, form = request.scope["state"], forms.agreement_form(data)
        try:
            facts = _read(form)
            made = await actions.create(state["session"], state["actor"], facts, now=state["now"])
        except Invalid as refused:
            return await _form(request, None, form, refused.fields, status=422)
        return _back(request, made, "Avtalet är skapat. Koppla nu leverantörer till det.")

    @get("/{agreement_id:uuid}/edit", opt={"permission": p.SUPPLIER_ADMIN})
    async def edit(self, request: Req, agreement_id: FromPath[UUID]) -> Html:
        """The form as the agreement stands."""
        state = request.scope["state"]
        detail = await find_agreement(state["session"], state["actor"], agreement_id)
        if not may_keep(actions.keeper(state["actor"]), detail.owner_id):
            raise Forbidden(actions.NOT_YOURS)
        return await _form(request, agreement_id, agreement_values(detail), {})

    @post("/{agreement_id:uuid}", opt={"permission": p.SUPPLIER_ADMIN})
    async def change(self, request: Req, agreement_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Change terms, validity and callers."""
        state, form = request.scope["state"], forms.agreement_form(data)
        detail = await find_agreement(state["session"], state["actor"], agreement_id)
        if not may_keep(actions.keeper(state["actor"]), detail.owner_id):
            raise Forbidden(actions.NOT_YOURS)
        try:
            await actions.change(
                state["session"], state["actor"], agreement_id, _read(form), now=state["now"]
            )
        except Invalid as refused:
            return await _form(request, agreement_id, form, refused.fields, status=422)
        return _back(request, agreement_id, "Avtalet är ändrat.")

    @post("/{agreement_id:uuid}/suppliers", opt={"permission": p.SUPPLIER_ADMIN})
    async def link(self, request: Req, agreement_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Put a supplier on the agreement."""
        state = request.scope["state"]
        supplier_id, rank = read_uuid(forms.text(data, "supplier_id")), forms.rank(data)
        if supplier_id is None:
            return await _show(request, agreement_id, {"supplier_id": gettext("Välj leverantör.")})
        if rank is None:
            return await _show(request, agreement_id, {"rank": gettext(forms.RANK_WRONG)})
        try:
            await actions.link(
                state["session"], state["actor"], agreement_id, supplier_id, rank, now=state["now"]
            )
        except Invalid as refused:
            shown = forms.translated(refused.fields)
            return await _show(request, agreement_id, {"supplier_id": shown["supplier_id"]})
        return _back(request, agreement_id, "Leverantören är kopplad till avtalet.")

    @post("/{agreement_id:uuid}/suppliers/{supplier_id:uuid}/removal", opt={"permission": p.SUPPLIER_ADMIN})
    async def unlink(
        self, request: Req, agreement_id: FromPath[UUID], supplier_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take a supplier off the agreement."""
        state = request.scope["state"]
        await actions.unlink(state["session"], state["actor"], agreement_id, supplier_id, now=state["now"])
        return _back(request, agreement_id, "Leverantören är borttagen från avtalet.")


def _read(form: AgreementForm) -> Any:
    if errors := check_form(form):
        raise Invalid(actions.FAILED, fields=errors)
    return read_form(form)


async def _show(request: Req, agreement_id: UUID, errors: dict[str, str] | None = None) -> Html:
    state = request.scope["state"]
    detail = await find_agreement(state["session"], state["actor"], agreement_id)
    used = await used_of(request, [agreement_id])
    choices = await approved_suppliers(state["session"], state["actor"])
    today = stockholm_date(state["now"])
    view = agreement_view(detail, used[agreement_id], state["actor"], choices, today)
    status = 422 if errors else 200
    return await page(
        request, "suppliers/agreements/show.html", status=status, view=view, errors=errors or {}
    )


async def _form(
    request: Req, agreement_id: UUID | None, form: AgreementForm, errors: Any, *, status: int = 200
) -> Html:
    state = request.scope["state"]
    shown = forms.translated(errors)
    callers = await possible_callers(state["session"], state["actor"])
    kinds = [(code, gettext(label)) for code, label in KINDS if state["actor"].central or code == "local"]
    return await page(
        request, "suppliers/agreements/edit.html", status=status, agreement_id=agreement_id, form=form, errors=shown,
        summary=[(name, shown[name]) for name in FIELDS if name in shown], kinds=kinds,
        callers=[(str(caller.id), caller.name, str(caller.id) in form.callers) for caller in callers],
    )  # fmt: skip


def _back(request: Req, agreement_id: UUID, message: str) -> Response[Any]:
    return see_other(request, f"/suppliers/agreements/{agreement_id}", flash=("ok", gettext(message)))
