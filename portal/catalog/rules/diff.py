"""What an upload would change in a catalogue: new, changed, removed, unchanged, and prices to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from portal.catalog.rules.rows import ArticleRow
from portal.kernel.money import round_to

CONFIRM_ABOVE = Decimal(10)
CONFIRM_BELOW = Decimal("0.1")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Change:
    """An article before and after. `percent`: price change, one decimal; `confirm`: ten times up or down."""

    old: ArticleRow
    new: ArticleRow
    percent: Decimal
    confirm: bool

    @property
    def price_changed(self) -> bool:
        """Whether the price is another."""
        return self.old.price != self.new.price


@dataclass(slots=True)
class Difference:
    """The whole difference. Removed are the item numbers the upload lacks."""

    new: list[ArticleRow] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def to_confirm(self) -> list[Change]:
        """Price changes a person must confirm."""
        return [change for change in self.changed if change.confirm]


def difference(current: Mapping[str, ArticleRow], upload: Iterable[ArticleRow]) -> Difference:
    """`current` is what is published, by item number."""
    result = Difference()
    seen = set()
    for row in upload:
        seen.add(row.item_no)
        old = current.get(row.item_no)
        if old is None:
            result.new.append(row)
        elif old == row:
            result.unchanged += 1
        else:
            result.changed.append(compare(old, row))
    result.removed = [item_no for item_no in current if item_no not in seen]
    return result


def compare(old: ArticleRow, new: ArticleRow) -> Change:
    """One article before and after."""
    if not old.price:
        return Change(old, new, Decimal(0), new.price != old.price)
    ratio = new.price / old.price
    percent = round_to((ratio - 1) * HUNDRED, 1)
    return Change(old, new, percent, ratio >= CONFIRM_ABOVE or ratio <= CONFIRM_BELOW)
