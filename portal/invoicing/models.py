"""Invoices from the first byte to ready for payment."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, Instant, Json, Money, Price, Quantity, Rate, one_of
from portal.invoicing.status import INVOICE

INVOICE_KEY = (["concern_id", "invoice_id"], ["invoice.concern_id", "invoice.id"])


class Original(Base):
    """Bytes that arrived or were sent, known by their hash; the bytes themselves are in the object store."""

    __tablename__ = "original"
    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    size: Mapped[int]
    stored_at: Mapped[Instant]


class Delivery(Base):
    """One handing-over of bytes through one door: the inbox ledger. Its concern is unknown until it is routed."""

    __tablename__ = "delivery"
    id: Mapped[Id]
    concern_id: Mapped[UUID | None]
    supplier_id: Mapped[UUID | None]
    sha256: Mapped[bytes] = mapped_column(ForeignKey("original.sha256"), index=True)
    channel: Mapped[str]
    transport_id: Mapped[str | None] = mapped_column(unique=True, comment="the access point's message id")
    filename: Mapped[str | None]
    received_at: Mapped[Instant]
    outcome: Mapped[str] = mapped_column(default="received")
    findings: Mapped[Json] = mapped_column(default=list)
    invoice_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    __table_args__ = (
        one_of("channel", ("order_flip", "upload", "command", "folder", "access_point")),
        one_of("outcome", ("received", "new", "duplicate", "refused")),
        Index(None, "concern_id", "received_at"),
        Index("ix_delivery_waiting", "received_at", postgresql_where=text("outcome = 'received'")),
    )


class Invoice(Base):
    """An invoice or credit note: what it says, where it stands and why. The original bytes stay the evidence."""

    __tablename__ = "invoice"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None] = mapped_column(comment="none until step 1 found it")
    supplier_id: Mapped[UUID | None] = mapped_column(ForeignKey("supplier.id"), comment="none until step 2")
    sha256: Mapped[bytes]
    status: Mapped[str]
    status_since: Mapped[Instant]
    flow: Mapped[str | None]
    order_id: Mapped[UUID | None]
    secret: Mapped[bool] = mapped_column(default=False)
    is_credit_note: Mapped[bool]
    number: Mapped[str]
    number_key: Mapped[str] = mapped_column(comment="upper case, each run of signs as one dash (A4.11)")
    seller_name: Mapped[str] = mapped_column(comment="as written; never used to find the supplier")
    issue_date: Mapped[date]
    due_date: Mapped[date | None]
    arrived_at: Mapped[Instant]
    arrival_date: Mapped[date] = mapped_column(comment="Stockholm date the bytes were stored (A4.12)")
    currency: Mapped[str]
    net_amount: Mapped[Money] = mapped_column(comment="BT-109")
    tax_amount: Mapped[Money] = mapped_column(comment="BT-110")
    gross_amount: Mapped[Money] = mapped_column(comment="BT-112")
    prepaid_amount: Mapped[Money] = mapped_column(comment="BT-113")
    rounding_amount: Mapped[Money] = mapped_column(comment="BT-114")
    payable_amount: Mapped[Money] = mapped_column(comment="BT-115")
    buyer_reference: Mapped[str | None] = mapped_column(comment="BT-10")
    order_reference: Mapped[str | None] = mapped_column(comment="BT-13")
    subscription_reference: Mapped[str | None] = mapped_column(comment="BT-12 or BT-18")
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    handler_role: Mapped[str | None] = mapped_column(
        comment="levgruppen, local_admin, central_admin, or none"
    )
    reasons: Mapped[Json] = mapped_column(default=list, comment="[{code, message}] of where it stands")
    manual_controls: Mapped[Json] = mapped_column(default=list, comment="controls forced through by a person")
    under_investigation: Mapped[bool] = mapped_column(default=False)
    hold_reason: Mapped[str | None] = mapped_column(comment="why a person holds it")
    receipt_reminded_at: Mapped[Instant | None]
    pay_scheme: Mapped[str | None] = mapped_column(comment="the account chosen at arrival: its kind")
    pay_number: Mapped[str | None] = mapped_column(comment="and its number as it is compared")
    pay_factor: Mapped[str | None] = mapped_column(comment="org.nr of the factor whose account it is")
    paid_otherwise: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="Klar, and never paid by us"
    )
    only_payment_left: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="all else is decided; Klar when the payment holds"
    )
    payment_date: Mapped[date | None]
    otherwise_checked_person: Mapped[UUID | None] = mapped_column(
        comment="who first said that it is paid otherwise"
    )
    otherwise_confirmed_person: Mapped[UUID | None] = mapped_column(comment="the second person")
    payment_checked_person: Mapped[UUID | None] = mapped_column(
        comment="who called the supplier back about the account"
    )
    payment_confirmed_person: Mapped[UUID | None] = mapped_column(
        comment="the second person, for this invoice alone"
    )
    pay_not_before: Mapped[Instant | None] = mapped_column(
        comment="the end of the wait after two have confirmed"
    )
    done_at: Mapped[Instant | None]
    cancelled_reason: Mapped[str | None]
    credit_request: Mapped[str | None] = mapped_column(comment="the supplier reads it")
    credit_amount: Mapped[Money | None] = mapped_column(comment="SEK excluding VAT, asked to be credited")
    credited_numbers: Mapped[Json] = mapped_column(default=list, comment="BT-25")
    document: Mapped[Json | None] = mapped_column(
        comment="the neutral invoice (EN 16931) as read; the original bytes stay the evidence"
    )
    fatal_rules: Mapped[Json] = mapped_column(
        default=list, server_default="[]", comment="ids of the official rules it breaks"
    )
    rule_edition: Mapped[str | None] = mapped_column(comment="edition of the Peppol rules that judged it")
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        one_of("status", INVOICE.codes()),
        one_of("flow", ("order", "subscription", "manual")),
        CheckConstraint("payment_confirmed_person <> payment_checked_person", name="payment_two_persons"),
        CheckConstraint(
            "otherwise_confirmed_person IS NULL OR otherwise_checked_person IS NOT NULL"
            " AND otherwise_confirmed_person <> otherwise_checked_person",
            name="otherwise_two_persons",
        ),
        CheckConstraint(
            "payment_confirmed_person IS NULL"
            " OR (payment_checked_person IS NOT NULL AND pay_not_before IS NOT NULL)",
            name="payment_waits",
        ),
        one_of("handler_role", ("levgruppen", "local_admin", "central_admin")),
        Index("ix_invoice_number", "concern_id", "supplier_id", "number_key"),
        Index("ix_invoice_status", "concern_id", "organisation_id", "status", "arrived_at", "id"),
        Index("ix_invoice_arrived", "concern_id", "arrived_at", "id"),
        Index("ix_invoice_order", "concern_id", "order_id"),
        Index("ix_invoice_supplier", "supplier_id", "arrived_at"),
        Index("ix_invoice_sha256", "concern_id", "sha256"),
    )


class NumberClaim(Base):
    """A used invoice number (A4.11): taken when step 4 is passed, freed by Makulerad (A9.11)."""

    __tablename__ = "number_claim"
    concern_id: Mapped[ConcernKey]
    supplier_id: Mapped[UUID] = mapped_column(primary_key=True)
    number_key: Mapped[str] = mapped_column(primary_key=True)
    folded_key: Mapped[str] = mapped_column(comment="the key without signs and leading zeros")
    invoice_id: Mapped[UUID]
    claimed_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(*INVOICE_KEY),
        UniqueConstraint("concern_id", "invoice_id"),
        Index("ix_number_claim_folded", "concern_id", "supplier_id", "folded_key"),
    )


class InvoiceLine(Base):
    """A line of the invoice, and the order line it fills."""

    __tablename__ = "invoice_line"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    invoice_id: Mapped[UUID]
    position: Mapped[int]
    line_id: Mapped[str] = mapped_column(comment="BT-126")
    name: Mapped[str]
    quantity: Mapped[Quantity]
    unit: Mapped[str]
    net_price: Mapped[Price]
    base_quantity: Mapped[Quantity]
    line_amount: Mapped[Money]
    vat_category: Mapped[str | None]
    vat_rate: Mapped[Rate | None]
    order_line_ref: Mapped[str | None] = mapped_column(comment="BT-132")
    seller_item_id: Mapped[str | None]
    buyer_item_id: Mapped[str | None]
    order_line_id: Mapped[UUID | None]
    __table_args__ = (ForeignKeyConstraint(*INVOICE_KEY), Index(None, "concern_id", "invoice_id"))


class InvoiceCoding(Base):
    """One coding row: code string and amount, written by a rule or a person."""

    __tablename__ = "invoice_coding"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    invoice_id: Mapped[UUID]
    position: Mapped[int]
    account: Mapped[str]
    responsibility: Mapped[str | None]
    operation: Mapped[str | None]
    project: Mapped[str | None]
    activity: Mapped[str | None]
    free: Mapped[str | None]
    amount: Mapped[Money] = mapped_column(comment="SEK excluding VAT")
    text: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(comment="where it came from, in words")
    __table_args__ = (ForeignKeyConstraint(*INVOICE_KEY), Index(None, "concern_id", "invoice_id"))


class InvoiceParticipant(Base):
    """Who has or has had the invoice before them: the lists Avvaktar hantering and Hanterade (A2.24)."""

    __tablename__ = "invoice_participant"
    concern_id: Mapped[ConcernKey]
    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    waiting: Mapped[bool]
    since: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(*INVOICE_KEY),
        Index("ix_invoice_participant_user", "concern_id", "user_id", "waiting", "since"),
    )


class RuleDecision(Base):
    """An automatic decision with its inputs, limits, rules and result: recomputable to the same bytes."""

    __tablename__ = "rule_decision"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    invoice_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(comment="organisation, supplier, payment, arrival, flow, match, final")
    result: Mapped[str]
    stored: Mapped[bytes] = mapped_column(LargeBinary, comment="canonical JSON")
    sha256: Mapped[bytes]
    decided_at: Mapped[Instant]
    __table_args__ = (ForeignKeyConstraint(*INVOICE_KEY), Index(None, "concern_id", "invoice_id"))


class InvoiceComment(Base):
    """A comment on an invoice, e.g. who took part (A6.20)."""

    __tablename__ = "invoice_comment"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    invoice_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    text: Mapped[str]
    created_at: Mapped[Instant]
    __table_args__ = (ForeignKeyConstraint(*INVOICE_KEY), Index(None, "concern_id", "invoice_id"))


class MatchLimit(Base):
    """A match limit, most specific first: organisation → supplier → agreement → commodity (matching.md D2)."""

    __tablename__ = "match_limit"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None]
    supplier_id: Mapped[UUID | None]
    agreement_id: Mapped[UUID | None]
    unspsc_prefix: Mapped[str | None]
    name: Mapped[str]
    value: Mapped[Price]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class VatRate(Base):
    """A VAT rate in force (C20), by kind of goods and day."""

    __tablename__ = "vat_rate"
    category: Mapped[str] = mapped_column(primary_key=True, comment="standard, food, books, exempt …")
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    rate: Mapped[Rate]
