"""The coding panel: rows ↔ form fields, proposals, errors at their fields, and the route they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.routes import plan_route
from portal.attest.rules.route import Route
from portal.coding.queries import load_register, options
from portal.coding.rules.check import check_rows
from portal.coding.values import DIMENSIONS, CodeString, CodingRegister, CodingRow
from portal.invoicing.actions.closing import code_of
from portal.invoicing.actions.coding import MOST_ROWS, Coded, fields_of
from portal.invoicing.actions.order_coding import coding_from_order
from portal.invoicing.queries.detail import Detail
from portal.invoicing.queries.proposals import latest_coding
from portal.invoicing.rules import rounding
from portal.invoicing.status import MATCHING_REQUIRED
from portal.invoicing.values import ZERO
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.money import format_sv, parse_amount, to_ore
from portal.web.i18n import gettext
from portal.web.invoicing.spoken import retold, worded

SHOWN = ("account", "responsibility", "operation", "project")
FROM_INVOICE = "Förslag från faktura %(number)s"
HALF = Decimal(2)


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the form. `errors` by dimension; `note` says where it came from; `warning` asks for a comment."""

    number: int
    legend: str
    values: Mapping[str, str]
    amount: str
    errors: Mapping[str, str]
    note: str | None
    warning: str | None


@dataclass(frozen=True, slots=True)
class CodingView:
    """The panel. `options` (code, "code name") by dimension; `route` as the macro attest_route takes it."""

    rows: tuple[RowView, ...]
    options: Mapping[str, tuple[tuple[str, str], ...]]
    editable: bool
    coded: str
    total: str
    left: Decimal
    vat: str
    error: str | None
    comment_accounts: str
    route: tuple[dict[str, Any], ...]
    refusals: tuple[str, ...]
    to: str


def read_rows(form: Mapping[str, str]) -> list[Coded]:
    """Rows of the posted form, in order. Invalid with the fields whose amount cannot be read."""
    rows, wrong = [], {}
    for number in _numbers(form):
        try:
            amount = parse_amount(form.get(f"amount-{number}", "") or "0")
        except Invalid as error:
            wrong[f"amount-{number}"] = str(error)
            amount = ZERO
        code = CodeString(**{name: form.get(f"{name}-{number}", "").strip() or None for name in DIMENSIONS})
        rows.append(
            Coded(code, amount, form.get(f"text-{number}") or None, form.get(f"source-{number}") or None)
        )
    if wrong:
        raise Invalid("Ett belopp kan inte läsas.", fields=wrong)
    return rows


def read_rows_softly(form: Mapping[str, str]) -> list[Coded]:
    """As read_rows, to show a refused form again: an amount that cannot be read is 0."""
    kept = dict(form)
    while True:
        try:
            return read_rows(kept)
        except Invalid as error:
            kept |= dict.fromkeys(error.fields, "0")


def _numbers(form: Mapping[str, str]) -> list[int]:
    found = (name.removeprefix("amount-") for name in form if name.startswith("amount-"))
    return sorted({int(one) for one in found if one.isdecimal() and len(one) < 4})[:MOST_ROWS]  # noqa: PLR2004


def changed(rows: Sequence[Coded], verb: str, total: Decimal) -> list[Coded]:
    """The rows after a button: add, split-N, remove-N; anything else leaves them."""
    name, _, number = verb.partition("-")
    made = list(rows)
    if name == "add":
        coded = sum((row.amount for row in made), ZERO)
        code = made[-1].code if made else CodeString()
        return [*made, Coded(replace(code, account=None), total - coded)]
    at = int(number) - 1 if number.isdecimal() else -1
    if not 0 <= at < len(made):
        return made
    if name == "split":
        half = to_ore(made[at].amount / HALF)
        other = replace(made[at], amount=made[at].amount - half)
        made[at : at + 1] = [replace(made[at], amount=half), other]
    elif name == "remove":
        del made[at]
    return made


async def proposed(session: AsyncSession, detail: Detail) -> list[Coded]:
    """The stored rows, else the order's coding, else one row a line coded like the supplier's latest invoice."""
    invoice = detail.invoice
    stored = [row for row in _stored(detail) if row.source != rounding.SOURCE]
    if stored:
        return await _filled(session, detail, stored)
    if invoice.status == MATCHING_REQUIRED and invoice.order_id is not None:
        return await coding_from_order(session, invoice)
    lines = [Coded(CodeString(), line.line_amount, line.name) for line in detail.lines]
    return await _filled(session, detail, lines)


def rounded(detail: Detail) -> list[Coded]:
    """The row for what the invoice rounds off: the portal's own, never one to be changed."""
    return [row for row in _stored(detail) if row.source == rounding.SOURCE]


def _stored(detail: Detail) -> list[Coded]:
    return [Coded(code_of(row), row.amount, row.text, row.source) for row in detail.coding]


