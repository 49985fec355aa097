"""The life of a concern's relation to a supplier: registered by one, approved by another (A10.01)."""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

INVITED = "invited"
PENDING = "pending"
APPROVED = "approved"
REJECTED = "rejected"
BLOCKED = "blocked"

_LEVGRUPPEN = frozenset({"levgruppen"})

RELATION = Machine(
    "supplier_relation",
    (
        State(INVITED, "Inbjuden", "rest", "mail", "handled", "supplier", "A10.01"),
        State(PENDING, "Väntar på godkännande", "info", "clock", "waiting", "supplier_admin", "A10.01"),
        State(APPROVED, "Godkänd", "ok", "circle-check", "handled", None, "A10.01"),
        State(REJECTED, "Avböjd", "stop", "circle-x", "handled", None, "A10.01"),
        State(BLOCKED, "Spärrad", "stop", "ban", "handled", None, "A10.01"),
    ),
    (
        Move("join", "Anmälan skickad", sources(INVITED), PENDING, source="A10.01"),
        Move("approve", "Godkänn", sources(PENDING, REJECTED), APPROVED, "B41", "A10.08", _LEVGRUPPEN),
        Move("reject", "Avböj", sources(PENDING), REJECTED, "B41", "A10.08", _LEVGRUPPEN),
        Move("block", "Spärra", sources(APPROVED), BLOCKED, "B41", "A10.08", _LEVGRUPPEN),
        Move("unblock", "Häv spärren", sources(BLOCKED), APPROVED, "B41", "A10.08", _LEVGRUPPEN),
    ),
    PENDING,
)
