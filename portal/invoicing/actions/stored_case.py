"""A stored invoice as the pipeline takes it up: its document, with what persons have put right or chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.formats.en16931 import Invoice
from portal.invoicing.actions.case import Case
from portal.invoicing.actions.paying import chosen_of
from portal.invoicing.queries.stored import Stored
from portal.invoicing.status import MATCHING
from portal.kernel.plain import from_plain

# What a person may put right in the header (A5.03); the document keeps what was written.
_HEADER = (
    "number", "issue_date", "due_date", "currency", "net_amount", "tax_amount", "gross_amount",
    "prepaid_amount", "rounding_amount", "payable_amount", "order_reference", "buyer_reference",
)  # fmt: skip
CHOSEN_SUPPLIER, CHOSEN_ORGANISATION = "supplier", "organisation"


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
