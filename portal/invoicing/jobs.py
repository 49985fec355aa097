"""Jobs of the invoice pipeline; wiring gives them their parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portal.invoicing.actions.parts import IntakeParts
from portal.invoicing.actions.pipeline import process_deliveries
from portal.jobs.context import JobContext


async def process_delivery(parts: IntakeParts, context: JobContext, delivery_ids: Sequence[str], **_: Any) -> None:
    """Bring what was received to rest; an error is tried again later."""
    errors = await process_deliveries(parts, [UUID(one) for one in delivery_ids], context.clock())
    for error in errors.values():
        raise error
