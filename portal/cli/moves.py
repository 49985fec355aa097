"""What moved where when somebody was made inactive, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.invoicing.actions import leaving
from portal.invoicing.actions.leaving import Moved

NOTHING = "Ingenting väntade på användaren."
_TO = {
    leaving.STEP: "Attesten av {number} gick till {to}.",
    leaving.STUCK: "Attesten av {number} kunde inte gå vidare. {why}",
    leaving.REVIEWER: "Granskningen av faktura {number} gick till {to}, som har delegering.",
    leaving.NO_REVIEWER: "Faktura {number} gick till de lokala administratörerna: Granskare ej angiven.",
    leaving.DEVIATION: "Faktura {number} gick till {to}.",
    leaving.ORDER: "Order {number} visas för administratörerna, som kvitterar och besvarar den.",
    leaving.BEGUN: "Beställning {number} är skickad tillbaka till {left} och blir liggande.",
    leaving.CODE: "Mottagarkod {number} leder till {left}. Nya fakturor med den blir Granskare ej angiven.",
    leaving.RESPONSIBILITY: "Ansvar {number} har {left} som attestant. Nya ärenden går till den närmast över.",
}
_ADMINISTRATORS = "de lokala administratörerna"


def told_moves(moved: Sequence[Moved]) -> Iterator[str]:
    """One sentence each; of what is secret only how much there is."""
    if not moved:
        yield NOTHING
    for one in moved:
        if not one.secret:
            to = one.to or _ADMINISTRATORS
            yield _TO[one.kind].format(number=one.number, to=to, left=one.left, why=one.why)
    if secret := sum(one.secret for one in moved):
        yield f"Ärenden med sekretess som också har gått vidare: {secret}."
