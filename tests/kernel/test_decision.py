from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.decision import Control, Decision, Reason, recompute, run
from portal.kernel.plain import canonical_bytes, from_plain, to_plain


@dataclass(frozen=True, slots=True)
class Part:
    amount: Decimal
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    name: str
    parts: tuple[Part, ...]
    limit: Decimal


def _too_much(facts: Facts) -> Reason | None:
    total = sum((part.amount for part in facts.parts), Decimal(0))
    return Reason("much", "För mycket: %(sum)s", {"sum": str(total)}) if total > facts.limit else None


def _decide(version: int = 1) -> Any:
    def decide(inputs: Mapping[str, Any], limits: Mapping[str, Any]) -> Decision:
        facts = from_plain(Facts, {**inputs, "limit": limits["limit"]})
        controls = (Control("T01", "Summan", "stop", _too_much, version=version),)
        reasons = run(controls, facts)
        result = {"outcome": "stopped" if reasons else "passed"}
        return Decision("test", inputs, limits, tuple(c.rule for c in controls), result, reasons)

    return decide


INPUTS = {"name": "Åsa", "parts": [{"amount": "12.50", "day": "2026-02-28"}, {"amount": "1.00", "day": None}]}
STORED = _decide()(INPUTS, {"limit": "10"}).to_bytes()
REGISTRY = {"test": _decide()}


def _changed(**parts: Any) -> bytes:
    return canonical_bytes({**json.loads(STORED), **parts})


def test_the_same_inputs_limits_and_rules_give_the_same_bytes() -> None:
    assert recompute(STORED, REGISTRY) == "same"
    assert recompute(STORED, REGISTRY, limits_in_force={"limit": "10"}) == "same"
    assert json.loads(STORED)["rules"] == ["T01/1"]
    assert json.loads(STORED)["reasons"][0]["rule"] == "T01/1"


def test_a_changed_input_is_different_even_when_the_result_is_not() -> None:
    assert recompute(_changed(inputs={**INPUTS, "name": "Bo"}), REGISTRY) == "different"


def test_a_changed_limit_is_different_even_when_the_result_is_not() -> None:
    assert recompute(_changed(limits={"limit": "11"}), REGISTRY) == "different"
    assert recompute(STORED, REGISTRY, limits_in_force={"limit": "11"}) == "different"


def test_a_changed_rule_is_different() -> None:
    assert recompute(STORED, {"test": _decide(version=2)}) == "different"
    assert recompute(_changed(rules=["T01/2"]), REGISTRY) == "different"


@pytest.mark.parametrize("broken", [b"", b"{}", b"[]", b'{"kind":"gone","inputs":{},"limits":{}}'])
def test_what_cannot_be_read_is_different(broken: bytes) -> None:
    assert recompute(broken, REGISTRY) == "different"


def test_a_float_is_refused() -> None:
    with pytest.raises(ValueError, match="float"):
        to_plain({"amount": 1.5})


@given(st.lists(st.builds(Part, st.decimals(allow_nan=False, allow_infinity=False, places=2), st.dates())))
def test_plain_shapes_read_back_to_the_same_value(parts: list[Part]) -> None:
    facts = Facts("x", tuple(parts), Decimal("1.10"))
    assert from_plain(Facts, json.loads(canonical_bytes(facts))) == facts
