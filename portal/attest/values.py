"""The attest tree, delegations and acts as the rules see them. Persons are told apart, not their users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Attestant:
    """Who decides over an ansvar: ids and login. `sees_secret`: holds B45; `active`: may sign in."""

    user: str
    person: str
    login: str
    sees_secret: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Responsibility:
    """An ansvar in the tree. `parent` is the code of the one above, None at the top."""

    code: str
    name: str
    parent: str | None
    attestant: Attestant | None


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A coding row's share: the ansvar it falls on and SEK excluding VAT."""

    responsibility: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Delegation:
    """One user's rights in one function handed to another; `ends_on` is the last day, None a standing one."""

    id: str
    function: str
    from_user: str
    from_person: str
    to_user: str
    to_person: str
    starts_on: date
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is in force that Stockholm day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Act:
    """Something done in a case: by which person, and through which persons' rights (the delegation chain)."""

    act: str
    person: str
    behalf: tuple[str, ...] = ()

    @property
    def persons(self) -> frozenset[str]:
        """Everybody whose hand or rights were in it."""
        return frozenset((self.person, *self.behalf))


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What a route is made of."""

    rows: tuple[RouteRow, ...]
    tree: tuple[Responsibility, ...]
    acts: tuple[Act, ...] = ()
    secret: bool = False
    helpers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step; the same number: at the same time. `escalated_from`: the ansvar whose own may not act."""

    number: int
    responsibility: str
    name: str
    amount: Decimal
    attestant: Attestant
    escalated_from: str | None = None
    why: str | None = None
