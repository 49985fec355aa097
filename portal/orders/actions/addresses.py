"""A temporary delivery address (B42, A2.12): the exception, for whoever may write one."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import DeliveryAddress
from portal.audit.log import Event, record
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7
from portal.orders.actions.permission import require

LIVES = timedelta(days=90)
FIELDS = {
    "name": "Skriv vart leveransen ska, till exempel namnet på en lokal.",
    "street": "Skriv gatuadressen.",
    "postcode": "Skriv postnumret med fem siffror.",
    "city": "Skriv orten.",
}
_POSTCODE_DIGITS = 5


async def add_temporary_address(
    session: AsyncSession, actor: Actor, *, name: str, street: str, postcode: str, city: str, now: datetime
) -> UUID:
    """Keep an address of the actor's organisation for LIVES; its id. Forbidden without B42."""
    require(actor, p.TEMPORARY_ADDRESS, what="Skapa tillfällig leveransadress")
    given = {
        "name": name.strip(),
        "street": street.strip(),
        "postcode": postcode.strip(),
        "city": city.strip(),
    }
    digits = given["postcode"].replace(" ", "")
    wrong = {field: FIELDS[field] for field, value in given.items() if not value}
    if not (digits.isdigit() and len(digits) == _POSTCODE_DIGITS):
        wrong["postcode"] = FIELDS["postcode"]
    if wrong:
        raise Invalid("Adressen är inte komplett.", fields=wrong)
    day = stockholm_date(now)
    row = {
        "concern_id": actor.concern_id, "id": uuid7(), "organisation_id": actor.organisation_id, "gln": None,
        **given, "postcode": f"{digits[:3]} {digits[3:]}", "valid_from": day, "valid_to": day + LIVES,
    }  # fmt: skip
    await session.execute(insert(DeliveryAddress), [row])
    await record(session, [Event(
        "address:temporary:create", "delivery_address", UUID(str(row["id"])), now, actor=actor.login,
        actor_id=actor.user_id, concern_id=actor.concern_id, organisation_id=actor.organisation_id,
        data=given,
    )])  # fmt: skip
    return UUID(str(row["id"]))
