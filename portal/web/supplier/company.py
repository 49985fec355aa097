"""The supplier's own facts: contact and address at once, an account only as a proposal."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from portal.access import permissions as p
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import format_org_number, read_uuid
from portal.suppliers.actions.company import ContactFacts, change_contact, propose_account
from portal.suppliers.rules.joining import check_address, read_address
from portal.suppliers.rules.registration import RegistrationForm, check_form
from portal.suppliers.status import REJECTED
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.supplier import fields
from portal.web.supplier.queries.company import customers, find_company
from portal.web.suppliers.forms import translated
from portal.web.suppliers.words import ACCOUNT_KINDS, account_view, relation_state

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
PATH = "/supplier/company"
CONTACT_FIELDS = ("contact_name", "phone", "email", "street", "postcode", "city")
PROPOSED = "Kontot är föreslaget. Kunden kontrollerar det; till dess betalas som förut."


class CompanyController(Controller):
    """GET the company, POST contact or a proposed account."""

    path = PATH
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """Facts, customers and accounts."""
        return await _show(request)

    @post("/contact")
    async def contact(self, request: Req, data: Form) -> Response[Any]:
        """New contact and address."""
        state = request.scope["state"]
        written = {name: fields.text(data, name) for name in CONTACT_FIELDS}
        errors = _contact_errors(written)
        if errors:
            return await _show(request, translated(errors), written)
        address = read_address(written["street"], written["postcode"], written["city"])
        facts = ContactFacts(written["contact_name"], written["email"], written["phone"], address)
        await change_contact(state["session"], state["actor"], facts, now=state["now"])
        return see_other(request, PATH, flash=("ok", gettext("Uppgifterna är sparade.")))

    @post("/accounts")
    async def account(self, request: Req, data: Form) -> Response[Any]:
        """Propose an account; the register is unchanged until the customer has checked it."""
        state = request.scope["state"]
        chosen = read_uuid(fields.text(data, "concern_id"))
        known = [c.concern_id for c in await customers(state["session"], state["actor"])]
        concern_id: UUID | None = next((one for one in known if one == chosen or len(known) == 1), None)
        if concern_id is None:
            return await _show(
                request, {"concern_id": gettext("Välj vilken kund kontot gäller.")}, dict(data)
            )
        try:
            await propose_account(
                state["session"], state["actor"], concern_id, fields.text(data, "kind"),
                fields.text(data, "number"), now=state["now"],
            )  # fmt: skip
        except Invalid as refused:
            return await _show(request, translated(refused.fields), dict(data))
        return see_other(request, PATH, flash=("ok", gettext(PROPOSED)))


def _contact_errors(written: dict[str, str]) -> dict[str, str]:
    form = RegistrationForm(
        contact_name=written["contact_name"], email=written["email"], phone=written["phone"]
    )
    of_contact = {name: text for name, text in check_form(form).items() if name in CONTACT_FIELDS}
    return of_contact | check_address(written["street"], written["postcode"], written["city"])


async def _show(
    request: Req, errors: dict[str, str] | None = None, written: dict[str, str] | None = None
) -> Html:
    state = request.scope["state"]
    company = await find_company(state["session"], state["actor"])
    rows = await customers(state["session"], state["actor"])
    values = {name: getattr(company, name) or "" for name in CONTACT_FIELDS} | (written or {})
    facts = (
        (gettext("Namn"), company.name),
        (gettext("Organisationsnummer"), format_org_number(company.org_number)),
        (gettext("Momsregistreringsnummer"), company.vat_number or gettext("saknas")),
        (gettext("F-skatt"), gettext("Intygad") if company.f_tax else gettext("Inte intygad")),
        (gettext("Peppol"), company.endpoint or gettext("saknas")),
    )
    shown = [
        (
            c,
            relation_state(c.status),
            tuple(map(account_view, c.accounts)),
            c.note if c.status == REJECTED else None,
        )
        for c in rows
    ]
    return await page(
        request, "supplier/company/show.html", status=422 if errors else 200, company=company, facts=facts,
        customers=shown, values=values, errors=errors or {},
        kinds=[(code, gettext(label)) for code, label in ACCOUNT_KINDS.items()],
    )  # fmt: skip
