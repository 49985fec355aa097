"""All that an invoice's page shows: a fixed number of set-based queries, whatever the invoice holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.access.actor import Actor
from portal.access.models import Organisation, User
from portal.attest.queries.steps import StepView, steps_of
from portal.audit.models import AuditEvent
from portal.invoicing.models import (
    Delivery,
    Invoice,
    InvoiceCoding,
    InvoiceComment,
    InvoiceLine,
    InvoiceParticipant,
    RuleDecision,
)
from portal.invoicing.queries.numbers import alike_numbers
from portal.invoicing.queries.references import AccountRow, SupplierRow, supplier_today
from portal.invoicing.queries.scope import Rights, visible
from portal.invoicing.queries.stored import wait_days
from portal.invoicing.rules.deadlines import WAIT_DAYS
from portal.invoicing.rules.standing import Place, Who
from portal.kernel.errors import NotFound
from portal.orders.models import OrderLine, PurchaseOrder, Receipt, ReceiptLine
from portal.suppliers.models import Supplier, SupplierRelation

MISSING = "Fakturan finns inte."


@dataclass(frozen=True, slots=True)
class Person:
    """A user by id, login and shown name."""

    id: UUID
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Head:
    """The invoice and the names around it.

    `case_id` is what separation of duties counts as one case: the requisition the order came from, else the order,
    else the invoice itself.
    """

    invoice: Invoice
    organisation: str | None
    organisation_code: str | None
    supplier: str | None
    internal: bool
    order_number: str | None
    order_sent_at: datetime | None
    order_buyer: str | None
    reviewer: str | None
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Detail:
    """One invoice with everything that hangs on it, as the actor may see it."""

    head: Head
    owners: tuple[Person, ...]
    lines: Sequence[InvoiceLine]
    coding: Sequence[InvoiceCoding]
    decisions: dict[str, dict[str, Any]]
    events: Sequence[AuditEvent]
    comments: Sequence[Any]
    steps: Sequence[StepView]
    order_lines: Sequence[OrderLine] = ()
    receipts: Sequence[Any] = field(default=())
    channel: str | None = None
    wait_days: int = WAIT_DAYS
    alike: Sequence[Any] = ()
    supplier: SupplierRow | None = None
    accounts: Sequence[AccountRow] = ()
    todays_reasons: Sequence[Any] | None = None

    @property
    def reasons(self) -> Sequence[Any]:
        """Why it stands where it stands: by today's facts where those were looked at, else as stored."""
        return self.invoice.reasons if self.todays_reasons is None else self.todays_reasons

    @property
    def invoice(self) -> Invoice:
        """The row."""
        return self.head.invoice

    @property
    def place(self) -> Place:
        """Where it stands, for the rules."""
        return place_of(self.invoice, (owner.id for owner in self.owners), internal=self.head.internal)


def place_of(invoice: Invoice, owners: Any, *, internal: bool) -> Place:
    """The row as the rule about standing sees it."""
    organisation = str(invoice.organisation_id) if invoice.organisation_id else None
    return Place(
        invoice.status, invoice.handler_role, organisation, frozenset(map(str, owners)), internal,
        invoice.under_investigation,
    )  # fmt: skip


def who_is(actor: Actor, rights: Rights) -> Who:
    """The actor as the rule about standing sees it."""
    return Who(
        actor.permissions,
        str(actor.organisation_id) if actor.organisation_id else None,
        actor.central,
        {str(user): tuple(map(str, chain)) for user, chain in rights.review.items()},
        {str(user): tuple(map(str, chain)) for user, chain in rights.approve.items()},
    )


