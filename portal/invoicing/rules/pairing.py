"""Which order line each invoice line fills: BT-132, else the buyer's, else the seller's item id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.invoicing.match_values import InvoiceLineFacts, MatchFacts, OrderFacts, OrderLineFacts
from portal.invoicing.rules import misfits
from portal.invoicing.rules.charges import fold, is_charge, is_rounding
from portal.invoicing.rules.filling import Fill, Paired, paired, poured
from portal.invoicing.rules.misfits import BUYER, ROW, SELLER, Fitting
from portal.kernel.decision import Reason
from portal.kernel.item_numbers import item_number_key

_NONE = frozenset({"", "-", "NA", "N/A"})


@dataclass(slots=True)
class Pairing:
    """Every invoice line by its position: on order lines, unknown with a reason, or no goods at all."""

    pairs: list[Paired] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    unknown: dict[int, Reason] = field(default_factory=dict)
    charges: list[int] = field(default_factory=list)
    rounding: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)


def pair(facts: MatchFacts) -> Pairing:
    """Order lines that are invoiced, in the order's order, and the lines that fill none.

    A line that costs nothing is left aside. A key that fits nothing gives way to the next; keys that point apart,
    and a line of another order, fill none. Lines that may fill several order lines fill them after the others.
    """
    found = Pairing()
    targets: dict[int, tuple[OrderLineFacts, ...]] = {}
    keys = _Keys.of(facts.order)
    for position, line in enumerate(facts.lines, 1):
        if line.line_amount == 0:
            found.free.append(position)
        elif of_another_order(line, facts):
            found.unknown[position] = misfits.other_order(position, line)
        else:
            _place(found, targets, keys, position, line)
    found.fills = poured(facts, targets)
    found.pairs = paired(facts, found.fills)
    return found


def of_another_order(line: InvoiceLineFacts, facts: MatchFacts) -> bool:
    """The line names an order, and it is not the invoice's own (BT-13, BT-14 or the one it is held against)."""
    named = _key(line.order_reference)
    own = {_key(one) for one in (*facts.orders, facts.order.number)}
    return named not in _NONE | own and _key(facts.order.number) not in _words(line.order_reference)


def _words(reference: str | None) -> set[str]:
    return {_key(word) for word in (reference or "").split()}


def _place(
    found: Pairing,
    targets: dict[int, tuple[OrderLineFacts, ...]],
    keys: _Keys,
    position: int,
    line: InvoiceLineFacts,
) -> None:
    fitting = keys.fitting(line)
    if not fitting and is_rounding(line.name):
        found.rounding.append(position)
    elif not fitting and is_charge(line.name):
        _place_charge(found, targets, keys.order, position, line)
    else:
        target = _target(position, line, fitting, keys.order)
        if isinstance(target, Reason):
            found.unknown[position] = target
        else:
            targets[position] = target


def _place_charge(
    found: Pairing,
    targets: dict[int, tuple[OrderLineFacts, ...]],
    order: OrderFacts,
    position: int,
    line: InvoiceLineFacts,
) -> None:
    """Freight that was ordered as a line of its own fills that line; else it is a charge."""
    ordered = tuple(one for one in order.lines if fold(one.name) == fold(line.name))
    if len(ordered) == 1:
        targets[position] = ordered
    else:
        found.charges.append(position)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Kind of key → the key as it is compared → the order lines that have it: an order may have hundreds of lines."""

    order: OrderFacts
    lines: Mapping[str, Mapping[str, tuple[OrderLineFacts, ...]]]

    @classmethod
    def of(cls, order: OrderFacts) -> _Keys:
        kinds: dict[str, dict[str, tuple[OrderLineFacts, ...]]] = {ROW: {}, BUYER: {}, SELLER: {}}
        for one in order.lines:
            its = ((ROW, one.number), (BUYER, _key(one.buyer_item_id)), (SELLER, _key(one.seller_item_id)))
            for kind, key in its:
                kinds[kind][key] = (*kinds[kind].get(key, ()), one)
        return cls(order, kinds)

    def fitting(self, line: InvoiceLineFacts) -> Fitting:
        """The order lines each of the line's keys fits, for the keys that fit any."""
        row = (line.order_line or "").strip().lstrip("0")
        written = ((ROW, row), (BUYER, _key(line.buyer_item_id)), (SELLER, _key(line.seller_item_id)))
        found = ((kind, self.lines[kind].get(key, ())) for kind, key in written if key not in _NONE)
        return {kind: lines for kind, lines in found if lines}


def _key(item_id: str | None) -> str:
    """As catalogues compare numbers, and blanks within do not count: there is an order to hold them against."""
    return item_number_key(item_id or "").replace(" ", "")


def _target(
    position: int, line: InvoiceLineFacts, fitting: Fitting, order: OrderFacts
) -> tuple[OrderLineFacts, ...] | Reason:
    """The order lines it fills, in order: one, or several alike; else why it fills none."""
    if not fitting:
        return misfits.unknown(position, line, order)
    common = [one for one in next(iter(fitting.values())) if all(one in lines for lines in fitting.values())]
    if not common:
        return misfits.apart(position, line, fitting)
    if all(_another_article(one, line) for one in common):
        return misfits.substitute(position, line, common[0])
    if not _alike(common):
        common = [one for one in common if one.price == line.net_price / (line.base_quantity or Decimal(1))]
    if not common or not _alike(common):
        return misfits.several(position, line, next(iter(fitting.values())))
    return tuple(common)


def _alike(lines: Sequence[OrderLineFacts]) -> bool:
    """Of the same article, unit and price: no one can tell which of them was meant, nor need to."""
    return (
        len({(_key(one.seller_item_id), _key(one.buyer_item_id), one.unit, one.price) for one in lines}) == 1
    )


def _another_article(one: OrderLineFacts, line: InvoiceLineFacts) -> bool:
    """Both name the seller's article and it is not the same: a substitute nobody has ordered."""
    named = _key(one.seller_item_id), _key(line.seller_item_id)
    return not _NONE & set(named) and named[0] != named[1]
