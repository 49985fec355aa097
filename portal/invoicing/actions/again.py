"""Take a stored invoice up again where it stands: after a correction, a receipt, or too long a wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.db.context import Context
from portal.db.session import Database
from portal.invoicing.actions.finishing import release
from portal.invoicing.actions.settle import Batch, settle
from portal.invoicing.actions.stored_case import case_of
from portal.invoicing.queries.stored import lock_invoices
from portal.invoicing.status import ARRIVAL, MATCHING
from portal.kernel.failpoints import At, nowhere

BATCH = 50


async def rerun(
    database: Database, concern_id: UUID, invoice_ids: Sequence[UUID], now: datetime, *, at: At = nowhere
) -> None:
    """Bring invoices that stand in arrival control or matching to where they rest now; leave others alone.

    Run twice, or at once by two processes, it does nothing more.
    """
    for start in range(0, len(invoice_ids), BATCH):
        async with database.session(Context.for_system(concern_id)) as session:
            await rerun_in(session, concern_id, invoice_ids[start : start + BATCH], now, at=at)


async def rerun_in(
    session: AsyncSession, concern_id: UUID, invoice_ids: Sequence[UUID], now: datetime, *, at: At = nowhere
) -> None:
    """`rerun` in the caller's transaction, which must be in the system's context of the concern."""
    stored = await lock_invoices(session, concern_id, invoice_ids)
    standing = [row for row in stored.rows if row.status in (*ARRIVAL, *MATCHING) and row.document]
    for row in standing:
        if row.only_payment_left:
            await release(session, concern_id, row.id, now)
    standing = [row for row in standing if not row.only_payment_left]
    cases = sorted((case_of(row, stored) for row in standing), key=lambda case: (case.arrived_at, case.id))
    if cases:
        await settle(Batch(session, concern_id, now, at), cases)
