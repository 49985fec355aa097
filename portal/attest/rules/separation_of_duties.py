"""Who may not do what in the same case (A6.08, A7.13): persons are compared, never their users.

The rights of A used by B bind both: neither may be a counterpart in the case, at any depth of delegation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.attest.values import Act
from portal.kernel.decision import Reason


@dataclass(frozen=True, slots=True)
class Conflict:
    """`then` is refused to a person who did `first` in the same case."""

    first: str
    then: str
    message: str
    source: str


_ORDERED = "Du kan inte attestera det du har beställt. Beställare och attestant ska vara olika personer."
_REVIEWED = (
    "Du kan inte attestera den här fakturan. Du har granskat den,"
    " och granskare och attestant ska vara olika personer."
)
_ON_BEHALF = "Den du agerar för, eller någon som agerat för dig, har redan gjort en annan del av ärendet."
_ORDER_APPROVED = "Du har attesterat beställningen och kan inte ta över den."
_APPROVED = "Du har attesterat fakturan och kan inte granska den."

# The same with who can take it instead: whole sentences, since each is translated as one.
SEND_TO = {
    _ORDERED: "Du kan inte attestera det du har beställt. Beställare och attestant ska vara olika personer."
    " Skicka till: %(to)s.",
    _REVIEWED: "Du kan inte attestera den här fakturan. Du har granskat den,"
    " och granskare och attestant ska vara olika personer. Skicka till: %(to)s.",
    _ON_BEHALF: "Den du agerar för, eller någon som agerat för dig, har redan gjort en annan del av ärendet."
    " Skicka till: %(to)s.",
}

CONFLICTS: tuple[Conflict, ...] = (
    Conflict("order", "approve_order", _ORDERED, "A6.08"),
    Conflict("order", "approve", _ORDERED, "A6.08"),
    Conflict("review", "approve", _REVIEWED, "A6.08"),
    Conflict("accept_deviation", "approve", _REVIEWED, "A6.08"),
    Conflict("approve_order", "order", _ORDER_APPROVED, "A6.08"),
    Conflict("approve", "review", _APPROVED, "A6.08"),
    Conflict("approve", "accept_deviation", _APPROVED, "A6.08"),
)  # fmt: skip


def conflicts(act: Act, earlier: Iterable[Act]) -> tuple[Conflict, ...]:
    """Every conflict between what somebody is about to do and what was done in the case."""
    done = [(before.act, before.persons) for before in earlier]
    return tuple(
        conflict
        for conflict in CONFLICTS
        if conflict.then == act.act
        and any(name == conflict.first and persons & act.persons for name, persons in done)
    )


def refusal(act: Act, earlier: Sequence[Act]) -> Reason | None:
    """Why the act is refused, or None."""
    found = next(iter(conflicts(act, earlier)), None)
    if found is None:
        return None
    own = any(before.act == found.first and before.person == act.person for before in earlier)
    return Reason("separation_of_duties", found.message if own else _ON_BEHALF, rule=f"{found.source}/1")


def can_be_refused(act: str) -> bool:
    """Whether anything done before in a case can stand against the act."""
    return any(conflict.then == act for conflict in CONFLICTS)


def excluded(then: str, earlier: Iterable[Act]) -> dict[str, str]:
    """Persons who may not do `then` in the case → the act that shuts them out."""
    firsts = {conflict.first for conflict in CONFLICTS if conflict.then == then}
    return {person: act.act for act in earlier if act.act in firsts for person in act.persons}
