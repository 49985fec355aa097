"""Is the number new (A4.11)? Asked of what is stored, and of those that arrive in the same batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.actions.case import Case, flow_facts, named_orders, organisation_facts
from portal.invoicing.flow_values import OrderCandidate
from portal.invoicing.queries.numbers import WORDS, Asked, hold_numbers, numbers_taken
from portal.invoicing.queries.references import Known
from portal.invoicing.rules import flow, organisation


async def taken(
    session: AsyncSession, concern_id: UUID, cases: Sequence[Case], known: Known
) -> dict[UUID, str]:
    """Invoice → where its number, or one like it, is used already; one's own claim does not count.

    The numbers are held: whoever asks after us sees what we have claimed.
    """
    asked = [(case.id, found) for case in cases if (found := _asked(case, known))]
    await hold_numbers(session, concern_id, [one for _, one in asked])
    words = await numbers_taken(session, concern_id, [one for _, one in asked])
    return {asked[position][0]: word for position, word in words.items()}


def alike_in(cases: Sequence[Case], known: Known) -> dict[UUID, str]:
    """Of cases that passed together: those whose number looks like that of an earlier one."""
    first: dict[tuple[UUID, str], list[Asked]] = {}
    found: dict[UUID, str] = {}
    for case in cases:
        asked = _asked(case, known)
        if asked is None:
            continue
        earlier = first.setdefault((asked.supplier, asked.folded_key), [])
        if twin := next((one for one in earlier if _alike(one, asked)), None):
            found[case.id] = WORDS[False, twin.organisation == asked.organisation]
        else:
            earlier.append(asked)
    return found


def _alike(one: Asked, other: Asked) -> bool:
    same_order = one.order_id is not None and one.order_id == other.order_id
    return one.number_key != other.number_key and (one.gross == other.gross or same_order)


def _asked(case: Case, known: Known) -> Asked | None:
    whose = organisation.choose(organisation_facts(case, known)).organisation
    if case.supplier is None or whose is None or case.has_claim:
        return None
    return Asked(
        case.supplier.id, case.number_key, case.folded_key, UUID(whose), case.invoice.gross_amount,
        _order(case, known, whose, case.supplier.id),
    )  # fmt: skip


def _order(case: Case, known: Known, organisation_id: str, supplier_id: UUID) -> UUID | None:
    candidates = [
        OrderCandidate(o.number, str(o.id), str(o.organisation_id), str(o.supplier_id), o.status)
        for o in named_orders(case, known)
    ]
    facts = replace(
        flow_facts(case, known, candidates), organisation=organisation_id, supplier=str(supplier_id)
    )
    order = flow.named_order(facts)
    return UUID(order.id) if order else None
