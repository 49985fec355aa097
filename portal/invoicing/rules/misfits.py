"""Why an invoice line fills no order line, in words: unknown, another article, keys that point apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.invoicing.match_values import InvoiceLineFacts, OrderLineFacts
from portal.kernel.decision import Reason
from portal.kernel.text import sentence_list

RULE = "A6.10.pairing/2"
ROW, BUYER, SELLER = "row", "buyer", "seller"
Fitting = Mapping[str, tuple[OrderLineFacts, ...]]
"""Kind of key → the order lines it fits, for the keys that fit any."""


def _named(line: InvoiceLineFacts) -> str:
    return line.name or line.seller_item_id or "utan artikelnummer"


def unknown(position: int, line: InvoiceLineFacts) -> Reason:
    """Nothing it carries names a line of the order."""
    message = "Rad %(line)s, %(name)s, finns inte på ordern."
    return Reason("line_unknown", message, {"line": str(position), "name": _named(line)}, RULE)


def substitute(position: int, line: InvoiceLineFacts, ordered: OrderLineFacts) -> Reason:
    """It names the order line and an article that was not ordered on it."""
    message = (
        "Rad %(line)s, %(name)s, har artikelnummer %(item)s men på orderraden är %(ordered_item)s,"
        " %(ordered)s, beställt."
    )
    params = {
        "line": str(position), "name": _named(line), "item": line.seller_item_id or "",
        "ordered_item": ordered.seller_item_id or "", "ordered": ordered.name,
    }  # fmt: skip
    return Reason("line_unknown", message, params, RULE)


_APART = {
    (
        ROW,
        BUYER,
    ): "Rad %(line)s, %(name)s, pekar åt två håll: orderrad %(one)s är %(one_name)s men ert artikelnummer"
    " %(other)s är %(other_name)s.",
    (
        ROW,
        SELLER,
    ): "Rad %(line)s, %(name)s, pekar åt två håll: orderrad %(one)s är %(one_name)s men artikelnummer"
    " %(other)s är %(other_name)s.",
    (
        BUYER,
        SELLER,
    ): "Rad %(line)s, %(name)s, pekar åt två håll: ert artikelnummer %(one)s är %(one_name)s men"
    " leverantörens artikelnummer %(other)s är %(other_name)s.",
}


def apart(position: int, line: InvoiceLineFacts, fitting: Fitting) -> Reason:
    """Its keys name different order lines: both are said."""
    one, other = next(
        pair for pair in _APART
        if pair[0] in fitting and pair[1] in fitting and not set(fitting[pair[0]]) & set(fitting[pair[1]])
    )  # fmt: skip
    written = {ROW: line.order_line, BUYER: line.buyer_item_id, SELLER: line.seller_item_id}
    params = {
        "line": str(position), "name": _named(line), "one": written[one] or "", "other": written[other] or "",
        "one_name": fitting[one][0].name, "other_name": fitting[other][0].name,
    }  # fmt: skip
    return Reason("line_unknown", _APART[one, other], params, RULE)


def several(position: int, line: InvoiceLineFacts, lines: Sequence[OrderLineFacts]) -> Reason:
    """It fits several order lines that are not alike."""
    message = "Rad %(line)s, %(name)s, kan höra till orderrad %(numbers)s, som har olika pris eller enhet."
    params = {
        "line": str(position), "name": _named(line), "numbers": sentence_list([one.number for one in lines]),
    }  # fmt: skip
    return Reason("line_unknown", message, params, RULE)


def other_order(position: int, line: InvoiceLineFacts) -> Reason:
    """It names another order."""
    message = "Rad %(line)s, %(name)s, gäller order %(order)s. Den räknas inte på fakturans order."
    params = {"line": str(position), "name": _named(line), "order": (line.order_reference or "").strip()}
    return Reason("order_of_line", message, params, RULE)
