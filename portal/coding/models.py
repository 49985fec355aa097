"""Kontoplan, dimensions and the rules between them, all valid over time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, one_of

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
