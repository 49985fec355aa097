"""The attest route (A6.02, A6.08): one step per ansvar in the coding, at the nearest who may act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.attest.rules.separation_of_duties import excluded
from portal.attest.values import Attestant, Responsibility, RouteFacts, RouteStep
from portal.kernel.decision import Reason
from portal.kernel.text import Message, sentence_list

_WHY = {
    "order": "har beställt",
    "review": "har granskat",
    "accept_deviation": "har granskat",
    "inactive": "är inte aktiv",
    "secret": "får inte se sekretess",
}


@dataclass(frozen=True, slots=True)
class Route:
    """The steps, or why there is no route: one reason per ansvar without an attestant."""

    steps: tuple[RouteStep, ...] = ()
    refusals: tuple[Reason, ...] = ()


def build_route(facts: RouteFacts, act: str = "approve_order") -> Route:
    """`act` is approve_order or approve. One step per ansvar, in their order, all at the same time."""
    tree = {node.code: node for node in facts.tree}
    shut_out = excluded(act, facts.acts)
    steps, refusals = [], []
    for code, amount in sorted(_amounts(facts).items()):
        found = _step(code, amount, tree, shut_out, facts)
        if isinstance(found, RouteStep):
            steps.append(found)
        else:
            refusals.append(found)
    return Route((), tuple(refusals)) if refusals else Route(tuple(steps))


def _amounts(facts: RouteFacts) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for row in facts.rows:
        totals[row.responsibility] = totals.get(row.responsibility, Decimal(0)) + row.amount
    return totals


def _step(
    code: str,
    amount: Decimal,
    tree: Mapping[str, Responsibility],
    shut_out: Mapping[str, str],
    facts: RouteFacts,
) -> RouteStep | Reason:
    if code not in tree:
        message = "Ansvar %(code)s finns inte i attestträdet. %(help)s"
        return Reason("attest_route", message, {"code": code, "help": _help(facts)}, "A1.03/1")
    passed: list[str] = []
    for node in _upwards(code, tree):
        why = _may_not(node.attestant, code, shut_out, facts)
        if node.attestant and why is None:
            return _made(tree[code], node, amount, passed)
        passed.append(
            f"{node.attestant.login} {_WHY[why or 'inactive']}"
            if node.attestant
            else f"{node.code} saknar attestant"
        )
    return _nobody(tree[code], passed, facts)


def _upwards(code: str, tree: Mapping[str, Responsibility]) -> list[Responsibility]:
    """The ansvar and those above it; a ring in the register ends where it closes."""
    path: list[Responsibility] = []
    current: str | None = code
    while current and current in tree and tree[current] not in path:
        path.append(tree[current])
        current = tree[current].parent
    return path


def _may_not(
    attestant: Attestant | None, code: str, shut_out: Mapping[str, str], facts: RouteFacts
) -> str | None:
    if attestant is None or not attestant.active:
        return "inactive"
    if facts.secret and not attestant.sees_secret:
        return "secret"
    return shut_out.get(attestant.person)


def _made(start: Responsibility, node: Responsibility, amount: Decimal, passed: list[str]) -> RouteStep:
    assert node.attestant is not None
    if node.code == start.code:
        return RouteStep(1, start.code, start.name, amount, node.attestant)
    why = Message(
        "Går till %(code)s %(name)s: %(why)s.", code=node.code, name=node.name, why=sentence_list(passed)
    )
    return RouteStep(1, start.code, start.name, amount, node.attestant, start.code, why)


def _nobody(start: Responsibility, passed: list[str], facts: RouteFacts) -> Reason:
    message = "Ingen kan attestera på ansvar %(code)s %(name)s: %(why)s. %(help)s"
    params = {"code": start.code, "name": start.name, "why": sentence_list(passed), "help": _help(facts)}
    return Reason("attest_route", message, params, "A6.08/1")


def _help(facts: RouteFacts) -> str:
    if not facts.helpers:
        return "Ingen administratör finns för organisationen: den som sköter portalen rättar attestträdet."
    return Message("Be %(who)s om hjälp.", who=sentence_list(facts.helpers, "eller"))
