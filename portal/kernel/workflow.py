"""Status as data: a Machine is one table of states and moves, read by everything that speaks of status.

Column type and CHECK, list tabs, filters, badges, buttons, the POST guard, the generated diagram and the
tests all read the same table; only portal.audit.transition writes a status.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class State:
    """One state. `label` is a msgid, `tone` one of ok warn stop info rest, `tab` waiting or handled."""

    code: str
    label: str
    tone: str
    icon: str
    tab: str
    handler: str | None = None
    source: str = ""
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One verb: from any of `sources` to `target`. `permission` None means the system alone makes it.

    `also` are further codes each of which is enough. A verb whose outcome a rule decides keeps its state as
    target (the person's act is recorded) and the system's move follows in the same transaction.
    """

    code: str
    label: str
    sources: frozenset[str]
    target: str
    permission: str | None = None
    source: str = ""
    also: frozenset[str] = frozenset()

    @property
    def permissions(self) -> frozenset[str]:
        """The codes any one of which allows this move; empty when the system alone makes it."""
        return frozenset() if self.permission is None else self.also | {self.permission}


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps a row back whoever moves it: while its boolean `column` is true no move leads into `targets`.

    `refused` is the msgid said instead. The row itself is read where the status is written, so a hold put on
    meanwhile counts too. `passed_by`: moves that only take something back, which no hold is in the way of.
    """

    column: str
    targets: frozenset[str]
    refused: str
    passed_by: frozenset[str] = frozenset()


class UnknownMove(LookupError):
    """No such move in this machine: a programming error, never shown to a person."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The life of one document type. Construction fails when a move names a state that does not exist."""

    name: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    initial: str
    hold: Hold | None = None
    _states: dict[str, State] = field(init=False, repr=False, default_factory=dict)
    _moves: dict[str, Move] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._states.update({state.code: state for state in self.states})
        self._moves.update({move.code: move for move in self.moves})
        if len(self._moves) != len(self.moves) or len(self._states) != len(self.states):
            raise ValueError(f"{self.name}: a state or move is named twice")
        named = {self.initial} | {move.target for move in self.moves}
        for move in self.moves:
            named |= move.sources
        named |= self.hold.targets if self.hold else frozenset()
        if unknown := named - self._states.keys():
            raise ValueError(f"{self.name}: unknown states {sorted(unknown)}")

    def state(self, code: str) -> State:
        """The state by code; KeyError when the machine has none."""
        return self._states[code]

    def move(self, code: str) -> Move:
        """The move by code; UnknownMove when the machine has none."""
        try:
            return self._moves[code]
        except KeyError:
            raise UnknownMove(f"{self.name} has no move {code!r}") from None

    def held(self, move: Move) -> bool:
        """Whether a hold on the row stops this move."""
        hold = self.hold
        return hold is not None and move.target in hold.targets and move.code not in hold.passed_by

    def codes(self) -> tuple[str, ...]:
        """All state codes, in the order they are shown."""
        return tuple(state.code for state in self.states)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that may start in `state`."""
        return tuple(move for move in self.moves if state in move.sources)

    def in_tab(self, tab: str) -> tuple[str, ...]:
        """State codes shown in one list tab."""
        return tuple(state.code for state in self.states if state.tab == tab)


def sources(*codes: str | Iterable[str]) -> frozenset[str]:
    """Spell a move's sources: sources("a", "b") or sources(GROUP)."""
    flat: set[str] = set()
    for code in codes:
        flat |= {code} if isinstance(code, str) else set(code)
    return frozenset(flat)
