"""An invoice that does not fit, matched with today's facts: what its page shows and what is decided upon (A6.05)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.queries import load_register
from portal.invoicing.actions.case import Rest
from portal.invoicing.actions.match import Given, match_case
from portal.invoicing.actions.stored_case import case_of
from portal.invoicing.models import Invoice, RuleDecision
from portal.invoicing.queries.limits import limits_in_force
from portal.invoicing.queries.ordered import read_orders
from portal.invoicing.queries.references import Wanted, look_up
from portal.invoicing.queries.stored import Stored, latest_matches, wait_days
from portal.invoicing.rules.deviations import Part, parts_of
from portal.invoicing.status import DONE
from portal.kernel.dates import stockholm_date
from portal.kernel.decision import Decision
from portal.kernel.failpoints import nowhere
from portal.kernel.identifiers import uuid7
from portal.kernel.plain import to_plain


@dataclass(frozen=True, slots=True)
class Todays:
    """The match as it comes out now, and where it would bring the invoice. Nothing of it is written."""

    decision: Decision
    rest: Rest

    @property
    def stored(self) -> Mapping[str, Any]:
        """The decision in its stored shape."""
        shape: Mapping[str, Any] = json.loads(self.decision.to_bytes())
        return shape

    @property
    def reasons(self) -> list[Any]:
        """Why it does not fit, as an invoice's row holds reasons; none when it fits."""
        return [to_plain(reason) for reason in self.rest.reasons]

    @property
    def codes(self) -> tuple[str, ...]:
        """Reason codes, each once."""
        return tuple(dict.fromkeys(reason.code for reason in self.rest.reasons))

    @property
    def fits(self) -> bool:
        """Whether nothing is left that a person must decide."""
        return self.rest.status == DONE

    @property
    def parts(self) -> tuple[Part, ...]:
        """The deviations in kronor."""
        return parts_of(self.stored)


async def todays_match(session: AsyncSession, invoice: Invoice, now: datetime) -> Todays | None:
    """Read only: nothing is locked or written. None when there is no order to hold the invoice against."""
    if invoice.order_id is None or invoice.document is None or invoice.organisation_id is None:
        return None
    concern, today = invoice.concern_id, stockholm_date(now)
    order = (await read_orders(session, concern, [invoice.order_id])).get(invoice.order_id)
    if order is None:
        return None
    case = case_of(invoice, Stored((), frozenset(), frozenset(), {}))
    wanted = Wanted(chosen={invoice.supplier_id} if invoice.supplier_id else set())
    known = await look_up(session, concern, wanted, today)
    case.supplier = next((row for row in known.suppliers if row.id == invoice.supplier_id), None)
    limits = await limits_in_force(session, concern, today)
    register = await load_register(session, concern, invoice.organisation_id, today)
    case.order = order
    match_case(case, order, Given(limits, register, today, await wait_days(session, concern, today)), nowhere)
    assert case.rest is not None  # a match always comes to rest
    return Todays(next(one for one in case.decisions if one.kind == "match"), case.rest)


async def keep(session: AsyncSession, invoice: Invoice, found: Todays, now: datetime) -> None:
    """Store what was decided upon, unless the latest stored match says the very same."""
    stored = found.decision.to_bytes()
    digest = sha256(stored).digest()
    latest = await latest_matches(session, invoice.concern_id, [invoice.id])
    if latest.get(invoice.id) == digest:
        return
    session.add(
        RuleDecision(
            concern_id=invoice.concern_id, id=uuid7(), invoice_id=invoice.id, kind=found.decision.kind,
            result=str(found.decision.result.get("status") or "passed"), stored=stored, sha256=digest,
            decided_at=now,
        )
    )  # fmt: skip
    await session.flush()
