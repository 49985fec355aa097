"""What changes in attest: routes and their steps, decisions, delegations."""

from portal.attest.actions.decisions import StepOutcome, approve_step, record_decision, return_steps
from portal.attest.actions.delegations import (
    NewDelegation,
    conflicts_of,
    register_delegation,
    revoke_delegation,
)
from portal.attest.actions.routes import open_steps, plan_route, void_steps

__all__ = [
    "NewDelegation",
    "StepOutcome",
    "approve_step",
    "conflicts_of",
    "open_steps",
    "plan_route",
    "record_decision",
    "register_delegation",
    "return_steps",
    "revoke_delegation",
    "void_steps",
]
