"""The page of one invoice: gathered once, shown by status, and shown again with errors when a form is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.locks import LockView, lock_of
from portal.coding.queries import files_of
from portal.invoicing import status as s
from portal.invoicing.actions.coding import Coded
from portal.invoicing.actions.opening import SUBJECT
from portal.invoicing.actions.todays_match import todays_match
from portal.invoicing.models import Invoice
from portal.invoicing.queries.detail import Detail, detail_of, who_is
from portal.invoicing.queries.reasons import reasons_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.rules.standing import stand
from portal.invoicing.status import INVOICE
from portal.kernel.dates import STOCKHOLM, format_clock, stockholm_date
from portal.kernel.money import format_sv
from portal.kernel.plain import canonical_bytes
from portal.web.figures import machine
from portal.web.i18n import current_locale, gettext, localised
from portal.web.invoicing import coding_form, ways
from portal.web.invoicing.coding_form import CodingView
from portal.web.invoicing.comparison import comparison_of, headline, missing_of
from portal.web.invoicing.controls import controls_of
from portal.web.invoicing.history import timeline
from portal.web.invoicing.page_view import Errors, Gathered, InvoicePage
from portal.web.invoicing.payment_words import payment_lines
from portal.web.invoicing.rows import status_of
from portal.web.invoicing.seller_name import name_marks
from portal.web.invoicing.solutions import solutions_of
from portal.web.invoicing.track import track_of
from portal.web.invoicing.why import why, why_held
from portal.web.pages import Html, Req, page
from portal.web.paper.document import Place, document_view
from portal.web.units import counted

CONFLICT = 409
MOST_ROWS_KEPT = 50
# How the names of the fields begin that hold a person's own words.
COMMENTS = ("note", "comment", "why", "not_received", "called_note")


async def gather(request: Req, invoice_id: UUID) -> Gathered:
    """All of it; NotFound when the invoice does not exist for the actor."""
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    today = stockholm_date(now)
    rights = await rights_of(session, actor, today)
    detail = await detail_of(session, actor, rights, invoice_id, today)
    if detail.invoice.status == s.MATCHING_REQUIRED:
        detail = await _as_of_today(session, detail, now)
    who = who_is(actor, rights)
    return Gathered(session, actor, now, detail, rights, who, stand(detail.place, who))


async def _as_of_today(session: AsyncSession, detail: Detail, now: datetime) -> Detail:
    """With the match by today's facts: what came in after the stop counts (A6.05)."""
    found = await todays_match(session, detail.invoice, now)
    if found is None:
        return detail
    return replace(
        detail, decisions={**detail.decisions, "match": dict(found.stored)}, todays_reasons=found.reasons
    )


async def answer(
    request: Req,
    invoice_id: UUID,
    *,
    form: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    message: str | None = None,
    status: int = 200,
) -> Html:
    """The page, or with a refused form and its errors the page again.

    409: somebody was first. What the form holds is shown again where the invoice still asks for it, else as text to
    be copied.
    """
    found = await gather(request, invoice_id)
    moved_on = status == CONFLICT
    kept: tuple[str, ...] = ()
    if moved_on and form is not None and form.get("seen_status") != found.invoice.status:
        kept, form = written(form), None
    view = await build(request, found, form=form, errors=errors or {}, message=message)
    view = replace(view, moved_on=moved_on, kept=kept)
    name = "deviation" if view.choices else "show"
    return await page(request, f"invoicing/invoices/{name}.html", status=status, invoice=view)


def written(form: Mapping[str, str]) -> tuple[str, ...]:
    """What was written in a form that came too late: comments of every kind, and the coding row by row."""
    texts = [text.strip() for name, text in form.items() if name.startswith(COMMENTS) and text.strip()]
    rows = [
        [form.get(f"{name}-{number}", "").strip() for name in (*coding_form.SHOWN, "amount")]
        for number in range(1, MOST_ROWS_KEPT) if f"account-{number}" in form
    ]  # fmt: skip
    return (*texts, *(" / ".join(filter(None, row)) for row in rows if any(row)))


