from __future__ import annotations

import pytest

from portal.kernel.workflow import Machine, Move, State, UnknownMove, sources

OPEN, SHUT = State("open", "Öppen", "info", "eye", "waiting"), State("shut", "Stängd", "ok", "ban", "handled")
MOVES = (Move("shut", "Stäng", sources("open"), "shut", "A14", also=frozenset({"A44"})),
         Move("open", "Öppna", sources(["shut"]), "open"))  # fmt: skip
DOOR = Machine("door", (OPEN, SHUT), MOVES, "open")


def test_a_machine_answers_about_itself() -> None:
    assert DOOR.codes() == ("open", "shut")
    assert DOOR.moves_from("open") == (MOVES[0],)
    assert DOOR.in_tab("handled") == ("shut",)
    assert DOOR.state("open").label == "Öppen"
    with pytest.raises(UnknownMove):
        DOOR.move("break")


def test_permissions_of_a_move() -> None:
    assert DOOR.move("shut").permissions == {"A14", "A44"}
    assert DOOR.move("open").permissions == frozenset()


def test_a_wrong_table_does_not_start() -> None:
    with pytest.raises(ValueError, match="unknown states"):
        Machine("door", (OPEN,), MOVES, "open")
    with pytest.raises(ValueError, match="twice"):
        Machine("door", (OPEN, SHUT), MOVES + MOVES, "open")
