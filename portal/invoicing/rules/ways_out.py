"""Which way out fits which reason of a stop at arrival (X06): one table, the most fitting way first.

A way is named as its form sends it. A way that helps nothing, as another number for an invoice that has come twice, is
never first; what cannot be taken back is never chosen beforehand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from portal.invoicing.rules.arrival import only_alike

CANCEL = "cancel"
DOUBLE, ALIKE, SUM_AGREES, NAMED = "double", "alike", "sum_agrees", "named"
"""What decides beside the code: the same invoice is here already; its number only looks like another's; the total is
right and something else of the sum is not; the reference is there but nobody's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`ways` by how well they fit. `suggested`: the first is marked; `chosen`: and taken beforehand, losing nothing."""

    ways: tuple[str, ...]
    suggested: bool = True
    chosen: bool = False


FITS: Mapping[str, Fit] = MappingProxyType(
    {
        "organisation_unknown": Fit(("organisation", "reference", CANCEL), chosen=True),
        "organisation_conflict": Fit(("organisation", "reference", CANCEL), chosen=True),
        "supplier_unknown": Fit(("supplier", CANCEL), chosen=True),
        "payment_account": Fit(("propose_account", "payment_second", "payment", CANCEL), chosen=True),
        "paid_otherwise": Fit(("paid_otherwise", "otherwise_second", CANCEL)),
        "currency": Fit((CANCEL,)),
        "zero_amount": Fit(("manual", CANCEL), suggested=False),
        "sum": Fit(("total", CANCEL), chosen=True),
        f"sum/{SUM_AGREES}": Fit((CANCEL,)),
        # Another number is right only where the supplier has said so: else it is theirs to mend.
        "number_taken": Fit((CANCEL, "number"), suggested=False),
        f"number_taken/{DOUBLE}": Fit((CANCEL,)),
        f"number_taken/{ALIKE}": Fit(("new", CANCEL, "number"), suggested=False),
        "invoice_date": Fit(("issue_date", CANCEL), chosen=True),
        "due_date": Fit(("due_date", CANCEL), chosen=True),
        "vat_rate": Fit(("manual", CANCEL), suggested=False),
        "official_rules": Fit((CANCEL, "recheck")),
        "reviewer_unknown": Fit(("reviewer", "right_reference", "send_back"), chosen=True),
        f"reviewer_unknown/{NAMED}": Fit(("right_reference", "reviewer", "send_back"), chosen=True),
        "credit_note": Fit(("reviewer", "right_reference", "send_back"), chosen=True),
        "not_mine": Fit(("reviewer", "right_reference", "send_back"), chosen=True),
        # What the person wrote decides which way fits.
        "sent_back": Fit(("recheck", "reference", "by_hand", "flow"), suggested=False),
    }
)
_ALONE = ("sent_back",)


def fitting(
    reasons: Iterable[Mapping[str, Any]], *, is_double: bool = False, sum_agrees: bool = False
) -> Fit:
    """The ways out for an invoice's stored reasons together. `is_double`: its twin, with the same amount, is here."""
    stored = list(reasons)
    shown = _variants(stored, is_double=is_double, sum_agrees=sum_agrees)
    fits = {code: FITS[code] for code in shown if code in FITS}
    alone = [fits[code] for code in _ALONE if code in fits]
    final = [fit for fit in fits.values() if fit.ways[0] == CANCEL]
    first = next(iter((*alone, *final, *fits.values())), Fit((), suggested=False))
    if alone:
        return first
    ways = [*first.ways[:1], *(way for fit in fits.values() for way in fit.ways if way != CANCEL), CANCEL]
    given = {way for fit in fits.values() for way in fit.ways}
    return Fit(tuple(way for way in dict.fromkeys(ways) if way in given), first.suggested, first.chosen)


def _variants(stored: Collection[Mapping[str, Any]], *, is_double: bool, sum_agrees: bool) -> list[str]:
    """The table's keys of the reasons, each once."""
    decided = {
        "number_taken": DOUBLE if is_double else ALIKE if only_alike(stored) else None,
        "sum": SUM_AGREES if sum_agrees else None,
    }
    found = []
    for one in stored:
        code = str(one.get("code"))
        variant = decided.get(code)
        if code == "reviewer_unknown" and (one.get("params") or {}).get("numbers"):
            variant = NAMED
        found.append(f"{code}/{variant}" if variant else code)
    return list(dict.fromkeys(found))
