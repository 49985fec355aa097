"""Prova din faktura: the portal's own controls and match rules on a document before it is sent.

What only the customer knows (a request to review, a number used elsewhere, negotiated limits) is not told here, so
the answer is what will happen as far as the supplier's own facts go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.formats.check import check_document
from portal.formats.en16931 import Invoice
from portal.formats.rulesets import RuleSet
from portal.invoicing.match_facts import match_facts
from portal.invoicing.match_values import MatchLimits, OrderFacts, OrderLineFacts
from portal.invoicing.rules.arrival import CONTROLS
from portal.invoicing.rules.matching import AWAITING, match
from portal.invoicing.values import header_facts
from portal.kernel.decision import Reason, run
from portal.orders.status import CLOSED
from portal.web.i18n import gettext
from portal.web.supplier.queries.orders import Order
from portal.web.supplier.stops import stop_of


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen: a tone and sentence, and each fault in words."""

    tone: str
    text: str
    faults: tuple[str, ...] = ()


async def try_out(
    invoice: Invoice, data: bytes, order: Order, today: date, rules: Sequence[RuleSet], *, number_alike: bool
) -> Trial:
    """Official rules, arrival control and match, in the order the customer's portal runs them."""
    checked = await asyncio.to_thread(check_document, data, rules=rules)
    if checked.fatals:
        faults = tuple(f"{finding.code}: {finding.message}" for finding in checked.fatals)
        return Trial("stop", gettext("Fakturan bryter mot de officiella reglerna."), faults)
    taken = "alike_here" if number_alike else None
    stopped = run(CONTROLS, header_facts(invoice, today, number_taken=taken))
    if stopped:
        text = gettext("Fakturan skulle stanna i kundens kontroll.")
        return Trial("stop", text, tuple(map(_words, stopped)))
    return _matched(invoice, order)


def _matched(invoice: Invoice, order: Order) -> Trial:
    if invoice.is_credit_note:
        return Trial("info", gettext("Kreditfakturan går till kunden för granskning."))
    result = match(match_facts(invoice, order_facts(order)), MatchLimits())
    if result.status is None:
        return Trial(
            "ok", gettext("Stämmer med beställningen och leveransen. Den blir klar utan handläggning.")
        )
    faults = tuple(map(_words, result.reasons))
    if result.decision == AWAITING:
        text = gettext("Stämmer med beställningen, men väntar tills kunden har kvitterat leveransen.")
        return Trial("info", text)
    return Trial(
        "warn", gettext("Kunden behöver jämföra fakturan med beställningen innan den kan betalas."), faults
    )


def order_facts(order: Order) -> OrderFacts:
    """The order as the match rules see it, from what its supplier may read."""
    return OrderFacts(
        order.number,
        tuple(
            OrderLineFacts(
                str(line.position), line.name, line.unit, line.price, line.quantity, line.received, line.invoiced,
                line.vat_category, line.vat_rate, line.item_no, line.buyer_item_no,
            )
            for line in order.lines
        ),
        done=order.status == CLOSED,
    )  # fmt: skip


def _words(reason: Reason) -> str:
    """As the page of a stopped invoice would tell it: what stands here is what would stand there."""
    stop = stop_of({"code": reason.code, "params": reason.params, "message": reason.message})
    return f"{stop.text} {stop.remedy}"
