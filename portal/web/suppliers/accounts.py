"""/suppliers/{id}/accounts: where the supplier is paid; every step of a new account is a resource of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.suppliers.actions import accounts
from portal.suppliers.queries.accounts import account_cases, hours_of_wait
from portal.suppliers.queries.contacts import phones
from portal.suppliers.queries.relations import find_relation
from portal.suppliers.rules.accounts import CallForm
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.suppliers import forms
from portal.web.suppliers.accounts_view import accounts_page

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
DONE = {
    "propose": "Kontot är föreslaget. Leverantörens alla kontakter får veta det med mejl.",
    "call_back": "Motringningen är noterad. Nu behöver en annan person i levgruppen godkänna kontot.",
    "approve": "Kontot är godkänt. Det börjar gälla när väntetiden är slut.",
    "reject": "Kontot är avvisat. Leverantören får skälet med mejl.",
    "close": "Kontot är avslutat. Leverantören får skälet med mejl.",
}


class SupplierAccountsController(Controller):
    """GET the accounts; levgruppen alone takes the steps."""

    path = "/suppliers/{supplier_id:uuid}/accounts"
    opt = {"permission": p.LEVGRUPPEN}  # noqa: RUF012

    @get(opt={"permission": (p.SUPPLIER_ADMIN, p.LEVGRUPPEN)})
    async def show(self, request: Req, supplier_id: FromPath[UUID]) -> Html:
        """Accounts with their steps."""
        return await _show(request, supplier_id)

    @post()
    async def propose(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Propose an account, the supplier's own or its factoring company's."""
        names = ("kind", "number", "why", "factor_name", "factor_org_number")
        proposal = accounts.Proposal(*(forms.text(data, name) for name in names))

        async def act(session: Any, actor: Any, now: Any) -> None:
            await accounts.propose(session, actor, supplier_id, proposal, now=now)

        return await _do(request, supplier_id, "propose", data, act)

    @post("/{account_id:uuid}/call")
    async def call_back(
        self, request: Req, supplier_id: FromPath[UUID], account_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Note the call back."""
        form = CallForm(
            *(forms.text(data, name) for name in ("called_number", "called_since", "called_note"))
        )

        async def act(session: Any, actor: Any, now: Any) -> None:
            await accounts.call_back(session, actor, supplier_id, account_id, form, now=now)

        return await _do(request, supplier_id, "call_back", data, act, account_id)

    @post("/{account_id:uuid}/approval")
    async def approve(
        self, request: Req, supplier_id: FromPath[UUID], account_id: FromPath[UUID]
    ) -> Response[Any]:
        """The second person's approval."""

        async def act(session: Any, actor: Any, now: Any) -> None:
            await accounts.approve(session, actor, supplier_id, account_id, now=now)

        return await _do(request, supplier_id, "approve", {}, act, account_id)

    @post("/{account_id:uuid}/rejection")
    async def reject(
        self, request: Req, supplier_id: FromPath[UUID], account_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Stop an account that is not in force yet."""
        return await _end(request, supplier_id, account_id, "reject", accounts.reject, data)

    @post("/{account_id:uuid}/closing")
    async def close(
        self, request: Req, supplier_id: FromPath[UUID], account_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Pay no more on an account."""
        return await _end(request, supplier_id, account_id, "close", accounts.close, data)


async def _end(
    request: Req, supplier_id: UUID, account_id: UUID, code: str, action: Any, data: dict[str, Any]
) -> Response[Any]:
    async def act(session: Any, actor: Any, now: Any) -> None:
        await action(session, actor, supplier_id, account_id, forms.text(data, "reason"), now=now)

    return await _do(request, supplier_id, code, data, act, account_id)


async def _do(
    request: Req,
    supplier_id: UUID,
    code: str,
    data: dict[str, Any],
    act: Callable[[Any, Any, Any], Awaitable[None]],
    account_id: UUID | None = None,
) -> Response[Any]:
    """Take the step; what is wrong stands at its field, in the form of the account it is about."""
    state = request.scope["state"]
    try:
        await act(state["session"], state["actor"], state["now"])
    except Invalid as refused:
        prefix = f"{code}-{account_id}-" if account_id else ""
        errors = {f"{prefix}{name}": text for name, text in forms.translated(refused.fields).items()}
        return await _show(request, supplier_id, errors, {f"{prefix}{k}": v for k, v in data.items()})
    return see_other(request, f"/suppliers/{supplier_id}/accounts", flash=("ok", gettext(DONE[code])))


async def _show(
    request: Req,
    supplier_id: UUID,
    errors: dict[str, str] | None = None,
    written: dict[str, str] | None = None,
) -> Html:
    state = request.scope["state"]
    session, actor = state["session"], state["actor"]
    relation = await find_relation(session, actor, supplier_id)
    cases = await account_cases(session, relation.concern_id, supplier_id)
    hours = await hours_of_wait(session, relation.concern_id, stockholm_date(state["now"]))
    view = accounts_page(relation, cases, await phones(session, supplier_id), actor, hours)
    return await page(
        request, "suppliers/accounts/show.html", status=422 if errors else 200, view=view, hours=hours,
        errors=errors or {}, written=written or {},
    )  # fmt: skip
