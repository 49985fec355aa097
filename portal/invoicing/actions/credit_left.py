"""A credit note is accepted only up to what was invoiced: whoever accepts it is told what is left (A9.13)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.models import Invoice
from portal.invoicing.rules.credited import too_much
from portal.invoicing.status import APPROVAL, ATTESTED, CANCELLED, DONE
from portal.invoicing.values import ZERO
from portal.kernel.errors import Conflict
from portal.kernel.money import format_kr
from portal.kernel.text import sentence_list

TOO_MUCH = "Krediten är %(amount)s exklusive moms, men bara %(left)s är kvar av faktura %(numbers)s."
_ACCEPTED = (APPROVAL, ATTESTED, DONE)


async def require_room(session: AsyncSession, credit_note: Invoice) -> None:
    """Conflict when accepting it would credit more than was invoiced.

    Counted against the invoices it names as far as they are seen; they are held until the transaction ends, so that
    two credit notes are not accepted side by side.
    """
    numbers = [str(one) for one in credit_note.credited_numbers]
    debits = select(Invoice.net_amount).where(
        *_same_supplier(credit_note), Invoice.number.in_(numbers), Invoice.is_credit_note.is_(False),
        Invoice.status != CANCELLED,
    )  # fmt: skip
    held = debits.order_by(Invoice.id).with_for_update(key_share=True)
    found = (await session.execute(held)).scalars().all()
    if not found:
        return
    invoiced, before = sum(found, ZERO), await _accepted(session, credit_note, numbers)
    if too_much(invoiced, before, credit_note.net_amount):
        left = format_kr(max(invoiced - before, ZERO))
        amount, named = format_kr(credit_note.net_amount), sentence_list(numbers)
        raise Conflict(TOO_MUCH, amount=amount, left=left, numbers=named)


def _same_supplier(credit_note: Invoice) -> tuple[ColumnElement[bool], ...]:
    return (Invoice.concern_id == credit_note.concern_id, Invoice.supplier_id == credit_note.supplier_id)


async def _accepted(session: AsyncSession, credit_note: Invoice, numbers: list[str]) -> Decimal:
    """What other accepted credit notes have taken of the same invoices."""
    named = func.jsonb_exists_any(Invoice.credited_numbers, cast(numbers, ARRAY(Text)))
    query = select(func.coalesce(func.sum(Invoice.net_amount), 0)).where(
        *_same_supplier(credit_note), Invoice.is_credit_note, Invoice.id != credit_note.id,
        Invoice.status.in_(_ACCEPTED), named,
    )  # fmt: skip
    return Decimal((await session.execute(query)).scalar_one())
