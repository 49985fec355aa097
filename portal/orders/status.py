"""The lives of a requisition and of a purchase order.

They are separate: a requisition is the basket sent for attest, an order is what one supplier gets. At attest
a requisition becomes one order per supplier; such an order is inserted as a draft and released at once by the
system (`release`). An order made without a requisition goes the way of attest itself.
"""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

BUYER = "buyer"
ATTESTANT = "attestant"
SUPPLIER = "supplier"

DRAFT = "draft"
AWAITING_APPROVAL = "awaiting_approval"
SENT_BACK = "sent_back"
SENT = "sent"
CONFIRMED = "confirmed"
CONFIRMED_WITH_CHANGE = "confirmed_with_change"
PARTLY_RECEIVED = "partly_received"
RECEIVED = "received"
CLOSED = "closed"
REJECTED_BY_SUPPLIER = "rejected_by_supplier"
CANCELLED = "cancelled"
ORDERED = "ordered"

# Where goods may still come; OPEN: sent, not closed, not refused. An invoice may name an order in any of INVOICEABLE:
# of one that is closed, what was received and not yet invoiced may still be billed.
DELIVERABLE = (SENT, CONFIRMED, CONFIRMED_WITH_CHANGE, PARTLY_RECEIVED)
OPEN = (*DELIVERABLE, RECEIVED)
INVOICEABLE = (*OPEN, CLOSED)
_RECEIPTED = (PARTLY_RECEIVED, RECEIVED)

_DRAFT = State(DRAFT, "Utkast", "rest", "pen-line", "waiting", BUYER, "A6.01")
_AWAITING = State(AWAITING_APPROVAL, "Väntar på attest", "info", "stamp", "waiting", ATTESTANT, "A6.02")
_SENT_BACK = State(SENT_BACK, "Skickad tillbaka", "warn", "reply", "waiting", BUYER, "A6.02")
_CANCELLED = State(CANCELLED, "Makulerad", "rest", "ban", "handled", None, "A3.08", terminal=True)

_APPROVAL_MOVES = (
    Move("send", "Skicka", sources(DRAFT, SENT_BACK), AWAITING_APPROVAL, "A14", "A6.01"),
    Move("approve_part", "Godkänn", sources(AWAITING_APPROVAL), AWAITING_APPROVAL, "A14", "A6.02"),
    Move("send_back", "Skicka tillbaka", sources(AWAITING_APPROVAL), SENT_BACK, "A14", "A6.02"),
)

REQUISITION = Machine(
    "requisition",
    (
        _DRAFT,
        _AWAITING,
        _SENT_BACK,
        State(ORDERED, "Beställd", "ok", "circle-check", "handled", None, "A6.02", terminal=True),
        _CANCELLED,
    ),
    (
        *_APPROVAL_MOVES,
        Move("approve", "Godkänn", sources(AWAITING_APPROVAL), ORDERED, "A14", "A6.02"),
        Move("take_back", "Ta tillbaka", sources(AWAITING_APPROVAL), DRAFT, "A14", "A6.01"),
        Move("cancel", "Makulera", sources(DRAFT, AWAITING_APPROVAL, SENT_BACK), CANCELLED, "A14", "A6.01"),
    ),
    DRAFT,
)

_RECEIVERS = frozenset({"B10", "A44", "A45"})

ORDER = Machine(
    "order",
    (
        _DRAFT,
        _AWAITING,
        _SENT_BACK,
        State(SENT, "Skickad till leverantör", "info", "send", "waiting", SUPPLIER, "A6.02"),
        State(CONFIRMED, "Bekräftad", "ok", "check", "waiting", BUYER, "A6.03"),
        State(CONFIRMED_WITH_CHANGE, "Bekräftad med ändring", "warn", "pen-line", "waiting", BUYER, "A6.03"),
        State(PARTLY_RECEIVED, "Delvis levererad", "info", "package", "waiting", BUYER, "A6.03"),
        State(RECEIVED, "Levererad", "ok", "package-check", "handled", None, "A6.03"),
        State(CLOSED, "Avslutad", "ok", "circle-check", "handled", None, "A6.04", terminal=True),
        State(REJECTED_BY_SUPPLIER, "Avböjd av leverantören", "stop", "circle-x", "waiting", BUYER, "A6.02"),
        _CANCELLED,
    ),
    (
        *_APPROVAL_MOVES,
        Move("approve", "Godkänn", sources(AWAITING_APPROVAL), SENT, "A14", "A6.02"),
        Move("release", "Skickad till leverantören", sources(DRAFT), SENT, source="A6.02"),
        Move("confirm", "Bekräfta", sources(SENT, CONFIRMED_WITH_CHANGE), CONFIRMED, "SUPPLIER", "A6.02"),
        Move(
            "confirm_with_change", "Bekräfta med ändring", sources(SENT), CONFIRMED_WITH_CHANGE,
            "SUPPLIER", "A6.02",
        ),
        Move("accept_change", "Godkänn ändringen", sources(CONFIRMED_WITH_CHANGE), CONFIRMED, "A14", "A6.02"),
        Move("reject", "Avböj", sources(SENT), REJECTED_BY_SUPPLIER, "SUPPLIER", "A6.02"),
        Move(
            "receive_part", "Kvittera en del", sources(DELIVERABLE), PARTLY_RECEIVED,
            "A14", "A6.03", _RECEIVERS,
        ),
        Move("receive_all", "Kvittera allt", sources(DELIVERABLE), RECEIVED, "A14", "A6.03", _RECEIVERS),
        Move("undo_receipt", "Ångra kvittens", sources(_RECEIPTED), PARTLY_RECEIVED, "A14", "A6.03"),
        Move("undo_all_receipts", "Ångra kvittens", sources(_RECEIPTED), CONFIRMED, "A14", "A6.03"),
        # Nobody has said yes to such an order: it stands as sent again.
        Move("undo_all_unanswered", "Ångra kvittens", sources(_RECEIPTED), SENT, "A14", "A6.03"),
        Move("close", "Avsluta", sources(OPEN), CLOSED, "A14", "A6.04", frozenset({"A44", "A45"})),
        Move("finish", "Helt fakturerad", sources(RECEIVED), CLOSED, source="A6.04"),
        Move(
            "cancel", "Makulera",
            sources(
                DRAFT, AWAITING_APPROVAL, SENT_BACK,
                SENT, CONFIRMED, CONFIRMED_WITH_CHANGE, REJECTED_BY_SUPPLIER,
            ),
            CANCELLED, "A14", "A3.08", frozenset({"A44", "A45"}),
        ),
    ),
    DRAFT,
)  # fmt: skip
