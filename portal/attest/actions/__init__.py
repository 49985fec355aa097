"""What changes in attest: routes and their steps, decisions, delegations."""

from portal.attest.actions.cases import HeldCase, hold, hold_case, share
from portal.attest.actions.decisions import record_decision
from portal.attest.actions.delegations import (
    NewDelegation,
    conflicts_of,
    register_delegation,
    revoke_delegation,
)
from portal.attest.actions.routes import open_steps, plan_route, void_steps
from portal.attest.actions.steps import AT_ONCE, StepOutcome, approve_step, return_steps, take_step
from portal.attest.actions.undoing import own_attest, take_back, undo_attest

__all__ = [
    "AT_ONCE",
    "HeldCase",
    "NewDelegation",
    "StepOutcome",
    "approve_step",
    "conflicts_of",
    "hold",
    "hold_case",
    "open_steps",
    "own_attest",
    "plan_route",
    "record_decision",
    "register_delegation",
    "return_steps",
    "revoke_delegation",
    "share",
    "take_back",
    "take_step",
    "undo_attest",
    "void_steps",
]
