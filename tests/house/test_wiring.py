"""Every name that code puts on the queue is a job somebody does; every event listened for happens."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.jobs.schedule import SCHEDULE
from portal.settings import Settings
from portal.wiring import SUBSCRIPTIONS, build, registry
from tests.house.source import Module, at, calls, modules

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
# These two pass a name on that they were given.
PASS_IT_ON = {"portal/jobs/events.py", "portal/jobs/queue.py"}


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    installation = build(Settings(data_dir=tmp_path_factory.mktemp("data")), NOWHERE, NOWHERE)
    return frozenset(registry(installation))


def test_what_is_enqueued_is_registered(registered: frozenset[str]) -> None:
    named = [
        (place, name)
        for module in modules()
        if module.path not in PASS_IT_ON
        for place, name in _second_argument(module, "enqueue")
    ]
    assert len(named) > 5
    assert [(place, name) for place, name in named if name not in registered] == []


def test_what_is_scheduled_or_subscribed_is_registered(registered: frozenset[str]) -> None:
    assert {entry.job for entry in SCHEDULE} <= registered
    assert {job for jobs in SUBSCRIPTIONS.values() for job in jobs} <= registered


def test_a_job_has_its_domain_in_its_name(registered: frozenset[str]) -> None:
    assert {name.partition(".")[0] for name in registered} <= {
        "access", "audit", "attest", "coding", "catalog", "suppliers", "orders", "invoicing",
    }  # fmt: skip


def test_what_is_subscribed_to_happens() -> None:
    told = {name for module in modules() for _place, name in _second_argument(module, "emit")}
    assert set(SUBSCRIPTIONS) <= told


def _second_argument(module: Module, function: str) -> Iterator[tuple[str, str]]:
    """Where `function(session, NAME, …)` is called and with which name: written there, or a constant."""
    for name, call in calls(module.nodes):
        if name.split(".")[-1] == function and len(call.args) > 1:
            yield at(module, call.lineno), _value(call.args[1], module)


def _value(node: ast.AST, module: Module) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = node.id if isinstance(node, ast.Name) else ""
    for candidate in (module, *modules()):
        for statement in candidate.tree.body:
            if isinstance(statement, ast.Assign) and _assigns(statement, name):
                assert isinstance(statement.value, ast.Constant), f"{candidate.path}: {name} is no plain text"
                return str(statement.value.value)
    return f"not a constant: {ast.unparse(node)}"


def _assigns(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def test_one_head_of_the_migrations() -> None:
    folder = Path(__file__).resolve().parents[2] / "migrations" / "versions"
    files = sorted(folder.glob("[0-9]*.py"))
    numbers = [path.name[:4] for path in files]
    before = [_down_revision(path) for path in files]
    assert before == [None, *numbers[:-1]]


def _down_revision(path: Path) -> object:
    for statement in ast.parse(path.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and _assigns(statement, "down_revision"):
            return ast.literal_eval(statement.value)
    return "missing"
