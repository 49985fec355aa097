"""What still holds of a requisition that waits for attest: "may be bought" asked whole again (A6.02, A10.02).

Between sending and attest an agreement ends, a supplier is blocked, an article goes or costs more. What may no longer
be bought stops. What has become another is laid old beside new before whoever attests, who sends it back or says yes
to the new; nothing is sent on terms nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from portal.catalog.rules.buyable import Buyer
from portal.kernel.money import format_number_sv
from portal.kernel.text import Message
from portal.orders.rules.call_offs import caps_passed, demands
from portal.orders.rules.changes import Change, changes_of
from portal.orders.rules.purchase import check_quantity, why_not
from portal.orders.rules.split import totals
from portal.orders.values import CallOff, Offer, Requested, RequestedLine, Totals, WantedLine

_QUANTITY = (
    "%(name)s kan inte längre köpas i antalet %(quantity)s. Skicka tillbaka, så väljer beställaren ett nytt."
)
_GONE = "%(name)s går inte längre att köpa."
_CONCEALED = (
    "Köp från %(supplier)s omfattas av sekretess sedan beställningen skickades. Beställaren behöver kryssa i"
    " Sekretess."
)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line and what is another in its offer today."""

    line: RequestedLine
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a requisition stands on a day.

    `stops`: why it may not be attested; `changed`: lines to be looked at; `noted`: (why it had to be said, what was
    said) of the ranking; `callable_agreements`: those whose every line may be called off; `after`: what it costs when
    the new is said yes to, none when nothing has changed.
    """

    stops: tuple[Message, ...] = ()
    changed: tuple[ChangedLine, ...] = ()
    noted: tuple[tuple[Message, str], ...] = ()
    callable_agreements: tuple[str, ...] = ()
    after: Totals | None = None

    @property
    def must_choose(self) -> bool:
        """Whether something has changed that somebody must say yes to."""
        return any(change.stops for one in self.changed for change in one.changes)


def standing(
    requested: Requested, offers: Mapping[UUID, Offer], call_offs: Sequence[CallOff], day: date
) -> Standing:
    """The requisition against the offers of that Stockholm day. Its secrecy is its own: who may see secret purchases
    has sent it, or it is not marked."""
    buyer = Buyer(sees_secret=requested.secret)
    stopped = {line.id: why for line in requested.lines if (why := _stop(line, offers, buyer, day))}
    caps = caps_passed(call_offs)
    full = {reason.params["agreement"] for reason in caps}
    changed = [
        ChangedLine(line, found)
        for line in requested.lines
        if line.id not in stopped and (offer := _offer(line, offers)) and (found := changes_of(line, offer))
    ]
    stops = [*stopped.values(), *(Message(reason.message, **reason.params) for reason in caps)]
    noted = tuple(
        (demand.message, requested.motives.get(demand.key, ""))
        for demand in demands(requested.lines, offers, call_offs)
    )
    held = _held(requested, frozenset(stopped), full)
    after = totals([_as_now(line, _offer(line, offers)) for line in requested.lines]) if changed else None
    return Standing(tuple(dict.fromkeys(stops)), tuple(changed), noted, held, after)


def _as_now(line: RequestedLine, offer: Offer | None) -> WantedLine:
    if offer is None:
        return line.wanted
    return replace(line.wanted, price=offer.price, vat_rate=offer.vat_rate, vat_category=offer.vat_category)


def _offer(line: RequestedLine, offers: Mapping[UUID, Offer]) -> Offer | None:
    return offers.get(line.article_id) if line.article_id else None


def _stop(line: RequestedLine, offers: Mapping[UUID, Offer], buyer: Buyer, day: date) -> Message | None:
    """Why the line may not be bought, the quantity in today's unit included."""
    offer = _offer(line, offers)
    if offer is None:
        return Message(_GONE, name=line.name)
    if offer.secret and not buyer.sees_secret:
        return Message(_CONCEALED, supplier=offer.supplier_name)
    if wrong := why_not(offer, buyer, day):
        return wrong
    if check_quantity(line.quantity, line.name, offer.unit, offer.min_quantity):
        return Message(_QUANTITY, name=line.name, quantity=format_number_sv(line.quantity))
    return None


def _held(requested: Requested, stopped: frozenset[UUID], full: set[str]) -> tuple[str, ...]:
    """Agreements, as "number name", on which every line of the requisition may be called off."""
    lines: dict[str, bool] = {}
    for line in requested.lines:
        if line.agreement_number:
            label = f"{line.agreement_number} {line.agreement_name or ''}".strip()
            good = line.id not in stopped and line.agreement_number not in full
            lines[label] = lines.get(label, True) and good
    return tuple(label for label, good in lines.items() if good)
