"""What a credit note credits (BT-25): invoices stored before it, and those that arrive in the same batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.actions.case import Case
from portal.invoicing.queries.debits import Debit, debits_of
from portal.kernel.identifiers import invoice_number_key

Key = tuple[UUID, str]


async def find_debits(session: AsyncSession, concern_id: UUID, cases: Sequence[Case]) -> None:
    """Give each credit note whose supplier is known the stored invoices it names. One query."""
    named = {case.id: _named(case) for case in cases}
    wanted = list(dict.fromkeys(key for keys in named.values() for key in keys))
    found = await debits_of(session, concern_id, wanted)
    for case in cases:
        case.debits = tuple(found[key] for key in named[case.id] if key in found)


def see_each_other(cases: Sequence[Case]) -> None:
    """Add what the cases of the batch know of each other by now; secrecy follows from the debit to its credit."""
    arriving: Mapping[Key, Case] = {
        (case.supplier_id, case.number_key): case
        for case in reversed(cases)
        if case.supplier_id and not case.invoice.is_credit_note
    }
    for case in cases:
        stored = [debit for debit in case.debits if debit.stored]
        known = {invoice_number_key(debit.number) for debit in stored}
        mine = [arriving[key] for key in _named(case) if key in arriving and key[1] not in known]
        if mine:
            case.debits = (*stored, *map(_debit, mine))
            case.secret = case.secret or any(debit.secret for debit in mine)


def _named(case: Case) -> list[Key]:
    if case.supplier is None or not case.invoice.is_credit_note:
        return []
    return [(case.supplier.id, invoice_number_key(one.number)) for one in case.invoice.preceding]


def _debit(case: Case) -> Debit:
    order, supplier_id = case.order, case.supplier_id
    assert supplier_id is not None
    responsible = order.buyer_id if order else case.reviewer_id
    number = order.number if order else None
    return Debit(
        case.invoice.number, case.organisation_id, supplier_id, case.secret, number, responsible, stored=False
    )