async def head_of(
    session: AsyncSession, actor: Actor, rights: Rights, invoice_id: UUID, *, lock: bool = False
) -> Head:
    """The invoice if it exists for the actor, else NotFound. `lock`: no other transaction changes it meanwhile."""
    reviewer, buyer = aliased(User), aliased(User)
    query = (
        select(
            Invoice, Organisation.name, Organisation.code, Supplier.name,
            SupplierRelation.internal_organisation_id, PurchaseOrder.number, PurchaseOrder.sent_at,
            buyer.name, reviewer.name, PurchaseOrder.requisition_id,
        )
        .outerjoin(
            Organisation,
            and_(Organisation.concern_id == Invoice.concern_id, Organisation.id == Invoice.organisation_id),
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
        .outerjoin(buyer, buyer.id == PurchaseOrder.buyer_user_id)
        .outerjoin(reviewer, reviewer.id == Invoice.reviewer_id)
        .where(Invoice.id == invoice_id, visible(actor, rights.users))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if lock:
        query = query.with_for_update(of=Invoice)
    row = (await session.execute(query)).first()
    if row is None:
        raise NotFound(MISSING)
    invoice, organisation, code, supplier, internal, number, sent, buyer_name, reviewer_name, asked = row
    case_id = asked or invoice.order_id or invoice.id
    return Head(
        invoice,
        organisation,
        code,
        supplier,
        internal is not None,
        number,
        sent,
        buyer_name,
        reviewer_name,
        case_id,
    )


async def owners_of(session: AsyncSession, invoice: Invoice) -> tuple[Person, ...]:
    """Users who have the invoice before them, by login."""
    query = (
        select(User.id, User.login, User.name)
        .join(InvoiceParticipant, InvoiceParticipant.user_id == User.id)
        .where(
            InvoiceParticipant.concern_id == invoice.concern_id,
            InvoiceParticipant.invoice_id == invoice.id,
            InvoiceParticipant.waiting,
        )
        .order_by(User.login)
    )
    return tuple(Person(*row) for row in await session.execute(query))


async def detail_of(
    session: AsyncSession, actor: Actor, rights: Rights, invoice_id: UUID, today: date
) -> Detail:
    """Everything of one invoice; NotFound when it does not exist for the actor."""
    head = await head_of(session, actor, rights, invoice_id)
    invoice = head.invoice
    return Detail(
        head,
        await owners_of(session, invoice),
        await lines_of(session, invoice),
        await coding_of(session, invoice),
        await decisions_of(session, invoice),
        await events_of(session, invoice),
        await _comments(session, invoice),
        await steps_of(session, invoice.concern_id, "invoice", invoice.id),
        await order_lines_of(session, invoice),
        await _receipts(session, invoice),
        await _channel(session, invoice),
        await wait_days(session, invoice.concern_id, today),
        await alike_numbers(session, actor, invoice),
        *await supplier_today(session, invoice.concern_id, invoice.supplier_id, today),
    )


async def lines_of(session: AsyncSession, invoice: Invoice) -> Sequence[InvoiceLine]:
    """The lines in their order."""
    return await _children(session, InvoiceLine, invoice)


async def coding_of(session: AsyncSession, invoice: Invoice) -> Sequence[InvoiceCoding]:
    """The coding rows in their order."""
    return await _children(session, InvoiceCoding, invoice)


async def _children(session: AsyncSession, model: Any, invoice: Invoice) -> Sequence[Any]:
    query = select(model).where(model.concern_id == invoice.concern_id, model.invoice_id == invoice.id)
    return (await session.execute(query.order_by(model.position))).scalars().all()


async def decisions_of(session: AsyncSession, invoice: Invoice) -> dict[str, dict[str, Any]]:
    """The latest stored decision of each kind, as plain JSON shapes."""
    query = (
        select(RuleDecision.kind, RuleDecision.stored)
        .where(RuleDecision.concern_id == invoice.concern_id, RuleDecision.invoice_id == invoice.id)
        .order_by(RuleDecision.decided_at, RuleDecision.id)
    )
    return {kind: json.loads(stored) for kind, stored in await session.execute(query)}


async def events_of(session: AsyncSession, invoice: Invoice) -> Sequence[AuditEvent]:
    """The history, oldest first."""
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.concern_id == invoice.concern_id,
            AuditEvent.subject_id == invoice.id,
            AuditEvent.subject_type == "invoice",
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    return (await session.execute(query)).scalars().all()


async def _comments(session: AsyncSession, invoice: Invoice) -> Sequence[Any]:
    query = (
        select(InvoiceComment.text, InvoiceComment.created_at, User.name)
        .join(User, User.id == InvoiceComment.user_id)
        .where(InvoiceComment.concern_id == invoice.concern_id, InvoiceComment.invoice_id == invoice.id)
        .order_by(InvoiceComment.created_at, InvoiceComment.id)
    )
    return (await session.execute(query)).all()


async def order_lines_of(session: AsyncSession, invoice: Invoice) -> Sequence[OrderLine]:
    """The lines of the order the invoice is held against."""
    if invoice.order_id is None:
        return ()
    query = select(OrderLine).where(
        OrderLine.concern_id == invoice.concern_id, OrderLine.order_id == invoice.order_id
    )
    return (await session.execute(query.order_by(OrderLine.position))).scalars().all()


async def _receipts(session: AsyncSession, invoice: Invoice) -> Sequence[Any]:
    """Receipts of the order, oldest first: day and who."""
    if invoice.order_id is None:
        return ()
    query = (
        select(Receipt.received_on, User.name, func.count(ReceiptLine.id))
        .join(User, User.id == Receipt.user_id)
        .outerjoin(
            ReceiptLine,
            and_(ReceiptLine.concern_id == Receipt.concern_id, ReceiptLine.receipt_id == Receipt.id),
        )
        .where(Receipt.concern_id == invoice.concern_id, Receipt.order_id == invoice.order_id)
        .group_by(Receipt.id, Receipt.received_on, User.name, Receipt.created_at)
        .order_by(Receipt.created_at)
    )
    return (await session.execute(query)).all()


async def _channel(session: AsyncSession, invoice: Invoice) -> str | None:
    """The door the invoice came in by."""
    query = select(Delivery.channel).where(
        Delivery.concern_id == invoice.concern_id, Delivery.invoice_id == invoice.id
    )
    return (await session.execute(query.order_by(Delivery.received_at).limit(1))).scalar()
