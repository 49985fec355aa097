"""Why an invoice line fills no order line, in words: unknown, another article, keys that point apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.invoicing.match_values import InvoiceLineFacts, OrderFacts, OrderLineFacts
from portal.invoicing.rules.charges import fold
from portal.kernel.decision import Reason
from portal.kernel.text import sentence_list

RULE = "A6.10.pairing/2"
ROW, BUYER, SELLER = "row", "buyer", "seller"
Fitting = Mapping[str, tuple[OrderLineFacts, ...]]
"""Kind of key → the order lines it fits, for the keys that fit any."""


def _named(line: InvoiceLineFacts) -> str:
    return line.name or line.seller_item_id or "utan artikelnummer"


_NO_SUCH_ITEM = "Rad %(line)s, %(name)s, har artikelnummer %(item)s, som inte finns på ordern."
_NO_SUCH_ROW = "Rad %(line)s, %(name)s, har orderrad %(row)s, som inte finns på ordern."
_UNKNOWN = "Rad %(line)s, %(name)s, finns inte på ordern."
_NO_KEY = (
    "Rad %(line)s, %(name)s, har varken orderrad eller artikelnummer. Det går inte att veta vilken rad på order"
    " %(order)s den gäller."
)


def unknown(position: int, line: InvoiceLineFacts, order: OrderFacts) -> Reason:
    """Nothing it carries names a line of the order. One without keys may be on the order all the same."""
    written = (("item", line.seller_item_id or line.buyer_item_id), ("row", line.order_line))
    keys = {name: value.strip() for name, value in written if value and value.strip()}
    params = {"line": str(position), "name": line.name or "–"}
    for name, message in (("item", _NO_SUCH_ITEM), ("row", _NO_SUCH_ROW)):
        if name in keys:
            return Reason("line_unknown", message, {**params, name: keys[name]}, RULE)
    if any(fold(one.name) == fold(line.name) for one in order.lines):
        return Reason("line_unknown", _NO_KEY, {**params, "order": order.number}, RULE)
    return Reason("line_unknown", _UNKNOWN, params, RULE)


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
