"""Every state is reached by an act, every move is made by one, and nothing speaks of a state that is not there."""

from __future__ import annotations

import importlib
import re

import pytest

from portal.kernel.workflow import Machine
from portal.web.help.controllers import ORDER_STATES
from portal.web.help.meanings import INVOICE_MEANINGS, ORDER_MEANINGS
from tests.house.flow import Place, index, texts
from tests.house.source import dotted, modules

MACHINES = {
    name: machine
    for module in modules()
    if module.path.endswith("/status.py")
    for name, machine in vars(importlib.import_module(module.path[:-3].replace("/", "."))).items()
    if isinstance(machine, Machine)
}


def made(name: str) -> frozenset[str]:
    """Codes that `move(session, NAME, subject, CODE, …)` and the steps of `move_all(session, NAME, …)` may give."""
    found: frozenset[str] = frozenset()
    for function in ("move", "move_all"):
        for call, module, around in index().calls[function]:
            if len(call.args) > 1 and dotted(call.args[1]) == name:
                if function == "move":
                    found |= texts(Place(call.args[3], module, around))
                else:
                    steps = [one for one in index().calls["Step"] if one[1] is module]
                    found = found.union(
                        *(texts(Place(one.args[1], module, inner)) for one, _m, inner in steps)
                    )
    return found


def test_the_machines_are_found() -> None:
    assert {"INVOICE", "ORDER", "REQUISITION", "RELATION", "ACCOUNT", "TERM", "UPLOAD", "SETTING"} <= set(
        MACHINES
    )


@pytest.mark.parametrize("name", MACHINES)
def test_every_move_is_made_by_some_act(name: str) -> None:
    codes = {move.code for move in MACHINES[name].moves}
    assert codes - made(name) == set()


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_by_acts(name: str) -> None:
    """From the state a row begins in, by moves that are made."""
    machine, acts = MACHINES[name], made(name)
    reached = {machine.initial} | _begun(machine)
    for _ in machine.states:
        reached |= {move.target for move in machine.moves if move.code in acts and move.sources & reached}
    assert set(machine.codes()) - reached == set()


def _begun(machine: Machine) -> set[str]:
    """A rule that needs no second person is in force when it is written (portal/invoicing/actions/setting_rules.py)."""
    return {"active"} if machine.name == "setting" else set()


def test_a_move_that_nobody_makes_is_found() -> None:
    """The finder tells machines apart: an order's acts are not a requisition's."""
    assert "take_back" in made("REQUISITION") and "take_back" not in made("ORDER")
    assert "approve" in made("REQUISITION") and "approve" not in made("ORDER")


def test_help_tells_of_the_states_that_are_there() -> None:
    assert set(INVOICE_MEANINGS) == set(MACHINES["INVOICE"].codes())
    assert set(ORDER_MEANINGS) == {state.code for state in ORDER_STATES}


def test_history_tells_of_moves_that_are_there() -> None:
    """A sentence for a move's tag, in any page's words, is of a move that somebody makes."""
    moves = {f"{one.name}:status:{move.code}" for one in MACHINES.values() for move in one.moves}
    told = {tag for module in modules("portal/web") for tag in re.findall(r'"(\w+:status:\w+)"', module.text)}
    # The life of an order begins with it: written by its insertion.
    assert told - moves - {"order:status:release"} == set()
    assert len(told) > 40
