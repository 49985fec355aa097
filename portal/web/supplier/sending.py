"""The supplier's two doors to the common intake (flow point 9): an invoice made from an order, an uploaded file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from portal.formats.rulesets import RuleSet, in_force, kept_rules
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts
from portal.kernel.dates import stockholm_date
from portal.web.pages import Req
from portal.web.services import Services


@lru_cache
def _kept(data_dir: Path) -> tuple[RuleSet, ...]:
    return kept_rules(data_dir)


def rules_in_force(request: Req) -> tuple[RuleSet, ...]:
    """The installation's rule sets that judge what is sent today."""
    return in_force(_installed(request), stockholm_date(request.scope["state"]["now"]))


def _installed(request: Req) -> tuple[RuleSet, ...]:
    services: Services = request.app.state.services
    return _kept(services.settings.data_dir)


async def send(request: Req, data: bytes, *, channel: str, filename: str | None) -> UUID:
    """Hand bytes to the intake as the signed-in supplier's; the delivery's id."""
    services: Services = request.app.state.services
    state = request.scope["state"]
    parts = IntakeParts(
        services.database,
        services.store,
        _installed(request),
        max_bytes=services.settings.max_document_bytes,
    )
    received = await receive(
        parts, data, channel=channel, filename=filename, user_id=state["actor"].user_id,
        supplier_id=state["actor"].supplier_id, now=state["now"],
    )  # fmt: skip
    return received.delivery_id
