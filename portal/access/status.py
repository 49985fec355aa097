"""The life of a changed rule: one that lets more through waits for a second person."""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

PROPOSED = "proposed"
ACTIVE = "active"
REJECTED = "rejected"
_CENTRAL = frozenset({"levgruppen"})

SETTING = Machine(
    "setting",
    (
        State(PROPOSED, "Väntar på en till", "warn", "clock", "waiting", "central_admin", "A3.17"),
        State(ACTIVE, "Beslutad", "ok", "circle-check", "handled", None, "A3.17", terminal=True),
        State(REJECTED, "Avvisad", "stop", "circle-x", "handled", None, "A3.17", terminal=True),
    ),
    (
        Move("confirm", "Godkänn ändringen", sources(PROPOSED), ACTIVE, "A43", "A3.17", _CENTRAL),
        Move("reject", "Avvisa ändringen", sources(PROPOSED), REJECTED, "A43", "A3.17", _CENTRAL),
    ),
    PROPOSED,
)