async def _filled(session: AsyncSession, detail: Detail, rows: list[Coded]) -> list[Coded]:
    """Codes still open taken from the latest coded invoice of the supplier; the rest of the net on the last row."""
    earlier = await latest_coding(session, detail.invoice)
    left = detail.invoice.net_amount - sum((row.amount for row in rows), ZERO)
    if left and not any(row.code.responsibility for row in rows):
        named = gettext("Övrigt på fakturan") if rows else None
        rows = [*rows, Coded(CodeString(), left, named)]
    if earlier is None:
        return rows
    number, code = earlier
    source = FROM_INVOICE % {"number": number}
    return [row if row.code.responsibility else _like(row, code, source) for row in rows]


def _like(row: Coded, code: CodeString, source: str) -> Coded:
    kept = replace(code, account=row.code.account or code.account)
    return replace(row, code=kept, source=row.source or source)


async def view_of(
    session: AsyncSession,
    actor: Actor,
    detail: Detail,
    rows: Sequence[Coded],
    *,
    editable: bool,
    errors: Mapping[str, str],
    now: Any,
    check: bool = False,
) -> CodingView:
    """The panel for these rows. `check`: also say what the rules find in rows that have been begun."""
    invoice = detail.invoice
    day = stockholm_date(now)
    assert invoice.organisation_id is not None
    register = await load_register(session, invoice.concern_id, invoice.organisation_id, day)
    found = {**(_soft(rows, register) if check else {}), **errors}
    amounts = _by_responsibility(rows)
    route = await _route(session, actor, detail, amounts, day) if editable and amounts else Route()
    coded = sum((row.amount for row in rows), ZERO)
    total = invoice.net_amount + sum((row.amount for row in rows if row.source == rounding.SOURCE), ZERO)
    accounts = [row.code.account for row in rows if row.code.account in register.comment_accounts]
    return CodingView(
        tuple(_row(number, row, found, register) for number, row in enumerate(rows, 1)),
        {name: _options(register, name) for name in SHOWN},
        editable, format_sv(coded), format_sv(total), total - coded,
        format_sv(invoice.tax_amount), found.get("coding"),
        ", ".join(dict.fromkeys(account for account in accounts if account)),
        tuple(_steps(route)), tuple(worded(refusal.message, refusal.params) for refusal in route.refusals),
        gettext("och").join(f" {name} " for name in dict.fromkeys(s.attestant.login for s in route.steps)).strip(),
    )  # fmt: skip


def _options(register: CodingRegister, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, f"{code} {text}") for code, text in options(register)[name])


def _soft(rows: Sequence[Coded], register: CodingRegister) -> dict[str, str]:
    """Rules broken in rows where konto and ansvar are chosen: what is still empty is not yet wrong."""
    coded = [CodingRow(row.code, row.amount) for row in rows]
    begun = {n for n, row in enumerate(rows, 1) if row.code.account and row.code.responsibility}
    return fields_of([error for error in check_rows(coded, register) if error.row in begun])


def _row(number: int, row: Coded, errors: Mapping[str, str], register: CodingRegister) -> RowView:
    code = {name: row.code.get(name) or "" for name in DIMENSIONS}
    own = {
        name: errors[f"{name}-{number}"] for name in (*DIMENSIONS, "amount") if f"{name}-{number}" in errors
    }
    account = code["account"]
    warning = None
    if account in register.comment_accounts:
        warning = gettext("Konto %(account)s kräver kommentar.") % {"account": account}
    values = {**code, "text": row.text or "", "source": row.source or ""}
    note = ", ".join(filter(None, (row.text, retold(row.source or "", (FROM_INVOICE,)))))
    return RowView(
        number, gettext("Rad %(number)s") % {"number": number}, values, format_sv(row.amount), own,
        note or None, warning,
    )  # fmt: skip


def _by_responsibility(rows: Sequence[Coded]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for row in rows:
        if row.code.responsibility:
            amounts[row.code.responsibility] = amounts.get(row.code.responsibility, ZERO) + row.amount
    return amounts


async def _route(
    session: AsyncSession, actor: Actor, detail: Detail, amounts: Mapping[str, Decimal], day: Any
) -> Route:
    invoice = detail.invoice
    assert invoice.organisation_id is not None
    return await plan_route(
        session, concern_id=invoice.concern_id, organisation_id=invoice.organisation_id, amounts=amounts,
        case_id=detail.head.case_id,
        asking_persons=frozenset({actor.person_id} if actor.person_id else ()), function="approve_invoice",
        day=day, secret=invoice.secret,
    )  # fmt: skip


def _steps(route: Route) -> list[dict[str, Any]]:
    mine = {
        "number": 1,
        "name": gettext("Du godkänner"),
        "note": gettext("Det räknas som granskning."),
        "now": True,
    }
    steps = [
        {
            "number": step.number + 1,
            "name": step.attestant.login,
            "note": " ".join(filter(None, (
                gettext("Ansvar %(code)s %(name)s, %(amount)s kr.") % {
                    "code": step.responsibility, "name": step.name, "amount": format_sv(step.amount),
                },
                step.why,
            ))),
        }
        for step in route.steps
    ]  # fmt: skip
    return [mine, *steps] if steps else []
