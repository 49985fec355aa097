from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import Invalid
from portal.kernel.money import (
    canonical,
    canonical_number,
    format_kr,
    format_number_sv,
    format_sv,
    parse_amount,
    to_ore,
)

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def test_rounding_is_half_up_away_from_zero() -> None:
    assert to_ore(Decimal("0.005")) == Decimal("0.01")
    assert to_ore(Decimal("-0.005")) == Decimal("-0.01")
    assert to_ore(Decimal("2.675")) == Decimal("2.68")
    assert to_ore(Decimal("1274.2249")) == Decimal("1274.22")


def test_swedish_spelling() -> None:
    assert format_sv(Decimal("1274.23")) == "1\u00a0274,23"
    assert format_sv(Decimal("-1274567.5")) == "\u22121\u00a0274\u00a0567,50"
    assert format_kr(Decimal("0.02")) == "0,02\u00a0kr"
    assert format_number_sv(Decimal("1000.00")) == "1\u00a0000"
    assert format_number_sv(Decimal("12.50")) == "12,5"


def test_canonical_spelling() -> None:
    assert canonical(Decimal("1274.23")) == "1274.23"
    assert canonical(Decimal("1E+2")) == "100.00"
    assert canonical_number(Decimal("10.500")) == "10.5"
    assert canonical_number(Decimal("1E+2")) == "100"
    assert canonical_number(Decimal("-0.0")) == "0"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 250,00", "1250.00"),
        ("1250.00", "1250.00"),
        ("1\u00a0250", "1250"),
        ("−5,5", "-5.5"),
        ("0,05", "0.05"),
    ],
)
def test_swedish_amounts_are_read(text: str, value: str) -> None:
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1.250,00 kr",
        "1.250",
        "1,250.00",
        "12 50",
        "1,",
        ".5",
        "1,234",
        "--1",
        "1e3",
        "NaN",
        "٣",
        "9" * 16,
    ],
)
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_amount(text)
    assert "Skriv" in str(caught.value)


@given(amounts)
def test_what_is_written_is_read_back(value: Decimal) -> None:
    assert parse_amount(format_sv(value)) == to_ore(value)
    assert parse_amount(canonical(value)) == to_ore(value)


@given(st.lists(amounts, max_size=20))
def test_rounding_never_moves_a_sum_more_than_half_an_ore_each(values: list[Decimal]) -> None:
    thirds = [value / 3 for value in values]
    assert abs(sum(map(to_ore, thirds)) - sum(thirds)) <= Decimal("0.0050001") * len(values)
