"""Why a step cannot be taken on an order or a requisition as it stands now: what has happened, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping

from portal.kernel.workflow import Machine
from portal.orders.status import (
    ATTESTED,
    AWAITING_APPROVAL,
    CANCELLED,
    CHANGE_ATTESTED,
    CHANGE_AWAITING_APPROVAL,
    CLOSED,
    CONFIRMED,
    CONFIRMED_WITH_CHANGE,
    DRAFT,
    ORDERED,
    PARTLY_RECEIVED,
    RECEIPTABLE,
    RECEIVED,
    REJECTED_BY_SUPPLIER,
    SENT,
    SENT_BACK,
)

RECEIVE, CANCEL, CLOSE, RAISE = "receive", "cancel", "close", "change_to_attest"

_ORDER: Mapping[str, str] = {
    SENT: "Beställningen är skickad till leverantören, som inte har svarat än.",
    CONFIRMED: "Beställningen är redan bekräftad.",
    CONFIRMED_WITH_CHANGE: "Leverantören har svarat med en ändring som ingen har tagit ställning till än.",
    CHANGE_AWAITING_APPROVAL: "Ändringen är skickad för attest. Vänta på attestantens svar.",
    CHANGE_ATTESTED: "Ändringen är attesterad och gäller om några sekunder.",
    PARTLY_RECEIVED: "Beställningen är redan delvis levererad.",
    RECEIVED: "Beställningen är redan levererad.",
    CLOSED: "Beställningen är redan avslutad.",
    REJECTED_BY_SUPPLIER: "Leverantören har avböjt beställningen. Beställ av någon annan.",
    CANCELLED: "Beställningen är redan makulerad.",
}
_REQUISITION: Mapping[str, str] = {
    DRAFT: "Beställningen är inte skickad än.",
    SENT_BACK: "Beställningen är skickad tillbaka till beställaren.",
    AWAITING_APPROVAL: "Beställningen är redan skickad för attest. Ta tillbaka den om du vill ändra något.",
    ATTESTED: "Beställningen är attesterad och skickas till leverantören om några sekunder.",
    ORDERED: "Beställningen är redan attesterad och skickad till leverantören.",
    CANCELLED: "Beställningen är borttagen.",
}
_DECIDES = ("approve", "approve_part", "send_back")
_TAKEN_BACK = "Beställaren har tagit tillbaka beställningen. Den väntar inte längre på dig."
_STEPS: Mapping[tuple[str, str], str] = {
    (RECEIVE, CLOSED): "Beställningen är avslutad och kan inte kvitteras. Har mer kommit: gör en ny beställning,"
    " eller be leverantören hämta det.",
    (RECEIVE, CANCELLED): "Beställningen är makulerad och kan inte kvitteras. Har varorna kommit ändå: gör en ny"
    " beställning, eller be leverantören hämta dem.",
    (RECEIVE, REJECTED_BY_SUPPLIER): "Leverantören har avböjt beställningen, så den kan inte kvitteras.",
    (RECEIVE, CHANGE_AWAITING_APPROVAL): "Ändringen av beställningen väntar på attest. Kvittera när attestanten"
    " har svarat.",
    (CANCEL, PARTLY_RECEIVED): "Beställningen är delvis levererad och kan inte makuleras. Avsluta resten i"
    " stället.",
    (CANCEL, RECEIVED): "Beställningen är levererad och kan inte makuleras. Ta tillbaka kvittensen först, om den"
    " är fel.",
    (CANCEL, CLOSED): "Beställningen är avslutad och kan inte makuleras.",
    (CANCEL, CHANGE_AWAITING_APPROVAL): "Ändringen av beställningen väntar på attest. Be attestanten skicka"
    " tillbaka den om beställningen ska makuleras.",
    (CLOSE, RECEIVED): "Allt har kommit. Det finns ingen rest att avsluta.",
    (CLOSE, CHANGE_AWAITING_APPROVAL): "Ändringen av beställningen väntar på attest. Avsluta resten när"
    " attestanten har svarat.",
    **{
        (CLOSE, status): "Ingenting har kommit på beställningen. Makulera den i stället."
        for status in (SENT, CONFIRMED, CONFIRMED_WITH_CHANGE)
    },
    (RAISE, CLOSED): "Beställningen är avslutad och kan inte ändras.",
}  # fmt: skip


def why_not(machine: Machine, step: str, status: str) -> str | None:
    """The msgid of why `step` cannot be taken in `status`, or None when it can.

    `step` is a move of the machine, or "receive": whichever of its moves a receipt becomes.
    """
    sources = frozenset(RECEIPTABLE) if step == RECEIVE else machine.move(step).sources
    if status in sources:
        return None
    if machine.name == "requisition" and status == DRAFT and step in _DECIDES:
        return _TAKEN_BACK
    if machine.name == "requisition":
        return _REQUISITION[status]
    return _STEPS.get((step, status), _ORDER[status])
