"""Used invoice numbers (A4.11): held, asked for and claimed, for a batch at once; and what looks like a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.db.bulk import as_json
from portal.invoicing.models import Invoice, NumberClaim
from portal.invoicing.queries.scope import in_scope
from portal.kernel.identifiers import folded_number_key

_HOLD = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key"
)
_TAKEN = text(
    "SELECT k.position, t.same_organisation, t.exact FROM ROWS FROM (json_to_recordset(CAST(:asked AS json)) AS"
    " (supplier uuid, number_key text, folded_key text, organisation uuid, gross numeric, order_id uuid))"
    " WITH ORDINALITY"
    " AS k(supplier, number_key, folded_key, organisation, gross, order_id, position),"
    " LATERAL number_taken(:concern, k.supplier, k.number_key, k.folded_key, k.organisation, k.gross,"
    " k.order_id) t"
)
_CLAIM = text(
    "INSERT INTO number_claim (concern_id, supplier_id, number_key, folded_key, invoice_id, claimed_at)"
    " SELECT concern_id, supplier_id, number_key, folded_key, invoice_id, claimed_at"
    " FROM json_populate_recordset(NULL::number_claim, CAST(:rows AS json))"
    " ON CONFLICT DO NOTHING RETURNING invoice_id"
)
# (exact, same organisation) → the word of HeaderFacts.number_taken.
WORDS = {
    (True, True): "same_organisation", (True, False): "other_organisation",
    (False, True): "alike_here", (False, False): "alike_elsewhere",
}  # fmt: skip
MOST_ALIKE = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A number as its invoice bears it: keys, whose it is, BT-112, and the order it names."""

    supplier: UUID
    number_key: str
    folded_key: str
    organisation: UUID
    gross: Decimal
    order_id: UUID | None


async def hold_numbers(session: AsyncSession, concern_id: UUID, asked: Sequence[Asked]) -> None:
    """Until the transaction ends no other decides over a number that folds to one of these."""
    keys = sorted({f"number:{concern_id}:{one.supplier}:{one.folded_key}" for one in asked})
    if keys:
        await session.execute(_HOLD, {"keys": keys})


async def numbers_taken(session: AsyncSession, concern_id: UUID, asked: Sequence[Asked]) -> dict[int, str]:
    """Position in `asked` → the word of where the number, or one like it with the same sum or order, is used."""
    if not asked:
        return {}
    rows = [
        {
            "supplier": one.supplier, "number_key": one.number_key, "folded_key": one.folded_key,
            "organisation": one.organisation, "gross": one.gross, "order_id": one.order_id,
        }
        for one in asked
    ]  # fmt: skip
    found = await session.execute(_TAKEN, {"concern": concern_id, "asked": as_json(rows)})
    return {row.position - 1: WORDS[row.exact, row.same_organisation] for row in found.all()}


async def claim_numbers(session: AsyncSession, rows_json: str) -> set[UUID]:
    """Claim in the order given; the invoices that got their number. Waits for a claim not yet committed."""
    return set((await session.execute(_CLAIM, {"rows": rows_json})).scalars())


async def alike_numbers(session: AsyncSession, actor: Actor, invoice: Invoice) -> Sequence[Any]:
    """Other invoices of the supplier whose number differs only by signs and leading zeros, as far as the actor sees."""
    if invoice.supplier_id is None:
        return ()
    same = and_(NumberClaim.concern_id == Invoice.concern_id, NumberClaim.invoice_id == Invoice.id)
    query = (
        select(Invoice.id, Invoice.number, Invoice.payable_amount, Invoice.arrival_date)
        .join(NumberClaim, same)
        .where(
            in_scope(actor),
            NumberClaim.concern_id == invoice.concern_id,
            NumberClaim.supplier_id == invoice.supplier_id,
            NumberClaim.folded_key == folded_number_key(invoice.number),
            Invoice.id != invoice.id,
        )
    )
    return (await session.execute(query.order_by(Invoice.arrived_at).limit(MOST_ALIKE))).all()
