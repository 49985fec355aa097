"""Lives: a relation to a supplier (A10.01), an account it is paid on, and what is agreed beside the law.

What money follows is proposed by one person and decided by another; an account is also called back and waits.
"""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

PENDING = "pending"
APPROVED = "approved"
REJECTED = "rejected"
BLOCKED = "blocked"

_LEVGRUPPEN = frozenset({"levgruppen"})

RELATION = Machine(
    "supplier_relation",
    (
        State(PENDING, "Väntar på godkännande", "info", "clock", "waiting", "supplier_admin", "A10.01"),
        State(APPROVED, "Godkänd", "ok", "circle-check", "handled", None, "A10.01"),
        State(REJECTED, "Avböjd", "stop", "circle-x", "handled", None, "A10.01"),
        State(BLOCKED, "Spärrad", "stop", "ban", "handled", None, "A10.01"),
    ),
    (
        Move("approve", "Godkänn", sources(PENDING, REJECTED), APPROVED, "B41", "A10.08", _LEVGRUPPEN),
        Move("reject", "Avböj", sources(PENDING), REJECTED, "B41", "A10.08", _LEVGRUPPEN),
        Move("block", "Spärra", sources(APPROVED), BLOCKED, "B41", "A10.08", _LEVGRUPPEN),
        Move("unblock", "Häv spärren", sources(BLOCKED), APPROVED, "B41", "A10.08", _LEVGRUPPEN),
    ),
    PENDING,
)

PROPOSED = "proposed"
CALLED_BACK = "called_back"
ACTIVE = "active"
CLOSED = "closed"
ENDED = "ended"
LIVING = (PROPOSED, CALLED_BACK, APPROVED, ACTIVE)
"""An account that is, or may become, one that is paid on."""

ACCOUNT = Machine(
    "supplier_account",
    (
        State(PROPOSED, "Väntar på kontroll", "warn", "clock", "waiting", "levgruppen", "A4.03"),
        State(CALLED_BACK, "Motringt, väntar på en till", "warn", "clock", "waiting", "levgruppen", "A4.03"),
        State(APPROVED, "Godkänt, väntetiden löper", "info", "clock", "waiting", None, "A4.03"),
        State(ACTIVE, "Gäller", "ok", "circle-check", "handled", None, "A4.03"),
        State(CLOSED, "Avslutat", "rest", "ban", "handled", None, "A4.03", terminal=True),
        State(REJECTED, "Avvisat", "stop", "circle-x", "handled", None, "A4.03", terminal=True),
    ),
    (
        Move("call_back", "Motringt", sources(PROPOSED), CALLED_BACK, "levgruppen", "A4.03"),
        Move("approve", "Godkänn kontot", sources(CALLED_BACK), APPROVED, "levgruppen", "A4.03"),
        Move("activate", "Väntetiden är slut", sources(APPROVED), ACTIVE, source="A4.03"),
        Move("open", "Godkänt med leverantören", sources(PROPOSED), ACTIVE, "B41", "A10.08", _LEVGRUPPEN),
        Move(
            "reject",
            "Avvisa kontot",
            sources(PROPOSED, CALLED_BACK, APPROVED),
            REJECTED,
            "levgruppen",
            "A4.03",
        ),
        Move("replace", "Ersatt i anmälan", sources(PROPOSED), CLOSED, source="A10.01"),
        Move("close", "Avsluta kontot", sources(ACTIVE), CLOSED, "levgruppen", "A4.03"),
    ),
    PROPOSED,
)
TERM = Machine(
    "relation_term",
    (
        State(PROPOSED, "Väntar på en till", "warn", "clock", "waiting", "levgruppen", "A4.03"),
        State(ACTIVE, "Gäller", "ok", "circle-check", "handled", None, "A4.03"),
        State(ENDED, "Avslutat", "rest", "ban", "handled", None, "A4.03", terminal=True),
        State(REJECTED, "Avvisat", "stop", "circle-x", "handled", None, "A4.03", terminal=True),
    ),
    (
        Move("approve", "Godkänn villkoret", sources(PROPOSED), ACTIVE, "levgruppen", "A4.03"),
        Move("reject", "Avvisa villkoret", sources(PROPOSED), REJECTED, "levgruppen", "A4.03"),
        Move("end", "Avsluta villkoret", sources(ACTIVE), ENDED, "levgruppen", "A4.03"),
    ),
    PROPOSED,
)
