"""How far a long piece of work has come: one row per piece, polled by a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, Id, Instant, one_of
from portal.jobs.values import PROGRESS_STATES


class JobProgress(Base):
    """Belongs to a concern, to a supplier (a catalogue upload) or to the installation (neither)."""

    __tablename__ = "job_progress"
    __table_args__ = (
        one_of("state", PROGRESS_STATES),
        CheckConstraint("total >= 0 AND done >= 0 AND failed >= 0", name="counts_not_negative"),
    )

    id: Mapped[Id]
    concern_id: Mapped[UUID | None] = mapped_column(index=True)
    supplier_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(comment="what is being done, such as catalog.import")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    stop_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    message: Mapped[str | None] = mapped_column(comment="plain Swedish, for the person who waits")
    result: Mapped[dict[str, Any] | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
