"""Behandlingshistorik: what happened, to what, by whom and why; written once, sealed in a chain."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, Instant, Json


class AuditEvent(Base):
    """One event. `digests` holds a hash per field, so that a personal field can be weeded and the chain holds."""

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    uid: Mapped[UUID] = mapped_column(comment="drawn when written and signed with the row: no copy passes")
    concern_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    supplier_id: Mapped[UUID | None]
    at: Mapped[Instant]
    tag: Mapped[str] = mapped_column(comment="subject:part:verb")
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None] = mapped_column(comment="user; none = the system")
    actor: Mapped[str] = mapped_column(comment="login, or system")
    on_behalf_of: Mapped[str | None]
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    why: Mapped[str | None]
    data: Mapped[Json] = mapped_column(default=dict)
    digests: Mapped[Json]
    digest: Mapped[bytes] = mapped_column(comment="sha256 over the field digests")
    __table_args__ = (Index("ix_audit_event_subject", "concern_id", "subject_id", "id"),)


class AuditSeal(Base):
    """One link: the event's digest chained to the link before it."""

    __tablename__ = "audit_seal"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    digest: Mapped[bytes]
    chain: Mapped[bytes] = mapped_column(comment="sha256(previous chain + digest)")
    sealed_at: Mapped[Instant]
