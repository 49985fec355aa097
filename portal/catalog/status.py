"""The life of a catalogue upload: read, checked, asked about, sent for approval, published, refused or dropped.

A supplier sends it; publishing is the leverantörsadministratör's (B41, A2.11), so that no price above the agreement's
terms comes into force by the supplier alone.
"""

from __future__ import annotations

from portal.kernel.workflow import Machine, Move, State, sources

RECEIVED = "received"
VALIDATING = "validating"
FAULTY = "faulty"
ASKING = "asking"
READY = "ready"
SUBMITTED = "submitted"
PLANNED = "planned"
PUBLISHING = "publishing"
PUBLISHED = "published"
REFUSED = "refused"
DROPPED = "dropped"

AT_WORK = frozenset({RECEIVED, VALIDATING, PUBLISHING})
MENDABLE = frozenset({READY})

_BOTH = frozenset({"B41"})

UPLOAD = Machine(
    "upload",
    (
        State(RECEIVED, "Tas emot", "info", "clock", "waiting", None, "A2.11"),
        State(VALIDATING, "Kontrolleras", "info", "clock", "waiting", None, "A2.11"),
        State(FAULTY, "Filen kan inte användas", "stop", "octagon-alert", "waiting", "supplier", "A2.11"),
        State(ASKING, "Väntar på svar om filen", "warn", "list-checks", "waiting", "supplier", "A2.11"),
        State(READY, "Kontrollerad, inte skickad", "warn", "list-checks", "waiting", "supplier", "A2.11"),
        State(SUBMITTED, "Väntar på godkännande", "info", "send", "waiting", "supplier_admin", "A2.11"),
        State(PLANNED, "Godkänd, gäller senare", "ok", "clock", "waiting", None, "A2.11"),
        State(PUBLISHING, "Publiceras", "info", "clock", "waiting", None, "A2.11"),
        State(PUBLISHED, "Publicerad", "ok", "circle-check", "handled", None, "A2.11", terminal=True),
        State(REFUSED, "Avslagen", "stop", "ban", "handled", None, "A2.11", terminal=True),
        State(DROPPED, "Kastad", "rest", "ban", "handled", None, "A2.11", terminal=True),
    ),
    (
        Move("validate", "Kontrollera", sources(RECEIVED, VALIDATING), VALIDATING),
        Move("refuse", "Filen kan inte användas", sources(VALIDATING), FAULTY),
        Move("ask", "Fråga om filen", sources(VALIDATING), ASKING),
        Move("again", "Läs om filen", sources(ASKING, FAULTY, READY), RECEIVED, "SUPPLIER", "A2.11", _BOTH),
        Move("stop", "Stoppa", sources(VALIDATING), DROPPED),
        Move("finish", "Klar att skicka", sources(VALIDATING), READY),
        Move("submit", "Skicka för godkännande", sources(READY), SUBMITTED, "SUPPLIER", "A2.11", _BOTH),
        Move("publish", "Publicera", sources(READY, SUBMITTED), PUBLISHING, "B41", "A2.11"),
        Move("plan", "Godkänn till datumet", sources(READY, SUBMITTED), PLANNED, "B41", "A2.11"),
        Move("due", "Datumet är här", sources(PLANNED), PUBLISHING),
        Move("published", "Publicerad", sources(PUBLISHING), PUBLISHED),
        Move("ask_again", "Granska på nytt", sources(PUBLISHING), SUBMITTED),
        Move("discard", "Kasta", sources(FAULTY, ASKING, READY), DROPPED, "SUPPLIER", "A2.11", _BOTH),
        Move("drop", "Avslå", sources(SUBMITTED, PLANNED), REFUSED, "B41", "A2.11"),
    ),
    RECEIVED,
)
