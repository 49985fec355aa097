"""The buyer's register of suppliers: find, approve, refuse, block, and link to agreements."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid, read_uuids
from portal.suppliers.actions import agreements as agreement_actions
from portal.suppliers.actions import relations
from portal.suppliers.queries.accounts import waiting_count
from portal.suppliers.queries.agreements import list_agreements
from portal.suppliers.queries.relations import WAITING, find_relation, list_suppliers, status_counts
from portal.suppliers.rules.agreements import may_keep
from portal.suppliers.status import RELATION
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.suppliers import forms
from portal.web.suppliers.present import supplier_list, supplier_page

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
DONE = {
    "approve": "Leverantören är godkänd och kontot gäller.",
    "reject": "Leverantören är avböjd. Den får skälet med mejl.",
    "block": "Leverantören är spärrad.",
    "unblock": "Spärren är hävd.",
}


class SuppliersController(Controller):
    """GET the list and one supplier; each decision is a resource of its own."""

    path = "/suppliers"
    opt = {"permission": (p.SUPPLIER_ADMIN, p.LEVGRUPPEN)}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The concern's suppliers, `q` and `status` in the address."""
        state, query = request.scope["state"], request.query_params
        status = query.get("status") if query.get("status") in (*RELATION.codes(), WAITING) else None
        words = (query.get("q") or "").strip()[:100]
        session, actor = state["session"], state["actor"]
        found = await list_suppliers(
            session, actor, words=words, status=status, after=_key(query.get("after"))
        )
        counts = await status_counts(session, actor)
        following = (
            urlencode({"q": words, "status": status or "", "after": found.after}) if found.after else None
        )
        waiting = await waiting_count(session, actor)
        view = supplier_list(found.rows, counts, words, status, following, waiting)
        return await page(request, "suppliers/suppliers/index.html", view=view)

    @get("/{supplier_id:uuid}")
    async def show(self, request: Req, supplier_id: FromPath[UUID]) -> Html:
        """One supplier."""
        return await _show(request, supplier_id)

    @post("/{supplier_id:uuid}/approval")
    async def approve(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Approve supplier and the accounts the page showed."""
        state = request.scope["state"]
        seen = read_uuids(forms.text(data, "accounts").split(",")) if "accounts" in data else None
        await relations.approve(state["session"], state["actor"], supplier_id, seen=seen, now=state["now"])
        return _back(request, supplier_id, DONE["approve"])

    @post("/{supplier_id:uuid}/rejection")
    async def reject(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Refuse, with a reason."""
        return await _with_reason(request, supplier_id, data, relations.reject, "reject")

    @post("/{supplier_id:uuid}/block")
    async def block(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Block, with a reason."""
        return await _with_reason(request, supplier_id, data, relations.block, "block")

    @post("/{supplier_id:uuid}/unblock")
    async def unblock(self, request: Req, supplier_id: FromPath[UUID]) -> Response[Any]:
        """Take the block away."""
        state = request.scope["state"]
        await relations.unblock(state["session"], state["actor"], supplier_id, now=state["now"])
        return _back(request, supplier_id, DONE["unblock"])

    @post("/{supplier_id:uuid}/agreements", opt={"permission": p.SUPPLIER_ADMIN})
    async def link(self, request: Req, supplier_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Put the supplier on an agreement."""
        state = request.scope["state"]
        agreement_id = read_uuid(forms.text(data, "agreement_id"))
        if agreement_id is None:
            return await _show(request, supplier_id, {"agreement_id": gettext("Välj ett avtal.")})
        rank = forms.rank(data)
        if rank is None:
            return await _show(request, supplier_id, {"rank": gettext(forms.RANK_WRONG)})
        try:
            await agreement_actions.link(
                state["session"], state["actor"], agreement_id, supplier_id, rank, now=state["now"]
            )
        except Invalid as refused:
            shown = forms.translated(refused.fields)
            return await _show(request, supplier_id, {"agreement_id": next(iter(shown.values()))})
        return _back(request, supplier_id, "Leverantören är kopplad till avtalet.")


async def _with_reason(
    request: Req, supplier_id: UUID, data: dict[str, Any], action: Any, code: str
) -> Response[Any]:
    state = request.scope["state"]
    try:
        await action(
            state["session"], state["actor"], supplier_id, forms.text(data, "reason"), now=state["now"]
        )
    except Invalid as refused:
        return await _show(request, supplier_id, {f"{code}-reason": gettext(refused.message)})
    return _back(request, supplier_id, DONE[code])


async def _show(request: Req, supplier_id: UUID, errors: dict[str, str] | None = None) -> Html:
    state = request.scope["state"]
    session, actor = state["session"], state["actor"]
    relation = await find_relation(session, actor, supplier_id)
    linked = {link.id for link in relation.agreements}
    possible = [
        a
        for a in await list_agreements(session, actor)
        if a.id not in linked and _may_keep(actor, a.owner_id)
    ]
    view = supplier_page(relation, actor, possible)
    status = 422 if errors else 200
    return await page(request, "suppliers/suppliers/show.html", status=status, view=view, errors=errors or {})


def _may_keep(actor: Actor, owner_id: UUID | None) -> bool:
    return may_keep(agreement_actions.keeper(actor), owner_id)


def _back(request: Req, supplier_id: UUID, message: str) -> Response[Any]:
    return see_other(request, f"/suppliers/{supplier_id}", flash=("ok", gettext(message)))


def _key(value: str | None) -> str | None:
    """The paging key of the address, or none when it is not one of ours."""
    return value if value and read_uuid(value.rpartition("|")[2]) else None
