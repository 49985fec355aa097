"""Lines of requisitions and orders as the order rules see them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line of a requisition: what is wanted of which supplier on which agreement (ids as text)."""

    id: str
    supplier: str
    agreement: str | None
    quantity: Decimal
    price: Decimal
    vat_rate: Decimal
    vat_category: str = "S"


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """An order line with what has been received of it, in the line's unit."""

    id: str
    ordered: Decimal
    received: Decimal
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """SEK: excluding VAT, VAT, including VAT."""

    net: Decimal
    tax: Decimal
    gross: Decimal
