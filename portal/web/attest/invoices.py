"""Fakturor on the attest page (A5.09)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import User
from portal.attest.models import Decision
from portal.audit.models import AuditEvent
from portal.coding.queries import load_names
from portal.invoicing.actions import approval, attested
from portal.invoicing.models import Invoice, InvoiceCoding, InvoiceLine, RuleDecision
from portal.invoicing.rules.deviations import NOT_RECEIVED, not_received, parts_of
from portal.invoicing.rules.payment_date import DAYS
from portal.invoicing.status import MATCHING_REQUIRED, PAYMENT_INFORMATION, REVIEW
from portal.kernel.money import format_number_sv
from portal.kernel.text import sentence_list
from portal.orders.models import PurchaseOrder
from portal.suppliers.models import Supplier, SupplierRelation
from portal.web.attest.facts import Coded, Facts, Line
from portal.web.coding_words import codes_of, coding_words
from portal.web.i18n import gettext
from portal.web.invoicing.history import timeline
from portal.web.invoicing.payment_words import Line as PaymentLine
from portal.web.invoicing.payment_words import basic_lines
from portal.web.invoicing.seller_name import name_warning
from portal.web.invoicing.spoken import filled
from portal.web.invoicing.why import why_held

INSTEAD = {
    MATCHING_REQUIRED: "Mer skiljer nu än vad som godkändes. Fakturan har gått tillbaka till beställaren.",
    REVIEW: "Slutkontrollen stoppade fakturan. Den har gått tillbaka till granskaren.",
    PAYMENT_INFORMATION: "Attesten är sparad. Betalkontot gäller inte längre, så levgruppen kontrollerar det först.",
}
REVIEWED = ("review", "accept_deviation")


class InvoiceCards:
    """Source of cards for invoices; the invoicing domain does the rest."""

    subject_type = "invoice"
    act = "approve"

    async def facts(
        self, session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID], day: date
    ) -> Mapping[UUID, Facts]:
        """Heads, lines, coding, reviewers and match decisions, in a fixed number of statements."""
        heads = (
            select(
                Invoice,
                Supplier.name,
                PurchaseOrder,
                SupplierRelation.payment_days,
            )
            .outerjoin(Supplier, Supplier.id == Invoice.supplier_id)
            .outerjoin(
                SupplierRelation,
                and_(
                    SupplierRelation.concern_id == Invoice.concern_id,
                    SupplierRelation.supplier_id == Invoice.supplier_id,
                ),
            )
            .outerjoin(
                PurchaseOrder,
                and_(PurchaseOrder.concern_id == Invoice.concern_id, PurchaseOrder.id == Invoice.order_id),
            )
            .where(Invoice.concern_id == actor.concern_id, Invoice.id.in_(subject_ids))
            .execution_options(populate_existing=True)
        )
        found = (await session.execute(heads)).all()
        lines = await _lines(session, actor, subject_ids)
        reviewers = await _reviewers(session, actor, subject_ids)
        matches = await _deviations(session, actor, subject_ids)
        words = await _paid_unreceived(session, actor, subject_ids)
        coded = await _coding(session, actor, {row.id: row.organisation_id for row, *_rest in found}, day)
        return {
            row.id: _facts(
                row, supplier, order, lines=lines.get(row.id, []), reviewers=reviewers.get(row.id, []),
                deviations=(*matches.get(row.id, ()), *words.get(row.id, ())),
                coding=coded.get(row.id, ()), payment=basic_lines(row, DAYS if days is None else days),
            )
            for row, supplier, order, days in found
        }  # fmt: skip

    async def approve(
        self,
        session: AsyncSession,
        actor: Actor,
        step_id: UUID,
        *,
        shown: bytes,
        note: str | None,
        now: datetime,
        undo: timedelta,
        accepts: bool = False,
    ) -> str | None:
        """Attestera: Klar when it was the last step and the final check holds."""
        done = await approval.approve(session, actor, step_id, shown=shown, note=note, now=now, undo=undo)
        return gettext(INSTEAD[done.status]) if done.status in INSTEAD else None

    async def undo(self, session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
        """Ångra: it is not Klar."""
        return await attested.undo(session, actor, decision_id, now=now)

    async def told(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, now: datetime
    ) -> tuple[str, str] | None:
        """The last of its history."""
        query = select(AuditEvent).where(
            AuditEvent.concern_id == actor.concern_id, AuditEvent.subject_id == subject_id,
            AuditEvent.subject_type == "invoice",
        )  # fmt: skip
        events = (await session.execute(query.order_by(AuditEvent.at, AuditEvent.id))).scalars().all()
        told = timeline(events, actor, now)
        return (told[-1]["at"], told[-1]["text"]) if told else None

    async def send_back(
        self, session: AsyncSession, actor: Actor, subject_id: UUID, *, note: str, now: datetime
    ) -> None:
        """Returnera till granskare (A9.02)."""
        await approval.return_to_reviewer(session, actor, subject_id, note=note, now=now)


async def _lines(
    session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
) -> dict[UUID, list[InvoiceLine]]:
    query = select(InvoiceLine).where(
        InvoiceLine.concern_id == actor.concern_id, InvoiceLine.invoice_id.in_(subject_ids)
    )
    lines: dict[UUID, list[InvoiceLine]] = {}
    for line in (await session.execute(query.order_by(InvoiceLine.position))).scalars():
        lines.setdefault(line.invoice_id, []).append(line)
    return lines


async def _coding(
    session: AsyncSession, actor: Actor, invoices: Mapping[UUID, UUID | None], day: date
) -> dict[UUID, tuple[Coded, ...]]:
    """The coding rows by invoice, codes with their names. `invoices`: id → its organisation."""
    query = select(InvoiceCoding).where(
        InvoiceCoding.concern_id == actor.concern_id, InvoiceCoding.invoice_id.in_(invoices)
    )
    rows = (await session.execute(query.order_by(InvoiceCoding.position))).scalars().all()
    named = await load_names(session, actor.concern_id, codes_of(rows), day)
    coded: dict[UUID, tuple[Coded, ...]] = {}
    for row in rows:
        words = coding_words(named, invoices[row.invoice_id], row)
        one = Coded(row.responsibility or "", words, row.amount)
        coded[row.invoice_id] = (*coded.get(row.invoice_id, ()), one)
    return coded


async def _reviewers(
    session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
) -> dict[UUID, list[str]]:
    query = (
        select(Decision.subject_id, User.name)
        .join(User, User.id == Decision.user_id)
        .where(
            Decision.concern_id == actor.concern_id,
            Decision.subject_type == "invoice",
            Decision.subject_id.in_(subject_ids),
            Decision.act.in_(REVIEWED),
            Decision.voided_at.is_(None),
        )
        .order_by(Decision.decided_at)
    )
    names: dict[UUID, list[str]] = {}
    for invoice_id, name in await session.execute(query):
        names.setdefault(invoice_id, []).append(name)
    return names


async def _deviations(
    session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """What the last match found and a person accepted."""
    newest = func.row_number().over(
        partition_by=RuleDecision.invoice_id,
        order_by=(RuleDecision.decided_at.desc(), RuleDecision.id.desc()),
    )
    ranked = (
        select(RuleDecision.id, newest.label("rank"))
        .where(
            RuleDecision.concern_id == actor.concern_id,
            RuleDecision.kind == "match",
            RuleDecision.invoice_id.in_(subject_ids),
        )
        .subquery()
    )
    last = aliased(RuleDecision)
    query = select(last.invoice_id, last.stored).join(
        ranked, and_(ranked.c.id == last.id, ranked.c.rank == 1)
    )
    return {invoice_id: _reasons(stored) for invoice_id, stored in await session.execute(query)}


def _reasons(stored: bytes) -> tuple[str, ...]:
    """What is not received first, whatever else stopped it; the match's own reason for that says no more."""
    decision = json.loads(stored)
    missing = tuple(
        gettext("Inte mottaget: %(name)s, %(count)s")
        % {"name": part.name, "count": format_number_sv(part.quantity)}
        for part in not_received(parts_of(decision))
    )
    others = (one for one in decision["reasons"] if one["code"] not in NOT_RECEIVED)
    return (*missing, *(filled(one) for one in others))


