"""What has become another since an article was put in the basket: told at the line, old beside new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.catalog.rules.units import unit_name
from portal.catalog.rules.whole_units import same_unit
from portal.kernel.money import format_kr, format_number_sv
from portal.kernel.text import Message
from portal.orders.values import Offer, Offered, RequestedLine

PRICE, UNIT, VAT, LEAST, PACKAGE = "price", "unit", "vat_rate", "min_quantity", "gtin"
NAME, TEXT, KIND = "name", "description", "unspsc"
STOPPING = (PRICE, UNIT, VAT, LEAST, PACKAGE)
"""Shown without a stop: the words of an article change, not what is paid or how much comes."""

LABELS: Mapping[str, str] = {
    PRICE: "Pris",
    UNIT: "Enhet",
    VAT: "Moms",
    LEAST: "Minsta antal",
    PACKAGE: "Förpackning (GTIN)",
    NAME: "Namn",
    TEXT: "Beskrivning",
    KIND: "Varukod (UNSPSC)",
}
_MESSAGES: Mapping[str, str] = {
    PRICE: "Priset är nu %(now)s, inte %(then)s. Godta ändringen eller ta bort raden.",
    UNIT: "Enheten är nu %(now)s, inte %(then)s. Godta ändringen och se över antalet, eller ta bort raden.",
    VAT: "Momsen är nu %(now)s, inte %(then)s. Godta ändringen eller ta bort raden.",
    LEAST: "Minsta antal är nu %(now)s, inte %(then)s. Godta ändringen eller ta bort raden.",
    PACKAGE: "Förpackningens GTIN är nu %(now)s, inte %(then)s: antalet i den kan vara ett annat."
    " Godta ändringen och se över antalet, eller ta bort raden.",
}
NOTHING = "inget"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another now; `then` and `now` in words (a unit's name is a msgid)."""

    what: str
    then: str
    now: str

    @property
    def stops(self) -> bool:
        """Whether somebody must say yes to it before it is bought."""
        return self.what in STOPPING

    @property
    def message(self) -> Message:
        """The sentence at the line, for what stops."""
        return Message(_MESSAGES[self.what], now=self.now, then=self.then)


def changes_of(line: RequestedLine, offer: Offer) -> tuple[Change, ...]:
    """What the offer is now and the line is not, what stops first. Of a line older than the record of its small
    print only what stands on the line is compared."""
    found = []
    if offer.price != line.price:
        found.append(Change(PRICE, format_kr(line.price), format_kr(offer.price)))
    if not same_unit(offer.unit, line.unit):
        found.append(Change(UNIT, unit_name(line.unit), unit_name(offer.unit)))
    if offer.vat_rate != line.vat_rate:
        found.append(Change(VAT, _percent(line.vat_rate), _percent(offer.vat_rate)))
    if line.offered is not None:
        found += _small_print(line.offered, offer.offered)
    if offer.name != line.name:
        found.append(Change(NAME, line.name, offer.name))
    if line.unspsc is not None and offer.unspsc != line.unspsc:
        found.append(Change(KIND, line.unspsc, offer.unspsc))
    return tuple(sorted(found, key=lambda change: not change.stops))


def _small_print(then: Offered, now: Offered) -> list[Change]:
    found = []
    if then.min_quantity != now.min_quantity:
        found.append(Change(LEAST, _least(then.min_quantity), _least(now.min_quantity)))
    if then.gtin != now.gtin:
        found.append(Change(PACKAGE, then.gtin or NOTHING, now.gtin or NOTHING))
    if then.description != now.description:
        found.append(Change(TEXT, then.description or NOTHING, now.description or NOTHING))
    return found


def _percent(rate: Decimal) -> str:
    return f"{format_number_sv(rate)} %"


def _least(quantity: Decimal | None) -> str:
    return NOTHING if quantity is None else format_number_sv(quantity)
