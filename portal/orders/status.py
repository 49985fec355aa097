"""The lives of a requisition and of a purchase order.

They are separate: a requisition is the basket sent for attest, an order is what one supplier gets. At attest a
requisition becomes one order per supplier, and the life of an order begins when it is sent.

Attested, a requisition or a change stands for some seconds in a status of its own, in which the attest can be undone
and the supplier sees nothing; then what it leads to is done.
"""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

BUYER = "buyer"
ATTESTANT = "attestant"
SUPPLIER = "supplier"

DRAFT = "draft"
AWAITING_APPROVAL = "awaiting_approval"
ATTESTED = "attested"
SENT_BACK = "sent_back"
SENT = "sent"
CONFIRMED = "confirmed"
CONFIRMED_WITH_CHANGE = "confirmed_with_change"
CHANGE_AWAITING_APPROVAL = "change_awaiting_approval"
CHANGE_ATTESTED = "change_attested"
PARTLY_RECEIVED = "partly_received"
RECEIVED = "received"
CLOSED = "closed"
REJECTED_BY_SUPPLIER = "rejected_by_supplier"
CANCELLED = "cancelled"
ORDERED = "ordered"

# Where goods may still come; OPEN: sent, not closed, not refused. An invoice may name an order in any of INVOICEABLE:
# of one that is closed, what was received and not yet invoiced may still be billed.
DELIVERABLE = (SENT, CONFIRMED, CONFIRMED_WITH_CHANGE, PARTLY_RECEIVED)
OPEN = (*DELIVERABLE, CHANGE_AWAITING_APPROVAL, CHANGE_ATTESTED, RECEIVED)
INVOICEABLE = (*OPEN, CLOSED)
# More than was ordered may have come, or come later.
RECEIPTABLE = (*DELIVERABLE, RECEIVED)
_RECEIPTED = (PARTLY_RECEIVED, RECEIVED)

_CANCELLED = State(CANCELLED, "Makulerad", "rest", "ban", "handled", None, "A3.08", terminal=True)

REQUISITION = Machine(
    "requisition",
    (
        State(DRAFT, "Utkast", "rest", "pen-line", "waiting", BUYER, "A6.01"),
        State(AWAITING_APPROVAL, "Väntar på attest", "info", "stamp", "waiting", ATTESTANT, "A6.02"),
        State(ATTESTED, "Attesterad, skickas snart", "info", "hourglass", "waiting", None, "A6.02"),
        State(SENT_BACK, "Skickad tillbaka", "warn", "reply", "waiting", BUYER, "A6.02"),
        State(ORDERED, "Beställd", "ok", "circle-check", "handled", None, "A6.02", terminal=True),
        _CANCELLED,
    ),
    (
        Move("send", "Skicka", sources(DRAFT, SENT_BACK), AWAITING_APPROVAL, "A14", "A6.01"),
        Move("approve_part", "Godkänn", sources(AWAITING_APPROVAL), AWAITING_APPROVAL, "A14", "A6.02"),
        Move("send_back", "Skicka tillbaka", sources(AWAITING_APPROVAL), SENT_BACK, "A14", "A6.02"),
        Move("approve", "Godkänn", sources(AWAITING_APPROVAL), ORDERED, "A14", "A6.02"),
        # With time to undo it, which is the rule: the orders are made when that is over.
        Move("attest", "Godkänn", sources(AWAITING_APPROVAL), ATTESTED, "A14", "A6.02"),
        Move("undo_attest", "Ångra attesten", sources(ATTESTED), AWAITING_APPROVAL, "A14", "A6.02"),
        Move(
            "undo_attest_part",
            "Ångra attesten",
            sources(AWAITING_APPROVAL),
            AWAITING_APPROVAL,
            "A14",
            "A6.02",
        ),
        Move("complete_attest", "Tiden att ångra är ute", sources(ATTESTED), ORDERED, source="A6.02"),
        Move("stop_attest", "Attesten gäller inte", sources(ATTESTED), AWAITING_APPROVAL, source="A6.02"),
        Move("take_back", "Ta tillbaka", sources(AWAITING_APPROVAL), DRAFT, "A14", "A6.01"),
        Move("cancel", "Makulera", sources(DRAFT, AWAITING_APPROVAL, SENT_BACK), CANCELLED, "A14", "A6.01"),
    ),
    DRAFT,
)

_ADMINS = frozenset({"A44", "A45"})
_RECEIVERS = _ADMINS | {"B10"}

