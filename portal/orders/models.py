"""Baskets sent for attest, orders, what suppliers answer and what arrives."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, Instant, Json, Money, Price, Quantity, Rate, one_of
from portal.orders.change_values import KINDS
from portal.orders.status import ORDER, REQUISITION

ORGANISATION = (["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"])


class CodingColumns:
    """The code string (A6.17) with the share of the line it takes."""

    account: Mapped[str]
    responsibility: Mapped[str]
    operation: Mapped[str | None]
    project: Mapped[str | None]
    activity: Mapped[str | None]
    free: Mapped[str | None]
    share: Mapped[Rate] = mapped_column(comment="percent of the line; a line's shares sum to 100")


class Requisition(Base):
    """A basket, and once sent the electronic requisition (A6.01): one order per supplier at attest."""

    __tablename__ = "requisition"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    number: Mapped[str | None]
    status: Mapped[str]
    title: Mapped[str | None]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), comment="who fills and sends it")
    person_id: Mapped[UUID]
    buyer_user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"), comment="beställare (B29, A6.03)")
    delivery_address_id: Mapped[UUID | None]
    goods_mark: Mapped[str | None]
    wanted_on: Mapped[date | None]
    note_to_supplier: Mapped[str | None]
    note_to_approver: Mapped[str | None]
    review_requested: Mapped[bool] = mapped_column(
        default=False, comment="invoices stop even when they match"
    )
    secret: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    motives: Mapped[Json] = mapped_column(
        default=dict, server_default="{}",
        comment="what was noted of the ranking: {rank-agreement-supplier or limit-agreement: text}",
    )  # fmt: skip
    coding_before: Mapped[Any | None] = mapped_column(
        JSONB(none_as_null=True), comment="what the last copying of coding replaced"
    )
    __table_args__ = (
        ForeignKeyConstraint(*ORGANISATION),
        ForeignKeyConstraint(
            ["concern_id", "delivery_address_id"], ["delivery_address.concern_id", "delivery_address.id"]
        ),
        one_of("status", REQUISITION.codes()),
        UniqueConstraint("concern_id", "number"),
        Index(None, "concern_id", "user_id", "status"),
    )


class RequisitionLine(Base):
    """One wanted article, priced as it was when it was put in the basket."""

    __tablename__ = "requisition_line"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    requisition_id: Mapped[UUID]
    position: Mapped[int]
    article_id: Mapped[UUID | None]
    agreement_id: Mapped[UUID | None]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    item_no: Mapped[str | None]
    name: Mapped[str]
    unspsc: Mapped[str | None]
    unit: Mapped[str]
    quantity: Mapped[Quantity]
    price: Mapped[Price]
    vat_rate: Mapped[Rate]
    vat_category: Mapped[str] = mapped_column(default="S")
    offered: Mapped[Any | None] = mapped_column(
        JSONB(none_as_null=True), comment="minimum, GTIN and description it was bought on"
    )
    comment: Mapped[str | None] = mapped_column(comment="purpose and participants (A6.20)")
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "requisition_id"], ["requisition.concern_id", "requisition.id"], ondelete="CASCADE"
        ),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index(None, "concern_id", "requisition_id"),
    )


class RequisitionCoding(CodingColumns, Base):
    """Coding of a requisition line."""

    __tablename__ = "requisition_coding"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    line_id: Mapped[UUID]
    source: Mapped[str | None] = mapped_column(comment="where the proposal came from, in words")
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "line_id"],
            ["requisition_line.concern_id", "requisition_line.id"],
            ondelete="CASCADE",
        ),
        Index(None, "concern_id", "line_id"),
    )


class PurchaseOrder(Base):
    """An order to one supplier. Everything a supplier may read of it is here; coding is not."""

    __tablename__ = "purchase_order"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    requisition_id: Mapped[UUID | None]
    number: Mapped[str]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    agreement_id: Mapped[UUID | None]
    status: Mapped[str]
    buyer_user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    buyer_person_id: Mapped[UUID]
    buyer_name: Mapped[str] = mapped_column(comment="the organisation, as the supplier sees it")
    buyer_gln: Mapped[str | None]
    buyer_reference: Mapped[str | None]
    net_amount: Mapped[Money]
    tax_amount: Mapped[Money]
    gross_amount: Mapped[Money]
    delivery_name: Mapped[str | None]
    delivery_gln: Mapped[str | None]
    delivery_street: Mapped[str | None]
    delivery_postcode: Mapped[str | None]
    delivery_city: Mapped[str | None]
    goods_mark: Mapped[str | None]
    wanted_on: Mapped[date | None]
    note_to_supplier: Mapped[str | None]
    review_requested: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    document_sha256: Mapped[bytes | None] = mapped_column(
        comment="the Peppol order sent, in the object store"
    )
    __table_args__ = (
        ForeignKeyConstraint(*ORGANISATION),
        ForeignKeyConstraint(["concern_id", "requisition_id"], ["requisition.concern_id", "requisition.id"]),
        one_of("status", ORDER.codes()),
        UniqueConstraint("concern_id", "number"),
        Index(None, "concern_id", "buyer_user_id", "status"),
        Index(None, "concern_id", "requisition_id"),
        Index(
            "ix_purchase_order_agreement",
            "concern_id",
            "agreement_id",
            postgresql_include=["status", "net_amount"],
        ),
        Index(None, "supplier_id", "status"),
    )


class OrderLine(Base):
    """One ordered line with what has come of it so far."""

    __tablename__ = "order_line"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(comment="the line number the supplier sees, BT-132")
    article_id: Mapped[UUID | None]
    item_no: Mapped[str | None]
    buyer_item_no: Mapped[str | None]
    name: Mapped[str]
    unspsc: Mapped[str | None]
    unit: Mapped[str]
    quantity: Mapped[Quantity]
    price: Mapped[Price]
    vat_rate: Mapped[Rate]
    vat_category: Mapped[str] = mapped_column(default="S")
    net_amount: Mapped[Money]
    received_quantity: Mapped[Quantity] = mapped_column(default=0, server_default="0")
    invoiced_quantity: Mapped[Quantity] = mapped_column(
        default=0, server_default="0", comment="by Klar invoices"
    )
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        UniqueConstraint("concern_id", "order_id", "position"),
        CheckConstraint("received_quantity >= 0", name="received_not_negative"),
    )


class OrderCoding(CodingColumns, Base):
    """Coding of an order line: the buyer's own matter, never read by a supplier."""

    __tablename__ = "order_coding"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_line_id: Mapped[UUID]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_line_id"], ["order_line.concern_id", "order_line.id"]),
        Index(None, "concern_id", "order_line_id"),
    )


