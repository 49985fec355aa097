"""The generated documents: who may use which route, the lives of documents, and the jobs.

    python tools/documents.py       write docs/generated/ anew

They are made from what the portal itself reads, and a test fails when a file is not what would be written.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litestar import Litestar

from dev.demo_city.data import USERS
from portal.access import permissions as p
from portal.app import create_app, declared_handlers
from portal.catalog.status import UPLOAD
from portal.invoicing.status import INVOICE
from portal.jobs.schedule import SCHEDULE
from portal.kernel.workflow import Machine
from portal.orders.status import ORDER, REQUISITION
from portal.settings import Settings
from portal.suppliers.status import ACCOUNT, RELATION, TERM
from portal.wiring import SUBSCRIPTIONS, build, registry

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ROOT / "docs" / "generated"
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
MACHINES = (REQUISITION, ORDER, INVOICE, UPLOAD, RELATION, ACCOUNT, TERM)
GROUP_LABELS = {group.code: group.label for group in p.GROUPS}
GROUP_CODES = {group.code: frozenset(group.permissions) for group in p.GROUPS}
HEAD = "<!-- Written by tools/documents.py. Do not edit. -->\n\n"


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of user: the column's name, a login of the demo city that is one, and the codes it holds."""

    name: str
    login: str | None
    codes: frozenset[str]


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """One method at one address, with the permissions any of which lets a person in."""

    path: str
    method: str
    codes: tuple[str, ...]

    def lets_in(self, role: Role) -> bool:
        """Whether the guard lets this role reach the handler."""
        return p.allowed(role.codes, self.codes)


def roles() -> tuple[Role, ...]:
    """Every group with its extra roles as the demo city has them, a supplier, and nobody."""
    found: dict[str, Role] = {}
    for login, _name, group, extra in USERS:
        name = " + ".join((GROUP_LABELS[group], *extra))
        found.setdefault(name, Role(name, login, GROUP_CODES[group] | {*extra, p.ANYONE_SIGNED_IN}))
    supplier = Role(
        "Leverantör", "leverantor@kontorsbolaget.test", frozenset({p.SUPPLIER, p.ANYONE_SIGNED_IN})
    )
    return (*found.values(), supplier, Role("Ingen", None, frozenset()))


def routes(app: Litestar) -> tuple[Route, ...]:
    """Every route of ours, in the order of its address."""
    found = set()
    for path, handler in declared_handlers(app):
        given = handler.opt["permission"]
        codes = (given,) if isinstance(given, str) else tuple(given)
        methods = {str(method) for method in getattr(handler, "http_methods", ())} - {"HEAD", "OPTIONS"}
        found |= {Route(path, method, codes) for method in methods}
    return tuple(sorted(found))


def unconnected(data_dir: Path) -> Litestar:
    """The application over an installation whose database is never asked."""
    return create_app(build(Settings(data_dir=data_dir, secret_key="none"), NOWHERE, NOWHERE))  # noqa: S106


def permissions_document(app: Litestar) -> str:
    """Route by role: who is let in by the guard."""
    columns = roles()
    lines = [
        "# Who may use which route",
        "",
        "● = let in by the guard. Which rows there are for them is decided after that: what lies outside is",
        "answered with 404, as if it did not exist. The same table is tried with live requests by",
        "tests/house/test_matrix.py.",
        "",
        *(f"{number}. {role.name}" for number, role in enumerate(columns, 1)),
        "",
        f"| Route | Any of | {' | '.join(str(number) for number, _ in enumerate(columns, 1))} |",
        f"|---|---|{':-:|' * len(columns)}",
    ]
    for route in routes(app):
        marks = " | ".join("●" if route.lets_in(role) else " " for role in columns)
        lines.append(f"| {route.method} {route.path} | {', '.join(route.codes)} | {marks} |")
    return HEAD + "\n".join(lines) + "\n"


def status_document() -> str:
    """Every machine as a diagram and as a table of its states."""
    return (
        HEAD
        + "# The lives of documents\n\n"
        + "\n".join(part for machine in MACHINES for part in _life(machine))
    )


def _life(machine: Machine) -> Iterator[str]:
    yield f"## {machine.name}\n\n```mermaid\nstateDiagram-v2"
    yield from (f"    {state.code}: {state.label}" for state in machine.states)
    yield f"    [*] --> {machine.initial}"
    for move in machine.moves:
        for source in sorted(move.sources):
            yield f"    {source} --> {move.target}: {move.label}"
    yield from (f"    {state.code} --> [*]" for state in machine.states if state.terminal)
    yield "```\n\n| Code | Shown as | Who handles it | Requirement |\n|---|---|---|---|"
    yield from (f"| {s.code} | {s.label} | {s.handler or ''} | {s.source} |" for s in machine.states)
    yield "\n| Move | Shown as | Permission | Requirement |\n|---|---|---|---|"
    for move in machine.moves:
        who = ", ".join(sorted(move.permissions)) or "system"
        yield f"| {move.code} | {move.label} | {who} | {move.source} |"
    yield ""


def jobs_document(names: Iterable[str], subscriptions: Mapping[str, tuple[str, ...]] = SUBSCRIPTIONS) -> str:
    """The schedule, what events set off, and every job by name."""
    lines = ["# Jobs", "", "Times are UTC; minute, hour, day, month, weekday and, sixth, second.", ""]
    lines += ["## Recurring", "", "| Name | When | Job | What it does |", "|---|---|---|---|"]
    lines += [f"| {e.name} | `{e.cron}` | {e.job} | {e.description} |" for e in SCHEDULE]
    lines += ["", "## Events", "", "| Event | Jobs |", "|---|---|"]
    lines += [f"| {event} | {', '.join(jobs)} |" for event, jobs in sorted(subscriptions.items())]
    lines += ["", "## Every job", "", *(f"- {name}" for name in sorted(names))]
    return HEAD + "\n".join(lines) + "\n"


def documents(data_dir: Path) -> dict[str, str]:
    """File name → what it should hold."""
    installation = build(Settings(data_dir=data_dir, secret_key="none"), NOWHERE, NOWHERE)  # noqa: S106
    return {
        "permissions.md": permissions_document(create_app(installation)),
        "status.md": status_document(),
        "jobs.md": jobs_document(registry(installation)),
    }


def main() -> int:
    """Write all of them."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in documents(Path(folder)).items():
            (GENERATED / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