async def _paid_unreceived(
    session: AsyncSession, actor: Actor, subject_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """Why what is not received is to be paid, in the words of whoever accepted it last."""
    query = (
        select(AuditEvent.subject_id, AuditEvent.data["not_received"].astext)
        .where(
            AuditEvent.concern_id == actor.concern_id,
            AuditEvent.subject_type == "invoice",
            AuditEvent.subject_id.in_(subject_ids),
            AuditEvent.tag == "invoice:status:accept_deviation",
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    last = {row[0]: row[1] for row in await session.execute(query)}
    text = gettext("Betalas ändå: %(why)s")
    return {subject_id: (text % {"why": words},) for subject_id, words in last.items() if words}


def _facts(
    row: Invoice,
    supplier: str | None,
    order: PurchaseOrder | None,
    *,
    lines: Sequence[InvoiceLine],
    reviewers: Sequence[str],
    deviations: tuple[str, ...],
    payment: tuple[PaymentLine, ...],
    coding: tuple[Coded, ...],
) -> Facts:
    case = (order.requisition_id or order.id) if order else row.id
    checks = (gettext("Order %(number)s") % {"number": order.number},) if order else ()
    return Facts(
        case_id=case, number=row.number, party=supplier or row.seller_name, net=row.net_amount,
        whole=row.payable_amount + row.prepaid_amount, payment=payment, due=row.due_date,
        asked_by=sentence_list(list(dict.fromkeys(reviewers))),
        lines=tuple(Line(line.name, line.quantity, line.unit, line.line_amount) for line in lines), coding=coding,
        deviations=(*deviations, *name_warning(row.seller_name, supplier)),
        checks=checks, held=why_held(row), secret=row.secret, credit=row.is_credit_note,
    )  # fmt: skip
