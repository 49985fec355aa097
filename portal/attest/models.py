"""Who decides over which cost, who stands in for whom, and every decision made."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, ConcernKey, Id, Instant, Json, Money, one_of

FUNCTIONS = ("approve_invoice", "approve_order", "receipt", "review_invoice")
"""The four functions that can be delegated, each on its own (A7.01)."""
ACTS = ("order", "approve_order", "receipt", "review", "accept_deviation", "approve", "check_coding")
"""What a decision row can say was done."""


class Responsibility(Base):
    """An ansvar with exactly one beslutsattestant at a time (A1.03), in a tree."""

    __tablename__ = "responsibility"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[UUID | None]
    approver_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["concern_id", "organisation_id"], ["organisation.concern_id", "organisation.id"]
        ),
        ForeignKeyConstraint(["concern_id", "parent_id"], ["responsibility.concern_id", "responsibility.id"]),
        UniqueConstraint("concern_id", "code", "valid_from"),
    )


class Delegation(Base):
    """One person's rights in one function, handed on for a time (A7)."""

    __tablename__ = "delegation"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    from_user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    to_user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    function: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(comment="last day; none = standing delegation (A7.04)")
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    registered_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    __table_args__ = (
        one_of("function", FUNCTIONS),
        CheckConstraint("from_user_id <> to_user_id", name="not_to_oneself"),
        Index(None, "concern_id", "to_user_id"),
        Index(None, "concern_id", "from_user_id"),
    )


class ApprovalStep(Base):
    """One step of an attest route: which ansvar, how much, whose turn."""

    __tablename__ = "approval_step"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    responsibility: Mapped[str] = mapped_column(comment="the ansvar's code in the coding")
    approver_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    amount: Mapped[Money] = mapped_column(comment="SEK excluding VAT")
    state: Mapped[str] = mapped_column(default="waiting")
    escalated_from: Mapped[str | None] = mapped_column(comment="ansvar whose own attestant may not act")
    created_at: Mapped[Instant]
    decided_at: Mapped[Instant | None]
    decision_id: Mapped[UUID | None]
    __table_args__ = (
        one_of("subject_type", ("requisition", "invoice", "order")),
        one_of("state", ("waiting", "approved", "returned", "void")),
        Index(None, "concern_id", "subject_type", "subject_id"),
        Index(
            "ix_approval_step_waiting",
            "concern_id",
            "approver_id",
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class Decision(Base):
    """What a person decided: who, for whom, through which delegations, and the hash of what was shown."""

    __tablename__ = "decision"
    concern_id: Mapped[ConcernKey]
    id: Mapped[Id]
    organisation_id: Mapped[UUID]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    case_id: Mapped[UUID] = mapped_column(
        comment="what belongs together: the order's id, or the invoice's own"
    )
    act: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id"))
    person_id: Mapped[UUID]
    on_behalf_of_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    on_behalf_of_person_id: Mapped[UUID | None]
    chain: Mapped[Json] = mapped_column(default=list, comment="delegation ids, first link first")
    amount: Mapped[Money | None]
    shown_sha256: Mapped[bytes] = mapped_column(comment="of exactly what the decider saw")
    note: Mapped[str | None]
    decided_at: Mapped[Instant]
    voided_at: Mapped[Instant | None] = mapped_column(comment="undone, or made void by a change after it")
    undo_until: Mapped[Instant | None] = mapped_column(
        comment="until then who made it may undo it, and nothing has come of it; none: at once"
    )
    __table_args__ = (
        ForeignKeyConstraint(["concern_id", "person_id"], ["person.concern_id", "person.id"]),
        one_of("subject_type", ("requisition", "order", "invoice")),
        one_of("act", ACTS),
        Index(None, "concern_id", "case_id"),
        Index(None, "concern_id", "subject_type", "subject_id"),
    )