async def build(
    request: Req,
    found: Gathered,
    *,
    form: Mapping[str, str] | None,
    errors: Errors,
    message: str | None = None,
    place: Place | None = None,
) -> InvoicePage:
    """The view value. `place`: the page the document stands on, where that is another than the invoice's own."""
    detail, invoice = found.detail, found.invoice
    lock = await _lock(found)
    locked = lock is not None and not lock.mine
    coding = await _coding(found, form, errors, locked=locked)
    solutions = (
        None if locked else await solutions_of(found.session, found.actor, detail, found.who, found.now)
    )
    comparison = comparison_of(detail)
    choices = () if locked else ways.choices_of(found)
    steps = ways.steps_of(found, locked=locked)
    path = f"/invoicing/invoices/{invoice.id}"
    base = localised(path)
    state = INVOICE.state(invoice.status)
    return InvoicePage(
        id=str(invoice.id),
        base=base,
        title=headline(detail, comparison) if choices else _title(detail),
        kind=gettext("Kreditfaktura") if invoice.is_credit_note else gettext("Faktura"),
        party=detail.head.supplier or invoice.seller_name,
        number=invoice.number,
        amount=_amount(invoice),
        status=status_of(state, _named(detail)),
        code=invoice.status,
        turn=found.standing.turn and state.handler is not None and not locked,
        behalf=_behalf(found),
        marks=(*_marks(invoice, found.now), *name_marks(invoice.seller_name, detail.head.supplier)),
        due=invoice.due_date,
        facts=tuple(_facts(detail)),
        why=why(detail, found.standing),
        lock=_lock_text(lock, found),
        locked=locked,
        document=await document_view(
            request, invoice.sha256, place or Place(path, path), marked=_steered(invoice)
        ),
        history=timeline(detail.events, found.actor, found.now, await _reasons(found)),
        controls=controls_of(detail),
        payment=payment_lines(detail),
        comparison=comparison,
        track=track_of(detail),
        coding=coding,
        comments=tuple((row.text, row.name, row.created_at) for row in detail.comments),
        files=len(await files_of(found.session, invoice.concern_id, invoice_id=invoice.id)),
        solutions=solutions,
        choices=choices,
        steps=steps,
        approve_label=ways.approve_label(found) if any(step.mine for step in steps) else None,
        links=() if locked else tuple(ways.links_of(found, base)),
        blocked=ways.blocked_of(found),
        held=why_held(invoice),
        reviewed=invoice.under_investigation,
        secret=invoice.secret,
        not_received=tuple(
            f"{part.name}, {counted(part.quantity, unit)}" for part, unit in missing_of(detail)
        ),
        seen=(invoice.status, machine(invoice.status_since), shown_digest(detail)),
        values=form or {},
        errors=errors,
        summary=_summary(errors),
        message=message,
        moved_on=False,
        supplier=detail.head.supplier or invoice.seller_name,
    )  # fmt: skip


def shown_of(detail: Detail, rows: Sequence[Coded] | None = None) -> bytes:
    """What the decider saw, in one spelling: the original by hash, the figures, the coding, the reasons."""
    invoice = detail.invoice
    coding = (
        [[*map(str, _codes(row)), row.amount] for row in rows]
        if rows is not None
        else [
            [row.account, row.responsibility, row.operation, row.project, row.amount] for row in detail.coding
        ]
    )
    return canonical_bytes({
        "invoice": invoice.id, "original": invoice.sha256.hex(), "number": invoice.number,
        "net": invoice.net_amount, "tax": invoice.tax_amount, "payable": invoice.payable_amount,
        "due": invoice.due_date, "reasons": detail.reasons, "coding": coding, "held": invoice.under_investigation,
        "match": detail.decisions.get("match", {}).get("result"),
        "paid": [invoice.pay_scheme, invoice.pay_number, invoice.pay_factor, invoice.paid_otherwise],
        "steps": [[str(step.id), step.state] for step in detail.steps],
    })  # fmt: skip


def shown_digest(detail: Detail) -> str:
    """What a form carries, so that a decision is made on what was shown."""
    return sha256(shown_of(detail)).hexdigest()


def with_coding(view: InvoicePage, coding: CodingView) -> InvoicePage:
    """The page with other coding rows."""
    return replace(view, coding=coding)


def _codes(row: Coded) -> tuple[str, ...]:
    return tuple(getattr(row.code, name) or "" for name in coding_form.SHOWN)


async def _lock(found: Gathered) -> LockView | None:
    """Who has begun to act on it; reading takes no lock (A6.22)."""
    return await lock_of(found.session, found.actor, SUBJECT, found.invoice.id, found.now)


def _lock_text(lock: LockView | None, found: Gathered) -> str | None:
    if lock is None:
        return None
    since, until = (format_clock(one.astimezone(STOCKHOLM)) for one in (lock.opened_at, lock.until))
    if lock.mine:
        return gettext("Du handlägger den sedan %(since)s. Andra kan läsa men inte ändra.") % {"since": since}
    return gettext("%(holder)s handlägger fakturan sedan %(since)s. Du kan läsa. Låset släpps senast %(until)s.") % {
        "holder": lock.holder, "since": since, "until": until,
    }  # fmt: skip


