"""Why an invoice is stopped, as its supplier is told: each reason with its figures and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.invoicing import status as s
from portal.invoicing.rules.arrival import only_alike
from portal.kernel.dates import stockholm_date
from portal.kernel.money import format_kr
from portal.web.figures import full_day
from portal.web.i18n import gettext, localised
from portal.web.invoicing.spoken import worded
from portal.web.supplier.queries.invoices import Earlier, InvoiceRow
from portal.web.supplier.sentences import sentence
from portal.web.supplier.stop_words import ALIKE, OTHER, WORDS

STOPPED = (*s.ARRIVAL, s.REVIEWER_MISSING, *s.MATCHING)
_TWICE = (
    "Faktura %(number)s på %(amount)s skickade ni den %(day)s: %(state)s. Är det samma faktura behöver ni inte göra"
    " något. Är det en annan: skicka den igen med ett nytt nummer."
)
_NO_DAY = "Ingen betaldag förrän det är rättat eller kunden har godkänt fakturan."
_NO_DAY_TWICE = "Ingen betaldag: numret finns redan på en annan faktura."


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason in words. `field`: of the form of a new invoice, where the fault is in one."""

    code: str
    text: str
    remedy: str
    theirs: bool
    field: str | None = None


def stops_of(row: InvoiceRow) -> tuple[Stop, ...]:
    """Every reason that stops the invoice now, each sentence once; none when nothing does."""
    if row.status not in STOPPED:
        return ()
    found = [stop_of(reason) for reason in row.reasons]
    return tuple({one.text: one for one in found}.values())


def theirs(stops: Sequence[Stop]) -> bool:
    """Whether the supplier is to mend something."""
    return any(one.theirs for one in stops)


def no_pay_day(stops: Sequence[Stop]) -> str | None:
    """What is told in place of a pay day while something is the supplier's to mend."""
    if not theirs(stops):
        return None
    return gettext(_NO_DAY_TWICE if any(one.code == "number_taken" for one in stops) else _NO_DAY)


def stop_of(reason: Mapping[str, Any]) -> Stop:
    """A reason as stored: code, message, params, line."""
    code, params = str(reason.get("code", "")), reason.get("params") or {}
    words = WORDS.get(code, OTHER)
    text = words.sentence(params)
    if code == "number_taken" and "number" in params and only_alike([reason]):
        text = ALIKE
    line = reason.get("line")
    field = f"quantity-{line}" if line and str(line).isdigit() else words.mark
    return Stop(code, worded(text, params), gettext(words.remedy), words.theirs, field)


def told_with(stops: Sequence[Stop], earlier: Earlier | None) -> tuple[Stop, ...]:
    """The reasons, a used number with the invoice that has it."""
    if earlier is None:
        return tuple(stops)
    params = {
        "number": earlier.number, "amount": format_kr(earlier.gross_amount),
        "day": full_day(stockholm_date(earlier.arrived_at)), "state": sentence(earlier.status).label,
    }  # fmt: skip
    remedy = gettext(_TWICE) % params
    return tuple(
        Stop(one.code, one.text, remedy if one.code == "number_taken" else one.remedy, one.theirs, one.field)
        for one in stops
    )


def new_invoice_of(invoice_id: UUID, order_id: UUID | None) -> str:
    """Where it is sent anew: the form of its order, else the upload, each knowing which it is."""
    path = f"/supplier/orders/{order_id}/invoices/new" if order_id else "/supplier/invoices/new"
    return localised(f"{path}?corrects={invoice_id}")