class OrderResponse(Base):
    """The supplier's answer to an order."""

    __tablename__ = "order_response"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_id: Mapped[UUID]
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("supplier.id"))
    code: Mapped[str] = mapped_column(comment="Peppol T76: AP accepted, CA with change, RE rejected")
    promised_on: Mapped[date | None]
    note: Mapped[str | None]
    lines: Mapped[Json] = mapped_column(default=list)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    answered_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        one_of("code", ("AB", "AP", "CA", "RE")),
        Index(None, "concern_id", "order_id"),
    )


class OrderChange(Base):
    """What a buyer decided of an order that had been sent: never changed, the order stands on its lines.

    `lines`: {"line": id, "position": 1, "name": …, "unit": "EA", "quantity": ["10", "8"], "price": ["412", "432"],
    "agreed": "412"}, before and after; `agreed` the agreement's price that day, null without one.
    """

    __tablename__ = "order_change"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_id: Mapped[UUID]
    kind: Mapped[str]
    lines: Mapped[Json] = mapped_column(
        default=list, comment="quantity and price of each line, before and after"
    )
    net_before: Mapped[Money] = mapped_column(comment="SEK excluding VAT")
    net_after: Mapped[Money] = mapped_column(comment="SEK excluding VAT")
    note: Mapped[str | None] = mapped_column(comment="the supplier reads it, unless it is accepted or raised")
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    person_id: Mapped[UUID]
    created_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        one_of("kind", KINDS),
        Index(None, "concern_id", "order_id"),
    )


class Receipt(Base):
    """A leveranskvittens (A6.03): whole or part, any number of times."""

    __tablename__ = "receipt"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    person_id: Mapped[UUID]
    received_on: Mapped[date]
    note: Mapped[str | None]
    takes_back_id: Mapped[UUID | None] = mapped_column(comment="the earlier receipt this one undoes")
    created_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        ForeignKeyConstraint(["concern_id", "takes_back_id"], ["receipt.concern_id", "receipt.id"]),
        UniqueConstraint("concern_id", "takes_back_id"),
        Index(None, "concern_id", "order_id"),
    )


class ReceiptLine(Base):
    """What came of one order line; by amount (B27) the quantity is the share of the line's amount."""

    __tablename__ = "receipt_line"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    receipt_id: Mapped[UUID]
    order_line_id: Mapped[UUID]
    quantity: Mapped[Quantity] = mapped_column(comment="negative takes back an earlier receipt")
    amount: Mapped[Money | None] = mapped_column(comment="SEK excluding VAT when received by amount")
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "receipt_id"], ["receipt.concern_id", "receipt.id"]),
        ForeignKeyConstraint(["concern_id", "order_line_id"], ["order_line.concern_id", "order_line.id"]),
        Index(None, "concern_id", "receipt_id"),
    )


class Transmission(Base):
    """One attempt line of sending a document out. An order is never "failed to send": a transmission is."""

    __tablename__ = "transmission"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    order_id: Mapped[UUID]
    channel: Mapped[str]
    recipient: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "order_id"], ["purchase_order.concern_id", "purchase_order.id"]),
        one_of("channel", ("mail", "portal", "peppol")),
        one_of("state", ("waiting", "sent", "failed")),
        Index(None, "concern_id", "order_id"),
    )
