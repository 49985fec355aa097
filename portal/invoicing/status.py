"""The life of an invoice: the statuses of A5, one that only passes, and every verb between them.

Two of A5 come with what leads to them: Kontering ej kontrollerad (A5.05) when VAT can be adjusted at coding, Avvaktar
extrakontroll (A5.10) when somebody can be asked for one.

Attested, an invoice is `attested` for the seconds in which the attest can be undone; then it becomes Klar, or what
the rules of that moment say.

There is no technical "received" status. What arrives is kept as an original until it is read; the invoice
row is inserted as `invoice_information` (nothing promised, nothing controlled) in the very transaction that
runs the arrival control and moves it to where it rests, so nobody ever meets it half-way.

A verb whose outcome the rules decide (correct, choose supplier, rematch …) keeps its status as target: the
person's act is recorded, and the system's move follows in the same transaction.
"""

from __future__ import annotations

from portal.kernel.workflow import Hold, Machine, Move, State, sources

LEVGRUPPEN = "levgruppen"
LOCAL_ADMIN = "local_admin"
REVIEWER = "reviewer"
ATTESTANT = "attestant"
BUYER = "buyer"

SUPPLIER_NOT_CHOSEN = "supplier_not_chosen"
PAYMENT_INFORMATION = "payment_information"
INVOICE_INFORMATION = "invoice_information"
REVIEWER_MISSING = "reviewer_missing"
AWAITING_RECEIPT = "awaiting_receipt"
MATCHING_REQUIRED = "matching_required"
REVIEW = "review"
APPROVAL = "approval"
ATTESTED = "attested"
DONE = "done"
CANCELLED = "cancelled"

ARRIVAL = (SUPPLIER_NOT_CHOSEN, PAYMENT_INFORMATION, INVOICE_INFORMATION)
MATCHING = (AWAITING_RECEIPT, MATCHING_REQUIRED)

_STATES = (
    State(SUPPLIER_NOT_CHOSEN, "Leverantör ej vald", "warn", "store", "waiting", LEVGRUPPEN, "A5.01"),
    State(
        PAYMENT_INFORMATION, "Betalningsinformation måste kontrolleras", "stop", "landmark", "waiting",
        LEVGRUPPEN, "A5.02",
    ),
    State(
        INVOICE_INFORMATION, "Fakturainformation måste kontrolleras", "warn", "file-warning", "waiting",
        LOCAL_ADMIN, "A5.03",
    ),
    State(REVIEWER_MISSING, "Granskare ej angiven", "warn", "user-round-x", "waiting", LOCAL_ADMIN, "A5.04"),
    State(AWAITING_RECEIPT, "Inväntar leveranskvittens", "rest", "truck", "waiting", None, "A5.06"),
    State(MATCHING_REQUIRED, "Ordermatchning krävs", "warn", "git-compare-arrows", "waiting", BUYER, "A5.07"),
    State(REVIEW, "Granskning ej utförd", "info", "eye", "waiting", REVIEWER, "A5.08"),
    State(APPROVAL, "Attest ej utförd", "info", "stamp", "waiting", ATTESTANT, "A5.09"),
    State(ATTESTED, "Attesterad, blir snart klar", "info", "hourglass", "waiting", None, "A5.09"),
    State(DONE, "Klar", "ok", "circle-check", "handled", None, "A5.11", terminal=True),
    State(CANCELLED, "Makulerad", "rest", "ban", "handled", None, "A5.12", terminal=True),
)  # fmt: skip

_ADMIN = frozenset({"A45"})
_ADMIN_OR_LEVGRUPPEN = frozenset({"A45", "levgruppen"})
_OWNER_OR_ADMIN = frozenset({"A44", "A45"})

