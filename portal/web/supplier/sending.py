"""The supplier's two doors to the common intake (flow point 9): an invoice made from an order, an uploaded file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from portal.formats.rulesets import RuleSet, in_force, kept_rules
from portal.invoicing.actions.intake import receive
from portal.invoicing.actions.parts import IntakeParts
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import uuid7
from portal.web.i18n import gettext
from portal.web.pages import Req
from portal.web.services import Services
from portal.web.supplier.queries.invoices import is_settling

STILL_SETTLING = (
    "Det ni nyss skickade på beställningen räknas fortfarande in. Vänta några sekunder och skicka igen."
)


@lru_cache
def _kept(data_dir: Path) -> tuple[RuleSet, ...]:
    return kept_rules(data_dir)


def rules_in_force(request: Req) -> tuple[RuleSet, ...]:
    """The installation's rule sets that judge what is sent today."""
    return in_force(_installed(request), stockholm_date(request.scope["state"]["now"]))


def _installed(request: Req) -> tuple[RuleSet, ...]:
    services: Services = request.app.state.services
    return _kept(services.settings.data_dir)


async def still_settling(request: Req, order_id: UUID) -> str | None:
    """Why nothing more can be sent on the order just now: what was sent before it is not counted yet. Or None.

    Others who send on the order wait until this request is answered, so two at once are not both counted against the
    same goods.
    """
    state = request.scope["state"]
    waits = await is_settling(state["session"], state["actor"], _of(order_id))
    return gettext(STILL_SETTLING) if waits else None


def _of(order_id: UUID) -> str:
    return f"order/{order_id}/"


async def send(
    request: Req, data: bytes, *, channel: str, filename: str | None, order_id: UUID | None = None
) -> UUID:
    """Hand bytes to the intake as the signed-in supplier's; the delivery's id. `order_id`: what they were made of."""
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
        transport_id=f"{_of(order_id)}{uuid7()}" if order_id else None,
    )  # fmt: skip
    return received.delivery_id
