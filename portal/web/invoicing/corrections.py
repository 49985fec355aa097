"""/invoicing/invoices/{id}/correction: the way out chosen for an invoice that arrival control stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import (
    assignment,
    cancellation,
    correction,
    foreign_account,
    new_start,
)
from portal.invoicing.actions.correction import FORCIBLE, Correction
from portal.invoicing.actions.paid_otherwise import check_paid_otherwise, confirm_paid_otherwise
from portal.invoicing.queries.detail import head_of
from portal.invoicing.queries.scope import rights_of
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid
from portal.kernel.money import parse_amount
from portal.suppliers.rules.accounts import CallForm
from portal.web.invoicing import page
from portal.web.invoicing.acting import Act, Form, act
from portal.web.pages import Html, Req

HANDLES = (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.LEVGRUPPEN, p.CENTRAL_SYSTEM_ADMIN)
CHOOSE = "Välj hur du vill lösa det."
BAD_DATE = "Skriv datumet som år-månad-dag, till exempel 2026-12-16."
_FINAL = frozenset({"cancel", "reviewer", "send_back"})
"""Ways out that say themselves where the invoice goes; after the others the rules do."""


class CorrectionController(Controller):
    """What only arrival control may change (A9.01)."""

    path = "/invoicing/invoices/{invoice_id:uuid}/correction"
    opt = {"permission": HANDLES}  # noqa: RUF012

    @get()
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The invoice with its ways out."""
        return await page.answer(request, invoice_id)

    @post(status_code=HTTP_200_OK)
    async def create(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Do what was chosen; the pipeline then goes on."""
        goes_on = data.get("solution") not in _FINAL
        return await act(request, invoice_id, data, _deed(invoice_id, data), goes_on=goes_on)


def _deed(invoice_id: UUID, form: Form) -> Act:
    async def deed(session: Any, actor: Any, seen: Any, now: Any) -> Any:
        solution = _SOLUTIONS.get(form.get("solution", ""))
        if solution is None:
            raise Invalid(CHOOSE, fields={"solution": CHOOSE})
        return await solution(form)(session, actor, invoice_id, seen=seen, now=now)

    return deed


def _correct(make: Callable[[Form], Correction]) -> Callable[[Form], Any]:
    def bound(form: Form) -> Any:
        async def run(session: Any, actor: Any, invoice_id: UUID, **how: Any) -> Any:
            return await correction.correct(session, actor, invoice_id, make(form), **how)

        return run

    return bound


def _total(form: Form) -> Correction:
    try:
        return Correction(gross=parse_amount(form.get("gross", "")))
    except Invalid as error:
        raise Invalid(str(error), fields={"gross": str(error)}) from error


def _date(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise Invalid(BAD_DATE, fields={name: BAD_DATE}) from error


def _with(action: Any, **fields: Callable[[Form], Any]) -> Callable[[Form], Any]:
    """Bind an action to the fields of the form it takes."""

    def bound(form: Form) -> Any:
        async def run(session: Any, actor: Any, invoice_id: UUID, **how: Any) -> Any:
            filled = {name: read(form) for name, read in fields.items()}
            return await action(session, actor, invoice_id, **filled, **how)

        return run

    return bound


def _manual(_form: Form) -> Any:
    """Force what stopped it, as far as the controls allow."""

    async def run(session: Any, actor: Any, invoice_id: UUID, **how: Any) -> Any:
        rights = await rights_of(session, actor, stockholm_date(how["now"]))
        invoice = (await head_of(session, actor, rights, invoice_id)).invoice
        codes = tuple(
            c for c in dict.fromkeys(str(one.get("code")) for one in invoice.reasons) if c in FORCIBLE
        )
        return await correction.set_manual(session, actor, invoice_id, codes, **how)

    return run


def _id(name: str) -> Callable[[Form], UUID | None]:
    return lambda form: read_uuid(form.get(name))


def _text(name: str) -> Callable[[Form], str | None]:
    return lambda form: form.get(name)


def _call(form: Form) -> CallForm:
    return CallForm(*(form.get(name, "") for name in ("called_number", "called_since", "called_note")))


_SOLUTIONS: Mapping[str, Callable[[Form], Any]] = {
    "total": _correct(_total),
    "due_date": _correct(lambda form: Correction(due_date=_date(form, "due_date"))),
    "issue_date": _correct(lambda form: Correction(issue_date=_date(form, "issue_date"))),
    "number": _correct(lambda form: Correction(number=form.get("number", ""))),
    "manual": _manual,
    "new": lambda _form: correction.confirm_number,
    "recheck": _with(new_start.check_again),
    "reference": _with(new_start.set_reference, reference=_text("reference")),
    "right_reference": _with(new_start.right_reference, reference=_text("right_reference")),
    "by_hand": _with(new_start.by_hand),
    "flow": _with(correction.change_flow, order_number=_text("order_number")),
    "supplier": _with(correction.choose_supplier, supplier_id=_id("supplier_id")),
    "propose_account": _with(foreign_account.propose_account, note=_text("note_propose")),
    "payment": _with(foreign_account.check_payment, call=_call),
    "payment_second": _with(foreign_account.confirm_payment),
    "paid_otherwise": _with(check_paid_otherwise, note=_text("note_otherwise")),
    "otherwise_second": _with(confirm_paid_otherwise),
    "organisation": _with(correction.change_organisation, organisation_id=_id("organisation_id")),
    "cancel": _with(cancellation.cancel, comment=_text("comment")),
    "reviewer": _with(assignment.choose_reviewer, user_id=_id("user_id")),
    "send_back": _with(assignment.send_back, note=_text("note_back")),
}
