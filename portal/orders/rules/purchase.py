"""What may be put in a basket and sent: the offer and the quantity (A10.02, A10.04)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portal.catalog.rules import buyable
from portal.catalog.rules.buyable import Buyer
from portal.catalog.rules.whole_units import fits
from portal.kernel.money import format_number_sv
from portal.kernel.text import Message
from portal.orders.values import Offer

_NOT_VALID = "Avtal %(agreement)s gäller inte i dag. Välj en artikel på ett avtal som gäller."
_REASONS: Mapping[str, str] = {
    buyable.REMOVED: "%(name)s finns inte längre i katalogen. Ta bort raden och välj en annan artikel.",
    buyable.EARLY: _NOT_VALID,
    buyable.EXPIRED: _NOT_VALID,
    buyable.ORGANISATION: "Din organisation får inte avropa på avtal %(agreement)s.",
    buyable.SUPPLIER: "%(supplier)s är inte godkänd som leverantör just nu. Fråga leverantörsadministratören.",
    buyable.UNLINKED: "%(supplier)s är inte längre med på avtal %(agreement)s. Välj en annan leverantör.",
    buyable.SECRET: "Köp från %(supplier)s omfattas av sekretess. Det kräver behörigheten Se sekretess.",
}
POSITIVE = "Skriv ett antal som är större än noll."
_TOO_MANY = "Antalet är för stort. Skriv högst 1 000 000."
_AT_LEAST = "%(name)s säljs i lägst %(least)s. Skriv %(least)s eller mer."
_DECIMALS = "Skriv antalet med högst fyra decimaler."
_WHOLE = "%(name)s säljs bara i hela enheter. Skriv antalet utan decimaler."
MOST = Decimal(1_000_000)
DECIMALS = 4


def why_not(offer: Offer, buyer: Buyer, day: date) -> Message | None:
    """Why the article cannot be bought that day, or None."""
    code = buyable.why_not(offer.facts, buyer, day)
    if code is None:
        return None
    return Message(
        _REASONS[code], name=offer.name, agreement=offer.agreement_number, supplier=offer.supplier_name
    )


def check_quantity(
    quantity: Decimal, name: str, unit: str | None = None, least: Decimal | None = None
) -> Message | None:
    """What is wrong with an ordered quantity, or None."""
    if quantity <= 0:
        return Message(POSITIVE)
    if quantity > MOST:
        return Message(_TOO_MANY)
    if quantity != round(quantity, DECIMALS):
        return Message(_DECIMALS)
    if unit is not None and not fits(quantity, unit):
        return Message(_WHOLE, name=name)
    if least is not None and quantity < least:
        return Message(_AT_LEAST, name=name, least=format_number_sv(least))
    return None
