"""The concern's own rules: how a value is read, its bounds, and which change asks for two persons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from portal.access.rules.settings import (
    ACCOUNT_WAIT,
    AHEAD,
    CHARGE_CODES,
    HIDE_BUYER,
    MOST_ROUNDING,
    ROUNDING_ACCOUNT,
    RULES,
    ChangeForm,
    check_form,
    loosens,
    read_value,
    stored,
    value_of,
)
from portal.invoicing.match_values import MatchLimits
from portal.kernel.errors import Invalid

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("match.total_amount", "1 250,50", D("1250.50")), ("match.price_percent", "2,5", D("2.5")),
        (ACCOUNT_WAIT, "72", 72), (HIDE_BUYER, "ja", True), (HIDE_BUYER, "No", False),
        (CHARGE_CODES, "fc, ABL fc", ("ABL", "FC")), (CHARGE_CODES, " ", ()), (ROUNDING_ACCOUNT, "3740", "3740"),
        (ROUNDING_ACCOUNT, "", None),
    ],
)  # fmt: skip
def test_a_value_is_read_and_comes_back_from_the_store(key: str, written: str, value: Any) -> None:
    read = read_value(RULES[key], written, {"3740"})
    assert read == value
    assert value_of(RULES[key], stored(read)) == (RULES[key].default if value is None else value)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("match.total_amount", "5001"), ("match.total_amount", "-1"), ("match.total_amount", "mycket"),
        ("match.total_amount", ""), ("match.total_amount", "1.000"), ("match.total_amount", "NaN"),
        ("match.price_percent", "10,01"), (MOST_ROUNDING, "1,01"), (ACCOUNT_WAIT, "23"), (ACCOUNT_WAIT, "121"),
        (ACCOUNT_WAIT, "4 8"), (ACCOUNT_WAIT, "48,5"), (ACCOUNT_WAIT, "4８"), (HIDE_BUYER, "kanske"),
        (CHARGE_CODES, "F"), (CHARGE_CODES, "<b>"), (CHARGE_CODES, " ".join(f"A{n:c}" for n in range(65, 91))),
        (ROUNDING_ACCOUNT, "9999"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_the_rule_is_refused(key: str, written: str) -> None:
    with pytest.raises(Invalid):
        read_value(RULES[key], written, {"3740"})


@pytest.mark.parametrize(
    ("key", "before", "after", "two"),
    [
        ("match.total_amount", D(500), D(501), True), ("match.total_amount", D(500), D(499), False),
        (ACCOUNT_WAIT, 48, 47, True), (ACCOUNT_WAIT, 48, 120, False), (ACCOUNT_WAIT, 120, 48, True),
        (CHARGE_CODES, (), ("FC",), True), (CHARGE_CODES, ("FC", "ABL"), ("FC",), False),
        (CHARGE_CODES, ("FC",), ("ABL",), True), (HIDE_BUYER, False, True, False),
        (ROUNDING_ACCOUNT, None, "3740", False), (MOST_ROUNDING, D("0.50"), D(1), True),
    ],
)  # fmt: skip
def test_what_lets_more_through_asks_for_two(key: str, before: Any, after: Any, two: bool) -> None:
    assert loosens(RULES[key], before, after) == two


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (ChangeForm("1", "2026-11-20", "Beslut 12"), set()), (ChangeForm("1", "2026-11-19", "Beslut"), {"valid_from"}),
        (ChangeForm("1", str(TODAY + AHEAD), "Beslut"), set()), (ChangeForm("1", "2028-01-01", "B"), {"valid_from"}),
        (ChangeForm("1", "i dag", " "), {"valid_from", "why"}), (ChangeForm("1", "2026-11-20", "x" * 501), {"why"}),
    ],
)  # fmt: skip
def test_the_day_and_the_reason(form: ChangeForm, wrong: set[str]) -> None:
    assert set(check_form(form, TODAY)) == wrong


def test_what_is_stored_beyond_the_bounds_is_read_within_them() -> None:
    assert value_of(RULES[MOST_ROUNDING], "5.00") == D(1)
    assert value_of(RULES["match.price_percent"], "-3") == D(3)
    assert value_of(RULES[ACCOUNT_WAIT], "many") == 48


def test_the_limits_begin_with_the_rules_defaults() -> None:
    limits = MatchLimits()
    ours = [rule for rule in RULES.values() if rule.is_limit]
    assert len(ours) >= 6
    assert [getattr(limits, rule.key.removeprefix("match.")) for rule in ours] == [
        rule.default for rule in ours
    ]