_SYSTEM_MOVES = (
    Move("stop_supplier", "Leverantören är okänd", sources(ARRIVAL), SUPPLIER_NOT_CHOSEN, source="A4.02"),
    Move("stop_payment", "Betalkontot är okänt", sources(ARRIVAL), PAYMENT_INFORMATION, source="A4.03"),
    Move("stop_information", "Kontrollen stoppade", sources(ARRIVAL), INVOICE_INFORMATION, source="A4.04"),
    Move("stop_no_reviewer", "Ingen granskare hittades", sources(ARRIVAL), REVIEWER_MISSING, source="A4.07"),
    Move("route_review", "Skickad till granskare", sources(ARRIVAL), REVIEW, source="A4.07"),
    Move("wait_receipt", "Inväntar kvittens", sources(ARRIVAL, MATCHING), AWAITING_RECEIPT, source="A5.06"),
    Move("stop_match", "Matchningen avviker", sources(ARRIVAL, MATCHING), MATCHING_REQUIRED, source="A5.07"),
    Move("finish_match", "Matchad", sources(ARRIVAL, MATCHING), DONE, source="A6.04"),
    Move("receipt_timeout", "Kvittens saknas", sources(AWAITING_RECEIPT), MATCHING_REQUIRED, source="A5.06"),
    Move(
        "fail_final_check",
        "Slutkontrollen stoppade",
        sources(APPROVAL, ATTESTED, PAYMENT_INFORMATION),
        REVIEW,
        source="A6.07",
    ),
    Move(
        "match_changed",
        "Mer skiljer än vad som godkändes",
        sources(APPROVAL, ATTESTED, PAYMENT_INFORMATION),
        MATCHING_REQUIRED,
        source="A6.05",
    ),
    Move(
        "hold_payment",
        "Betalkontot gäller inte längre",
        sources(MATCHING, REVIEW, APPROVAL, ATTESTED),
        PAYMENT_INFORMATION,
        source="A4.03",
    ),
    Move(
        "release_payment",
        "Betalningen är kontrollerad",
        sources(PAYMENT_INFORMATION),
        DONE,
        source="A4.03",
    ),
    Move("complete_attest", "Tiden att ångra är ute", sources(ATTESTED), DONE, source="A5.09"),
    Move("stop_attest", "Attesten gäller inte", sources(ATTESTED), APPROVAL, source="A5.14"),
    Move("reviewer_left", "Granskaren är inte aktiv", sources(REVIEW), REVIEWER_MISSING, source="A2.19"),
)

_ARRIVAL_MOVES = (
    Move(
        "choose_supplier", "Välj leverantör", sources(SUPPLIER_NOT_CHOSEN), SUPPLIER_NOT_CHOSEN,
        "levgruppen", "A5.01",
    ),
    Move(
        "propose_account", "Föreslå kontot i registret", sources(PAYMENT_INFORMATION), PAYMENT_INFORMATION,
        "levgruppen", "A5.02",
    ),
    Move(
        "check_payment", "Ring leverantören om kontot", sources(PAYMENT_INFORMATION), PAYMENT_INFORMATION,
        "levgruppen", "A5.02",
    ),
    Move(
        "confirm_payment", "Bekräfta betalningsuppgiften", sources(PAYMENT_INFORMATION), PAYMENT_INFORMATION,
        "levgruppen", "A5.02",
    ),
    Move(
        "check_paid_otherwise", "Anteckna hur fakturan är betald", sources(PAYMENT_INFORMATION),
        PAYMENT_INFORMATION, "levgruppen", "A5.02",
    ),
    Move(
        "confirm_paid_otherwise", "Betalas inte av oss", sources(PAYMENT_INFORMATION), PAYMENT_INFORMATION,
        "levgruppen", "A5.02",
    ),
    Move(
        "correct_information", "Rätta uppgifter", sources(INVOICE_INFORMATION), INVOICE_INFORMATION,
        "A44", "A5.03", _ADMIN_OR_LEVGRUPPEN,
    ),
    Move(
        "change_due_date", "Ändra förfallodag", sources(INVOICE_INFORMATION), INVOICE_INFORMATION,
        "A44", "A9.06", _ADMIN_OR_LEVGRUPPEN,
    ),
    Move(
        "change_flow", "Byt flöde", sources(INVOICE_INFORMATION), INVOICE_INFORMATION,
        "A44", "A3.04", _ADMIN_OR_LEVGRUPPEN,
    ),
    Move(
        "change_organisation", "Byt organisation", sources(INVOICE_INFORMATION), INVOICE_INFORMATION,
        "levgruppen", "A9.08", frozenset({"A43"}),
    ),
    Move(
        "cancel", "Makulera", sources(INVOICE_INFORMATION), CANCELLED,
        "A44", "A9.10", _ADMIN_OR_LEVGRUPPEN,
    ),
    Move(
        "cancel_at_levgruppen", "Makulera", sources(SUPPLIER_NOT_CHOSEN, PAYMENT_INFORMATION), CANCELLED,
        "levgruppen", "A9.04",
    ),
    Move(
        "choose_reviewer", "Ange granskare", sources(REVIEWER_MISSING), REVIEW,
        "A44", "A5.04", _ADMIN,
    ),
)  # fmt: skip

