"""An amount cut in parts, to the öre."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portal.kernel.money import to_ore


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """By weights that do not sum to zero; what rounding leaves over falls on the last."""
    whole = sum(weights, Decimal(0))
    parts = [to_ore(amount * weight / whole) for weight in weights[:-1]]
    return (*parts, amount - sum(parts, Decimal(0)))
