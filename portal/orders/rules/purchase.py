"""What may be put in a basket and sent: the offer, the quantity, the agreement's limits (A10.02, A10.04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from portal.kernel.decision import Reason
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.text import Message
from portal.orders.values import CallOff, Offer

_REMOVED = "%(name)s finns inte längre i katalogen. Ta bort raden och välj en annan artikel."
_NOT_VALID = "Avtal %(agreement)s gäller inte i dag. Välj en artikel på ett avtal som gäller."
_NOT_YOURS = "Din organisation får inte avropa på avtal %(agreement)s."
_SUPPLIER = "%(supplier)s är inte godkänd som leverantör just nu. Fråga leverantörsadministratören."
_SECRET = "Köp från %(supplier)s omfattas av sekretess. Det kräver behörigheten Se sekretess."  # noqa: S105
_POSITIVE = "Skriv ett antal som är större än noll."
_TOO_MANY = "Antalet är för stort. Skriv högst 1 000 000."
_AT_LEAST = "%(name)s säljs i lägst %(least)s. Skriv %(least)s eller mer."
_WHOLE = "Skriv antalet med högst fyra decimaler."
_COMPETITION = (
    "Avropet på avtal %(agreement)s är %(amount)s och gränsen för rangordning är %(limit)s:"
    " det kräver förnyad konkurrensutsättning. Kontakta en FKU-användare."
)
_CAP = (
    "Avtal %(agreement)s har %(left)s kvar av takvolymen och avropet är %(amount)s."
    " Minska beställningen eller fråga leverantörsadministratören."
)
MOST = Decimal(1_000_000)
DECIMALS = 4


def may_buy(offer: Offer, day: date, *, sees_secret: bool) -> Message | None:
    """Why the article cannot be bought that day, or None."""
    if offer.removed:
        return Message(_REMOVED, name=offer.name)
    if offer.valid_from > day or (offer.valid_to is not None and offer.valid_to < day):
        return Message(_NOT_VALID, agreement=offer.agreement_number)
    if not offer.may_call_off:
        return Message(_NOT_YOURS, agreement=offer.agreement_number)
    if offer.supplier_status != "approved":
        return Message(_SUPPLIER, supplier=offer.supplier_name)
    if offer.secret and not sees_secret:
        return Message(_SECRET, supplier=offer.supplier_name)
    return None


def check_quantity(quantity: Decimal, name: str, least: Decimal | None = None) -> Message | None:
    """What is wrong with an ordered quantity, or None."""
    if quantity <= 0:
        return Message(_POSITIVE)
    if quantity > MOST:
        return Message(_TOO_MANY)
    if quantity != round(quantity, DECIMALS):
        return Message(_WHOLE)
    if least is not None and quantity < least:
        return Message(_AT_LEAST, name=name, least=format_number_sv(least))
    return None


def check_call_offs(call_offs: Sequence[CallOff]) -> tuple[Reason, ...]:
    """One reason per limit that is passed: ranking (above it renewed competition) and takvolym."""
    reasons = []
    for one in call_offs:
        if one.ranking_limit is not None and one.amount > one.ranking_limit:
            limit = format_kr(one.ranking_limit)
            params = {"agreement": one.number, "amount": format_kr(one.amount), "limit": limit}
            reasons.append(Reason("renewed_competition", _COMPETITION, params, "A10.06/1"))
        if one.cap is not None and one.used + one.amount > one.cap:
            left = format_kr(max(one.cap - one.used, Decimal(0)))
            params = {"agreement": one.number, "amount": format_kr(one.amount), "left": left}
            reasons.append(Reason("agreement_cap", _CAP, params, "A10.02/1"))
    return tuple(reasons)
