"""An order after it has been sent: what a buyer can decide of it, its lines before and after, whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import to_ore
from portal.orders.values import WantedLine

ACCEPTED, RAISED, REFUSED, ENDED, CANCELLED_ORDER = "accepted", "raised", "refused", "ended", "cancelled"
KINDS = (ACCEPTED, RAISED, REFUSED, ENDED, CANCELLED_ORDER)
"""What a buyer can decide of an order that has been sent."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the supplier may ask about an order."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How much of a line, in its unit, at which unit price, SEK without VAT."""

    quantity: Decimal
    price: Decimal

    @property
    def net(self) -> Decimal:
        """SEK without VAT, rounded to the öre."""
        return to_ore(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """An order line as it stands and as it is to be. `agreed`: the agreement's unit price that day; None where
    the line is on no agreement."""

    id: str
    position: int
    name: str
    unit: str
    before: Terms
    after: Terms
    vat_rate: Decimal
    vat_category: str = "S"
    agreed: Decimal | None = None
    received: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)

    @property
    def changed(self) -> bool:
        """Whether anything of it is to be otherwise."""
        return self.before != self.after

    @property
    def wanted(self) -> WantedLine:
        """The line as it is to be, as the sums see it."""
        return WantedLine(
            self.id, "", None, self.after.quantity, self.after.price, self.vat_rate, self.vat_category
        )