ORDER = Machine(
    "order",
    (
        State(SENT, "Skickad till leverantör", "info", "send", "waiting", SUPPLIER, "A6.02"),
        State(CONFIRMED, "Bekräftad", "ok", "check", "waiting", BUYER, "A6.03"),
        State(CONFIRMED_WITH_CHANGE, "Bekräftad med ändring", "warn", "pen-line", "waiting", BUYER, "A6.03"),
        State(
            CHANGE_AWAITING_APPROVAL, "Ändringen väntar på attest", "info", "stamp", "waiting",
            ATTESTANT, "A6.02",
        ),
        State(
            CHANGE_ATTESTED, "Ändringen är attesterad, gäller snart", "info", "hourglass", "waiting", None, "A6.02",
        ),
        State(PARTLY_RECEIVED, "Delvis levererad", "info", "package", "waiting", BUYER, "A6.03"),
        State(RECEIVED, "Levererad", "ok", "package-check", "handled", None, "A6.03"),
        State(CLOSED, "Avslutad", "ok", "circle-check", "handled", None, "A6.04", terminal=True),
        State(REJECTED_BY_SUPPLIER, "Avböjd av leverantören", "stop", "circle-x", "waiting", BUYER, "A6.02"),
        _CANCELLED,
    ),
    (
        Move("confirm", "Bekräfta", sources(SENT), CONFIRMED, "SUPPLIER", "A6.02"),
        Move(
            "confirm_with_change", "Bekräfta med ändring", sources(SENT), CONFIRMED_WITH_CHANGE,
            "SUPPLIER", "A6.02",
        ),
        Move("accept_change", "Godkänn ändringen", sources(CONFIRMED_WITH_CHANGE), CONFIRMED, "A14", "A6.02"),
        Move("refuse_change", "Godkänn inte ändringen", sources(CONFIRMED_WITH_CHANGE), SENT, "A14", "A6.02"),
        # Dearer than what was attested: the change has an attest of its own.
        Move(
            "change_to_attest", "Skicka ändringen för attest",
            sources(CONFIRMED_WITH_CHANGE, _RECEIPTED), CHANGE_AWAITING_APPROVAL, "A14", "A6.02",
        ),
        Move(
            "approve_change_part", "Godkänn", sources(CHANGE_AWAITING_APPROVAL), CHANGE_AWAITING_APPROVAL,
            "A14", "A6.02",
        ),
        # As of a requisition: the change holds when the time to undo is over.
        Move(
            "attest_change", "Godkänn", sources(CHANGE_AWAITING_APPROVAL), CHANGE_ATTESTED, "A14", "A6.02",
        ),
        Move(
            "undo_attest_change", "Ångra attesten", sources(CHANGE_ATTESTED), CHANGE_AWAITING_APPROVAL,
            "A14", "A6.02",
        ),
        Move(
            "undo_attest_change_part", "Ångra attesten", sources(CHANGE_AWAITING_APPROVAL),
            CHANGE_AWAITING_APPROVAL, "A14", "A6.02",
        ),
        Move("complete_change", "Tiden att ångra är ute", sources(CHANGE_ATTESTED), CONFIRMED, source="A6.02"),
        Move("complete_raise", "Tiden att ångra är ute", sources(CHANGE_ATTESTED), RECEIVED, source="A6.02"),
        Move(
            "complete_raise_part", "Tiden att ångra är ute", sources(CHANGE_ATTESTED), PARTLY_RECEIVED,
            source="A6.02",
        ),
        Move(
            "stop_attest_change", "Attesten gäller inte", sources(CHANGE_ATTESTED), CHANGE_AWAITING_APPROVAL,
            source="A6.02",
        ),
        Move("approve_change", "Godkänn", sources(CHANGE_AWAITING_APPROVAL), CONFIRMED, "A14", "A6.02"),
        Move("approve_raise", "Godkänn", sources(CHANGE_AWAITING_APPROVAL), RECEIVED, "A14", "A6.02"),
        Move(
            "approve_raise_part", "Godkänn", sources(CHANGE_AWAITING_APPROVAL), PARTLY_RECEIVED,
            "A14", "A6.02",
        ),
        Move(
            "return_change", "Skicka tillbaka", sources(CHANGE_AWAITING_APPROVAL), CONFIRMED_WITH_CHANGE,
            "A14", "A6.02",
        ),
        Move("return_raise", "Skicka tillbaka", sources(CHANGE_AWAITING_APPROVAL), RECEIVED, "A14", "A6.02"),
        Move(
            "return_raise_part", "Skicka tillbaka", sources(CHANGE_AWAITING_APPROVAL), PARTLY_RECEIVED,
            "A14", "A6.02",
        ),
        Move("reject", "Avböj", sources(SENT), REJECTED_BY_SUPPLIER, "SUPPLIER", "A6.02"),
        Move(
            "receive_part", "Kvittera en del", sources(DELIVERABLE), PARTLY_RECEIVED,
            "A14", "A6.03", _RECEIVERS,
        ),
        Move("receive_all", "Kvittera allt", sources(RECEIPTABLE), RECEIVED, "A14", "A6.03", _RECEIVERS),
        # More came than was ordered, and some of it is taken back: all that was ordered is still there.
        Move("undo_over_receipt", "Ångra kvittens", sources(RECEIVED), RECEIVED, "A14", "A6.03", _RECEIVERS),
        Move("undo_receipt", "Ångra kvittens", sources(_RECEIPTED), PARTLY_RECEIVED, "A14", "A6.03", _RECEIVERS),
        Move(
            "undo_all_receipts", "Ångra kvittens", sources(_RECEIPTED), CONFIRMED, "A14", "A6.03", _RECEIVERS,
        ),
        # Nobody has said yes to such an order: it stands as sent again.
        Move("undo_all_unanswered", "Ångra kvittens", sources(_RECEIPTED), SENT, "A14", "A6.03", _RECEIVERS),
        # Nobody has said yes to what the supplier changed.
        Move(
            "undo_all_changed", "Ångra kvittens", sources(_RECEIPTED), CONFIRMED_WITH_CHANGE,
            "A14", "A6.03", _RECEIVERS,
        ),
        Move("close", "Avsluta resten", sources(PARTLY_RECEIVED), CLOSED, "A14", "A6.04", _ADMINS),
        Move("finish", "Helt fakturerad", sources(RECEIVED), CLOSED, source="A6.04"),
        Move(
            "cancel", "Makulera",
            sources(SENT, CONFIRMED, CONFIRMED_WITH_CHANGE, REJECTED_BY_SUPPLIER),
            CANCELLED, "A14", "A3.08", _ADMINS,
        ),
    ),
    SENT,
)  # fmt: skip