_FLOW_MOVES = (
    Move(
        "rematch", "Matcha igen", sources(MATCHING_REQUIRED), MATCHING_REQUIRED,
        "BX1", "A5.07", _OWNER_OR_ADMIN,
    ),
    Move(
        "accept_deviation", "Acceptera avvikelsen", sources(MATCHING_REQUIRED), APPROVAL,
        "BX1", "A6.05", _OWNER_OR_ADMIN,
    ),
    Move(
        "accept_match", "Acceptera", sources(MATCHING_REQUIRED), DONE,
        "BX1", "A5.07", _OWNER_OR_ADMIN,
    ),
    Move("accept_review", "Acceptera", sources(REVIEW), APPROVAL, "A14", "A5.08", _OWNER_OR_ADMIN),
    Move(
        "accept_vat_only", "Acceptera", sources(REVIEW), DONE,
        "A14", "A4.16", _OWNER_OR_ADMIN,
    ),
    Move(
        "choose_other_reviewer", "Välj annan granskare", sources(REVIEW), REVIEW,
        "A14", "A6.16", _OWNER_OR_ADMIN,
    ),
    Move(
        "not_my_invoice", "Inte min faktura", sources(MATCHING_REQUIRED, REVIEW, APPROVAL), REVIEWER_MISSING,
        "A14", "A9.02", frozenset({"BX1", "A51"}),
    ),
    Move(
        "send_back", "Skicka tillbaka",
        sources(REVIEWER_MISSING, MATCHING_REQUIRED, REVIEW, APPROVAL),
        INVOICE_INFORMATION, "A44", "A9.02", _ADMIN,
    ),
)  # fmt: skip

_ATTEST_MOVES = (
    Move("approve_part", "Attestera", sources(APPROVAL), APPROVAL, "A14", "A5.09"),
    Move("approve", "Attestera", sources(APPROVAL), DONE, "A14", "A5.09"),
    # With time to undo it, which is the rule: Klar comes when that is over.
    Move("attest", "Attestera", sources(APPROVAL), ATTESTED, "A14", "A5.09"),
    Move("undo_attest", "Ångra attesten", sources(ATTESTED), APPROVAL, "A14", "A5.09"),
    Move("undo_attest_part", "Ångra attesten", sources(APPROVAL), APPROVAL, "A14", "A5.09"),
    Move("return_to_reviewer", "Returnera till granskare", sources(APPROVAL), REVIEW, "A14", "A9.02"),
)  # fmt: skip

ON_HOLD = Hold(
    "under_investigation",
    frozenset({APPROVAL, ATTESTED, DONE}),
    "Fakturan är under utredning. Avsluta utredningen först, så kan den godkännas.",
    frozenset({"undo_attest", "undo_attest_part", "stop_attest"}),
)
"""Under utredning, or credit is asked for (A5.14, A9.13): nobody attests it and nothing makes it Klar meanwhile."""

INVOICE = Machine(
    "invoice",
    _STATES,
    _SYSTEM_MOVES + _ARRIVAL_MOVES + _FLOW_MOVES + _ATTEST_MOVES,
    INVOICE_INFORMATION,
    ON_HOLD,
)