async def _reasons(found: Gathered) -> Sequence[Mapping[str, object]]:
    """What the history's reasons are told anew from; Swedish readers get them as they were written."""
    return [] if current_locale() == "sv" else await reasons_of(found.session, found.invoice)


def _steered(invoice: Invoice) -> frozenset[str]:
    """The terms of the document that decided where the invoice went or why it stopped."""
    due = [one for one in invoice.reasons if one.get("code") == "due_date"]
    way = "order_reference" if invoice.flow == "order" else "buyer_reference"
    return frozenset({way, *(["due_date"] if due else [])})


async def _coding(
    found: Gathered, form: Mapping[str, str] | None, errors: Errors, *, locked: bool
) -> CodingView | None:
    invoice = found.invoice
    if invoice.organisation_id is None or invoice.status in _NO_CODING:
        return None
    verb = "accept_deviation" if invoice.status == s.MATCHING_REQUIRED else "accept_review"
    editable = not locked and found.may_prepare(verb)
    rows = coding_form.read_rows_softly(form) if form else []
    if not rows and (editable or found.detail.coding):
        rows = await coding_form.proposed(found.session, found.detail)
        rows += [] if editable else coding_form.rounded(found.detail)
    if not rows and not editable:
        return None
    return await coding_form.view_of(
        found.session, found.actor, found.detail, rows, editable=editable, errors=errors, now=found.now,
        check=bool(form),
    )  # fmt: skip


_NO_CODING = frozenset({*s.ARRIVAL, s.AWAITING_RECEIPT})


def _title(detail: Detail) -> str:
    kind = gettext("kreditfaktura") if detail.invoice.is_credit_note else gettext("faktura")
    party = detail.head.supplier or detail.invoice.seller_name
    return f"{party}, {kind} {detail.invoice.number}"


def _named(detail: Detail) -> str | None:
    if detail.invoice.status != s.MATCHING_REQUIRED:
        return None
    return ", ".join(owner.name for owner in detail.owners) or None


def _behalf(found: Gathered) -> str | None:
    if found.standing.behalf is None:
        return None
    names = [one.name for one in found.detail.owners if str(one.id) == found.standing.behalf]
    return gettext("För %(who)s") % {"who": names[0]} if names else None


def _amount(invoice: Invoice) -> str:
    currency = "kr" if invoice.currency == "SEK" else invoice.currency
    return f"{format_sv(ways.weighed(invoice, invoice.payable_amount))}\u00a0{currency}"


def _marks(invoice: Invoice, now: datetime) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    if invoice.secret:
        found.append(("lock", gettext("Sekretess"), None))
    if why_held(invoice):
        found.append(("pause", gettext("Under utredning"), "warn"))
        if invoice.credit_request:
            found.append(("message-square-text", gettext("Ni har bett om kredit"), "warn"))
    if invoice.paid_otherwise:
        found.append(("ban", gettext("Betalas inte av oss"), None))
    open_still = INVOICE.state(invoice.status).tab == "waiting"
    if open_still and invoice.due_date is not None and invoice.due_date <= stockholm_date(now):
        text = gettext("Förfaller i dag") if invoice.due_date == stockholm_date(now) else gettext("Förfallen")
        found.append(("clock", text, "stop"))
    return found


def _facts(detail: Detail) -> list[tuple[str, str]]:
    head, invoice = detail.head, detail.invoice
    rows = [(gettext("Organisation"), head.organisation or gettext("okänd"))]
    if head.order_number:
        rows.append((gettext("Order"), head.order_number))
    if invoice.credited_numbers:
        rows.append((gettext("Krediterar"), ", ".join(map(str, invoice.credited_numbers))))
    if detail.alike:
        numbers = ", ".join(f"{one.number} ({format_sv(one.payable_amount)}\u00a0kr)" for one in detail.alike)
        rows.append((gettext("Liknande nummer från leverantören"), numbers))
    return rows


def _summary(errors: Errors) -> tuple[tuple[str, str], ...]:
    """Links of the error summary: field id and text, rows named."""
    found = []
    for name, text in errors.items():
        dimension, _, row = name.rpartition("-")
        prefix = gettext("Rad %(number)s") % {"number": row} + ": " if dimension and row.isdecimal() else ""
        found.append((name, prefix + gettext(text)))
    return tuple(found)
