"""Kontoplan, dimensions and the rules between them, all valid over time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, Instant, one_of

DIMENSIONS = ("account", "responsibility", "operation", "project", "activity", "free")
"""konto, ansvar, verksamhet, projekt, aktivitet, fri: the code string, in order (A6.17)."""


class CodingValue(Base):
    """A code of a dimension, common to the concern or an organisation's own (A4.20)."""

    __tablename__ = "coding_value"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None]
    dimension: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        one_of("dimension", DIMENSIONS),
        UniqueConstraint("concern_id", "dimension", "code", "organisation_id", "valid_from"),
    )


class CodingRule(Base):
    """A sambandskontroll between two dimensions (A6.18): codes between from and to, both included."""

    __tablename__ = "coding_rule"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None] = mapped_column(comment="none = central rule")
    code: Mapped[str]
    logic: Mapped[str]
    when_dimension: Mapped[str]
    when_from: Mapped[str]
    when_to: Mapped[str]
    then_dimension: Mapped[str]
    then_from: Mapped[str | None]
    then_to: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        one_of("logic", ("forbids", "requires", "limits")),
        one_of("when_dimension", DIMENSIONS),
        one_of("then_dimension", DIMENSIONS),
        Index(None, "concern_id", "organisation_id"),
    )


class CommentAccount(Base):
    """A konto that asks for a comment or a file (A6.20)."""

    __tablename__ = "comment_account"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID | None]
    account: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UnspscAccount(Base):
    """UNSPSC prefix → konto, the longest prefix wins (A6.19)."""

    __tablename__ = "unspsc_account"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    prefix: Mapped[str]
    account: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (UniqueConstraint("concern_id", "prefix", "valid_from"),)


class CodingFile(Base):
    """A file that answers a comment account (A6.20): on a line that is ordered, or on an invoice."""

    __tablename__ = "coding_file"
    concern_id: Mapped[ConcernKey] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    id: Mapped[Id]
    requisition_line_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]
    sha256: Mapped[bytes] = mapped_column(comment="the bytes, in the object store")
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(comment="bytes")
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "requisition_line_id"],
            ["requisition_line.concern_id", "requisition_line.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["concern_id", "invoice_id"], ["invoice.concern_id", "invoice.id"]),
        CheckConstraint("num_nonnulls(requisition_line_id, invoice_id) = 1", name="one_subject"),
        Index(None, "concern_id", "requisition_line_id"),
        Index(None, "concern_id", "invoice_id"),
    )
