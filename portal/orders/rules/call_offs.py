"""Avropsordning: the agreement's cap, its ranking, and what must be said when either is stretched (A10.02, A10.06).

Nothing is refused because sums grow: competition renewed elsewhere, or a need nobody foresaw, is told by who orders
and judged by who attests. Only the takvolym is a wall: above it the agreement has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from portal.kernel.decision import Reason
from portal.kernel.money import format_kr
from portal.kernel.text import Message, sentence_list
from portal.orders.values import CallOff, Offer, RequestedLine

RECENT_DAYS = 30
FAMILY_FIGURES = 4
MOTIVE_LENGTH = 500
_CAP = (
    "Avtal %(agreement)s har %(left)s kvar av takvolymen och avropet är %(amount)s."
    " Minska beställningen eller fråga leverantörsadministratören."
)
_RANK = (
    "%(supplier)s är nummer %(rank)s i rangordningen på avtal %(agreement)s. Skriv när och hur %(above)s"
    " tackade nej."
)
_LIMIT = (
    "Avropen av samma slag på avtal %(agreement)s blir %(total)s på %(days)s dagar och gränsen för rangordning är"
    " %(limit)s per avrop. Skriv varför de inte hör ihop, eller hur den förnyade konkurrensutsättningen gjordes."
)
_LIMIT_ALONE = (
    "Avropet på avtal %(agreement)s är %(total)s och gränsen för rangordning är %(limit)s per avrop. Skriv hur den"
    " förnyade konkurrensutsättningen gjordes, eller varför den inte behövs."
)


@dataclass(frozen=True, slots=True)
class Demand:
    """Something to be noted before the requisition is sent: `key` in the requisition's motives, `message` why."""

    key: str
    message: Message
    subject: str


def family_of(unspsc: str | None) -> str:
    """The kind of a line: its UNSPSC family; empty when it has no code."""
    return (unspsc or "")[:FAMILY_FIGURES]


def rank_key(agreement_id: UUID, supplier_id: UUID) -> str:
    """Where the refusal of those ranked above a supplier is noted."""
    return f"rank-{agreement_id}-{supplier_id}"


def limit_key(agreement_id: UUID) -> str:
    """Where it is noted why the ranking's limit is passed."""
    return f"limit-{agreement_id}"


def caps_passed(call_offs: Iterable[CallOff]) -> tuple[Reason, ...]:
    """One reason per takvolym that would be passed."""
    reasons = []
    for one in call_offs:
        if one.cap is not None and one.used + one.amount > one.cap:
            left = format_kr(max(one.cap - one.used, Decimal(0)))
            params = {"agreement": one.number, "amount": format_kr(one.amount), "left": left}
            reasons.append(Reason("agreement_cap", _CAP, params, "A10.02/1"))
    return tuple(reasons)


def over_limit(one: CallOff) -> Message | None:
    """Why the ranking alone does not carry the call-off: it is above the limit, or becomes so together with those
    of the same kind in the days before. None when it does, or the agreement has no such limit."""
    if one.ranking_limit is None:
        return None
    limit = format_kr(one.ranking_limit)
    if one.amount > one.ranking_limit:
        return Message(_LIMIT_ALONE, agreement=one.number, total=format_kr(one.amount), limit=limit)
    most = max((kind.total for kind in one.kinds if kind.amount), default=Decimal(0))
    if most <= one.ranking_limit:
        return None
    return Message(
        _LIMIT, agreement=one.number, total=format_kr(most), limit=limit, days=str(RECENT_DAYS)
    )  # fmt: skip


def demands(
    lines: Sequence[RequestedLine], offers: Mapping[UUID, Offer], call_offs: Iterable[CallOff]
) -> tuple[Demand, ...]:
    """What must be noted: the refusal of higher ranks, and why a limit is passed; each once, in page order."""
    found: dict[str, Demand] = {}
    for line in lines:
        offer = offers.get(line.article_id) if line.article_id else None
        if offer is not None and offer.above:
            key = rank_key(offer.agreement_id, offer.supplier_id)
            found.setdefault(key, Demand(key, _ranked(offer), offer.supplier_name))
    for one in call_offs:
        if message := over_limit(one):
            key = limit_key(one.agreement_id)
            found[key] = Demand(key, message, one.number)
    return tuple(found.values())


def _ranked(offer: Offer) -> Message:
    return Message(
        _RANK, supplier=offer.supplier_name, rank=str(offer.rank), agreement=offer.agreement_number,
        above=sentence_list(list(offer.above), "och"),
    )  # fmt: skip
