"""Whether an attest can be undone: by who made it, until its moment, while nothing has come after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.kernel.dates import format_clock
from portal.kernel.text import Message

NOT_YOURS = "Bara %(who)s, som attesterade, kan ångra det."
UNDONE = "Du har redan ångrat den här attesten."
VOID = "Attesten gäller inte längre: ärendet har ändrats efter den."
FOLLOWED = "%(who)s attesterade efter dig, %(clock)s. Då kan din attest inte längre ångras."
TOO_LATE = "Tiden att ångra är ute."


@dataclass(frozen=True, slots=True)
class Attested:
    """An attest as whoever would undo it needs it. `undone`: by its maker; `followed`: who attested after, and when."""

    person: str
    who: str
    until: datetime | None
    void: bool = False
    undone: bool = False
    followed: tuple[str, datetime] | None = None


def not_theirs(one: Attested, person: str) -> Message | None:
    """Why the person is not the one to undo it. Persons are compared, never their users."""
    return None if one.person == person else Message(NOT_YOURS, who=one.who)


def too_late(one: Attested, now: datetime) -> Message | None:
    """Why it can no longer be undone, or None."""
    if one.void:
        return Message(UNDONE if one.undone else VOID)
    if one.followed is not None:
        who, at = one.followed
        return Message(FOLLOWED, who=who, clock=format_clock(at))
    if one.until is None or now >= one.until:
        return Message(TOO_LATE)
    return None
