"""An automatic decision as a value: what it saw, which rules and limits it used, what came out and why.

It is stored with the document and can be recomputed years later to the same bytes. Rule ids carry a version
("A4.08/1"), limits are part of the value, and a digest seals inputs and limits against a later change that
would happen to give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, Literal, TypeVar

from msgspec import json

from portal.kernel.dates import days_in_words
from portal.kernel.plain import canonical_bytes, to_plain

F = TypeVar("F")
Verdict = Literal["same", "different"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stopped or was let through. `message` is a msgid whose %(name)s holes `params` fill."""

    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    line: str | None = None

    @property
    def text(self) -> str:
        """The message in Swedish, filled in."""
        return self.message % days_in_words(self.params) if self.params else self.message

    def __hash__(self) -> int:
        return hash((self.code, self.text, self.rule, self.line))


@dataclass(frozen=True, slots=True)
class Control(Generic[F]):
    """One rule as data. `check` gives None when all is well; `version` rises when the check is changed."""

    code: str
    label: str
    severity: str
    check: Callable[[F], Reason | None]
    source: str = ""
    version: int = 1

    @property
    def rule(self) -> str:
        """The id stored with every decision: "A4.08/1"."""
        return f"{self.source or self.code}/{self.version}"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `inputs`, `limits` and `result` are frozen values or plain shapes; JSON keeps either."""

    kind: str
    inputs: Any
    limits: Any
    rules: tuple[str, ...]
    result: Mapping[str, Any]
    reasons: tuple[Reason, ...] = ()

    def to_bytes(self) -> bytes:
        """The stored shape in canonical JSON; `digest` in it is the sha256 of kind, inputs and limits."""
        return canonical_bytes(
            {
                "kind": self.kind,
                "inputs": self.inputs,
                "limits": self.limits,
                "rules": self.rules,
                "result": self.result,
                "reasons": self.reasons,
                "digest": sha256(canonical_bytes([self.kind, self.inputs, self.limits])).hexdigest(),
            }
        )


Recompute = Callable[[Mapping[str, Any], Mapping[str, Any]], Decision]


def run(controls: Sequence[Control[F]], facts: F) -> tuple[Reason, ...]:
    """All reasons that the controls give, in the table's order."""
    found = ((control, control.check(facts)) for control in controls)
    return tuple(
        Reason(reason.code, reason.message, reason.params, control.rule, reason.line)
        for control, reason in found
        if reason is not None
    )


def recompute(
    stored: bytes,
    registry: Mapping[str, Recompute],
    *,
    limits_in_force: Mapping[str, Any] | None = None,
) -> Verdict:
    """Run today's code of the decision's kind on the stored inputs and limits and compare byte by byte.

    `limits_in_force`: what the settings say held at the time; other than the stored ones means "different".
    A kind unknown today, or inputs today's code cannot read, are "different" too.
    """
    try:
        plain = json.decode(stored)
        if limits_in_force is not None and to_plain(limits_in_force) != plain["limits"]:
            return "different"
        today = registry[plain["kind"]](plain["inputs"], plain["limits"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return "different"
    return "same" if today.to_bytes() == canonical_bytes(plain) else "different"
