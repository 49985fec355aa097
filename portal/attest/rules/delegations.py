"""Whose rights a user may use (A7): transitive, time-limited, per function, cycles harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.attest.values import Delegation


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of `user`, reached through these delegations, first link first; none are one's own."""

    user: str
    chain: tuple[Delegation, ...] = ()

    @property
    def behalf(self) -> tuple[str, ...]:
        """Persons whose rights are used, the nearest to the actor last; empty for one's own."""
        return tuple(link.from_person for link in self.chain)


def rights_of(user: str, function: str, delegations: Sequence[Delegation], on: date) -> tuple[Rights, ...]:
    """One's own rights, then everybody's that lead here by links in force, shortest chain first (A7.05)."""
    links = [link for link in delegations if link.function == function and link.holds(on)]
    found = {user: Rights(user)}
    queue = [user]
    for current in queue:
        for link in links:
            if link.to_user == current and link.from_user not in found:
                chain = (link, *found[current].chain)
                found[link.from_user] = Rights(link.from_user, chain)
                queue.append(link.from_user)
    return tuple(found.values())


def delegates_of(user: str, function: str, delegations: Sequence[Delegation], on: date) -> tuple[str, ...]:
    """Users who may act with this user's rights, nearest first; reminders go to them too (A6.24)."""
    links = [link for link in delegations if link.function == function and link.holds(on)]
    reached = [user]
    for current in reached:
        onward = (link.to_user for link in links if link.from_user == current)
        reached += [to for to in dict.fromkeys(onward) if to not in reached]
    return tuple(reached[1:])


def refuse_delegation(new: Delegation, existing: Sequence[Delegation]) -> str | None:
    """Why a delegation cannot be registered (a Swedish msgid), or None."""
    if new.from_person == new.to_person:
        return "Det går inte att delegera till sig själv."
    if new.ends_on is not None and new.ends_on < new.starts_on:
        return "Delegeringen slutar innan den börjar. Ändra datumen."
    same = [link for link in existing if link.function == new.function and _overlaps(link, new)]
    if any((link.from_user, link.to_user) == (new.from_user, new.to_user) for link in same):
        return "Delegeringen finns redan under den tiden."
    if _leads_back(new, same):
        return "Delegeringen går i en ring: rätten skulle komma tillbaka till den som lämnar den."
    return None


def _overlaps(one: Delegation, other: Delegation) -> bool:
    starts = max(one.starts_on, other.starts_on)
    ends = min(one.ends_on or date.max, other.ends_on or date.max)
    return starts <= ends


def _leads_back(new: Delegation, links: Sequence[Delegation]) -> bool:
    reached = [new.to_user]
    for current in reached:
        reached += [
            link.to_user for link in links if link.from_user == current and link.to_user not in reached
        ]
    return new.from_user in reached
