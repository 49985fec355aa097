"""Take a stored invoice up again where it stands: after a correction, a receipt, or too long a wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.db.context import Context
from portal.db.session import Database
from portal.formats.en16931 import Invoice
from portal.invoicing.actions.case import Case
from portal.invoicing.actions.finishing import release
from portal.invoicing.actions.paying import chosen_of
from portal.invoicing.actions.settle import Batch, settle
from portal.invoicing.queries.stored import Stored, lock_invoices
from portal.invoicing.status import ARRIVAL, MATCHING
from portal.kernel.failpoints import At, nowhere
from portal.kernel.plain import from_plain

BATCH = 50
# What a person may put right in the header (A5.03); the document keeps what was written.
_HEADER = (
    "number", "issue_date", "due_date", "currency", "net_amount", "tax_amount", "gross_amount",
    "prepaid_amount", "rounding_amount", "payable_amount", "order_reference", "buyer_reference",
)  # fmt: skip
CHOSEN_SUPPLIER, CHOSEN_ORGANISATION = "supplier", "organisation"


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


def case_of(row: Any, stored: Stored) -> Case:
    """The stored invoice as the pipeline takes it up."""
    written = from_plain(Invoice, row.document)
    invoice = _corrected(written, row)
    matching = row.status in MATCHING
    settled = set(row.manual_controls)
    keep_organisation = matching or CHOSEN_ORGANISATION in settled
    keep_supplier = matching or CHOSEN_SUPPLIER in settled
    case = Case(
        row.id, invoice, row.arrived_at, row.arrival_date, bytes(row.sha256), is_new=False,
        fatal_rules=tuple(row.fatal_rules) if _same_sums(invoice, written) else (),
        rule_edition=row.rule_edition,
        state=row.status, forced=tuple(row.manual_controls),
        chosen_organisation=row.organisation_id if keep_organisation else None,
        chosen_supplier=row.supplier_id if keep_supplier else None,
        has_claim=row.id in stored.claimed, has_coding=row.id in stored.coded,
        before=(row.status, row.handler_role, row.reasons), held=row.under_investigation,
        matched_before=stored.matched.get(row.id),
    )  # fmt: skip
    case.secret, case.pay_not_before = row.secret, row.pay_not_before
    chosen = chosen_of(row)
    case.account, case.paid_otherwise = chosen.account, chosen.otherwise
    if matching:
        case.organisation_id, case.supplier_id, case.flow = row.organisation_id, row.supplier_id, row.flow
        case.reviewer_id, case.order_id = row.reviewer_id, row.order_id
    return case


def _corrected(written: Invoice, row: Any) -> Invoice:
    """The invoice as it stands now: the row's header, with BT-12 or BT-18 where it was."""
    changed = {name: getattr(row, name) for name in _HEADER if getattr(row, name) != getattr(written, name)}
    if row.subscription_reference and written.object_id is None:
        changed["contract_reference"] = row.subscription_reference
    return replace(written, **changed)


def _same_sums(invoice: Invoice, written: Invoice) -> bool:
    """The official rules judged the document as written. Once a person has put its sums right, that judgement
    says nothing of what is to be paid; the portal's own controls still do (A4.17)."""
    names = ("net_amount", "tax_amount", "gross_amount", "payable_amount")
    return all(getattr(invoice, name) == getattr(written, name) for name in names)
