"""The account proposed for an article from its UNSPSC code (A6.19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import to_ore

UNSPSC_DIGITS = 8
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The account and the UNSPSC prefix that gave it: the source shown under the field."""

    account: str
    prefix: str


def propose_account(unspsc: str | None, accounts: Mapping[str, str]) -> Proposal | None:
    """The longest prefix of the eight digits in `accounts` (prefix → account) wins; none fits → None."""
    if not unspsc or not unspsc.isdigit() or len(unspsc) != UNSPSC_DIGITS:
        return None
    for length in range(UNSPSC_DIGITS, 0, -1):
        if account := accounts.get(unspsc[:length]):
            return Proposal(account, unspsc[:length])
    return None


def split_by_shares(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """An amount by shares in percent, to the öre; what rounding leaves over falls on the last.

    ValueError when the shares do not sum to 100.
    """
    if sum(shares, Decimal(0)) != _WHOLE:
        raise ValueError("shares must sum to 100")
    parts = [to_ore(amount * share / _WHOLE) for share in shares[:-1]]
    return (*parts, amount - sum(parts, Decimal(0)))
