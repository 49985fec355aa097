from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.identifiers import (
    account_number,
    bankgiro,
    folded_number_key,
    format_bankgiro,
    format_org_number,
    format_plusgiro,
    gs1_ok,
    gtin,
    iban,
    invoice_number_key,
    luhn_ok,
    number_as_typed,
    org_number,
    plusgiro,
    uuid7,
    vat_number,
)  # fmt: skip


def test_organisation_numbers() -> None:
    assert org_number("559900-1012") == "5599001012"
    assert org_number("16 559900-1012") == "5599001012"
    assert org_number("559900-1013") is None
    assert org_number("55990010") is None
    assert format_org_number("5599001012") == "559900-1012"


def test_vat_numbers() -> None:
    assert vat_number("SE559900101201") == "SE559900101201"
    assert vat_number("se 559900-1012 01") == "SE559900101201"
    assert vat_number("SE559900101202") is None
    assert vat_number("SE559900101301") is None
    assert vat_number("DE559900101201") is None


def test_giros_and_iban() -> None:
    assert bankgiro("505-0109") == "5050109"
    assert bankgiro("4711-0010") == "47110010"
    assert bankgiro("505-0108") is None
    assert bankgiro("18") is None
    assert plusgiro("18") == "18"
    assert format_bankgiro("5050109") == "505-0109"
    assert format_plusgiro("12345674") == "1234567-4"
    assert iban("SE45 5000 0000 0583 9825 7466") == "SE4550000000058398257466"
    assert iban("SE45 5000 0000 0583 9825 7467") is None
    assert account_number("BANKGIRO", "505-0109") == account_number("BANKGIRO", "5050109")


def test_gs1_numbers() -> None:
    assert gtin("73513537") == "73513537"
    assert gtin("7350099900013 ") == "7350099900013"
    assert gtin("735009990001") is None


@pytest.mark.parametrize(
    "spelling", ["ab-12-34", "AB 12 34", " Ab.12/34 ", "ab_12\u00a0-34", "AB\u201112–34-", "ab \\ 12--34"]
)
def test_one_key_for_all_spellings_of_a_number(spelling: str) -> None:
    assert invoice_number_key(spelling) == "AB-12-34"


@pytest.mark.parametrize(("one", "other"), [
    ("O\u03081", "\u00d61"), ("\uff11\uff10", "10"), ("F\u200b-1", "F-1"), ("F\u00ad1", "f1"), ("F\ufe631", "F-1"),
])  # fmt: skip
def test_what_looks_the_same_is_the_same_number(one: str, other: str) -> None:
    """S06: two encodings of one number would be paid twice."""
    assert invoice_number_key(one) == invoice_number_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("26-1-11", "26-11-1"), ("1.0", "10"), ("007", "7"), ("0007", "007"), ("-", "_")]
)
def test_signs_and_zeros_are_part_of_the_number(one: str, other: str) -> None:
    """S06."""
    assert invoice_number_key(one) != invoice_number_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("2026-001", "2026001"), ("26-1-11", "26-11-1"), ("007", "0007"), ("1.0", "10")]
)
def test_folded_they_are_alike(one: str, other: str) -> None:
    assert folded_number_key(one) == folded_number_key(other)


def test_what_is_typed_finds_the_number_with_or_without_its_signs() -> None:
    assert number_as_typed("2026-001") == number_as_typed("2026001") == "2026001"
    assert number_as_typed(" - ") == ""


@given(st.text("0123456789", min_size=4, max_size=20), st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(body: str, position: int, change: int) -> None:
    for check in (luhn_ok, gs1_ok):
        good = next(f"{body}{digit}" for digit in range(10) if check(f"{body}{digit}"))
        at = position % len(good)
        bad = good[:at] + str((int(good[at]) + change) % 10) + good[at + 1 :]
        assert not check(bad)


def test_uuid7_is_ordered_and_well_formed() -> None:
    made = [uuid7() for _ in range(200)]
    assert all(value.version == 7 and value.variant == "specified in RFC 4122" for value in made)
    assert len(set(made)) == len(made)
    assert made[0].int >> 80 <= made[-1].int >> 80
