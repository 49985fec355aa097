"""/suppliers/{id}/terms: what two persons have agreed of the relation, beyond the law and the standard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.kernel.errors import Invalid
from portal.suppliers.actions import terms
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.queries.terms import term_cases
from portal.suppliers.rules.terms import TermForm
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.suppliers import forms
from portal.web.suppliers.terms_view import terms_page

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
DONE = {
    "propose": "Villkoret är föreslaget. En annan person i levgruppen behöver godkänna det.",
    "approve": "Villkoret gäller. Fakturor som väntar hos leverantören kontrolleras igen.",
    "reject": "Villkoret är avvisat.",
    "end": "Villkoret är avslutat.",
}


class SupplierTermsController(Controller):
    """GET the terms; levgruppen proposes, another of levgruppen approves."""

    path = "/suppliers/{supplier_id:uuid}/terms"
    opt = {"permission": p.LEVGRUPPEN}  # noqa: RUF012

    @get(opt={"permission": (p.SUPPLIER_ADMIN, p.LEVGRUPPEN)})
    async def show(self, request: Req, supplier_id: FromPath[UUID]) -> Html:
        """Terms with their history."""
        return await _show(request, supplier_id)

    @post()
    async def propose(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Propose one term; the form says which kind."""
        form = TermForm(*(forms.text(data, name) for name in ("kind", "code", "words", "amount", "days")))

        async def act(session: Any, actor: Any, now: Any) -> None:
            await terms.propose(session, actor, supplier_id, form, forms.text(data, "why"), now=now)

        return await _do(request, supplier_id, "propose", data, act, form.kind)

    @post("/{term_id:uuid}/approval")
    async def approve(
        self, request: Req, supplier_id: FromPath[UUID], term_id: FromPath[UUID]
    ) -> Response[Any]:
        """The second person's approval."""

        async def act(session: Any, actor: Any, now: Any) -> None:
            await terms.approve(session, actor, supplier_id, term_id, now=now)

        return await _do(request, supplier_id, "approve", {}, act, str(term_id))

    @post("/{term_id:uuid}/rejection")
    async def reject(
        self, request: Req, supplier_id: FromPath[UUID], term_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Say no, with a reason."""
        return await _stop(request, supplier_id, term_id, "reject", terms.reject, data)

    @post("/{term_id:uuid}/ending")
    async def end(
        self, request: Req, supplier_id: FromPath[UUID], term_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """It holds no longer."""
        return await _stop(request, supplier_id, term_id, "end", terms.end, data)


async def _stop(
    request: Req, supplier_id: UUID, term_id: UUID, code: str, action: Any, data: dict[str, Any]
) -> Response[Any]:
    async def act(session: Any, actor: Any, now: Any) -> None:
        await action(session, actor, supplier_id, term_id, forms.text(data, "reason"), now=now)

    return await _do(request, supplier_id, code, data, act, f"{code}-{term_id}")


async def _do(
    request: Req,
    supplier_id: UUID,
    code: str,
    data: dict[str, Any],
    act: Callable[[Any, Any, Any], Awaitable[None]],
    prefix: str,
) -> Response[Any]:
    """Take the step; what is wrong stands at its field, in the form whose fields begin with `prefix`."""
    state = request.scope["state"]
    try:
        await act(state["session"], state["actor"], state["now"])
    except Invalid as refused:
        errors = {f"{prefix}-{name}": text for name, text in forms.translated(refused.fields).items()}
        return await _show(request, supplier_id, errors, {f"{prefix}-{k}": v for k, v in data.items()})
    return see_other(request, f"/suppliers/{supplier_id}/terms", flash=("ok", gettext(DONE[code])))


async def _show(
    request: Req,
    supplier_id: UUID,
    errors: dict[str, str] | None = None,
    written: dict[str, str] | None = None,
) -> Html:
    state = request.scope["state"]
    session, actor = state["session"], state["actor"]
    relation = await find_relation(session, actor, supplier_id)
    cases = await term_cases(session, relation.concern_id, supplier_id)
    return await page(
        request, "suppliers/terms/show.html", status=422 if errors else 200,
        view=terms_page(relation, cases, actor), errors=errors or {}, written=written or {},
    )  # fmt: skip
