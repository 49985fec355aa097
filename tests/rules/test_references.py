"""Finding a known number in what somebody wrote (formats.md §8, S01): whole fields and whole tokens only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.invoicing.rules.references import candidates, find, key, tokens

KNOWN = ("GSF100", "GSF200", "EX-100001", "FE-055", "2026/17", "123", "Kansliet", "ab 12")


def found(text: str | None, *more: str) -> tuple[str, str] | None:
    hit = find([("first", text), *(("more", one) for one in more)], KNOWN).hit
    return (hit.value, hit.how) if hit else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GSF100", ("GSF100", "exact")),
        (" gsf 100 ", ("GSF100", "exact")),
        ("kansliet", ("Kansliet", "exact")),
        ("123", ("123", "exact")),
        ("AB12", ("ab 12", "exact")),
        ("EX\N{EN DASH}100001", ("EX-100001", "exact")),
        ("GSF100 Anna A", ("GSF100", "leading")),
        ("GSF100_AB", ("GSF100", "leading")),
        ("gsf100, plan 2", ("GSF100", "leading")),
        ("Ref: GSF100", ("GSF100", "token")),
        ("Order FE-055", ("FE-055", "token")),
        ("Order nr: EX\N{NON-BREAKING HYPHEN}100001.", ("EX-100001", "token")),
        ("er ref 2026/17 (Anna)", ("2026/17", "token")),
        ("GSF100 och åter GSF100", ("GSF100", "leading")),
    ],
)
def test_the_number_is_found(text: str, expected: tuple[str, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None, "", "  ", "EX-1000011", "AGSF100", "GSF1000", "GSF100-1", "EX-100001/2", "se avtal 123",
        "123 Anna", "Kansliet, Anna", "Anna på kansliet", "GSF 100 Anna",
    ],
)  # fmt: skip
def test_parts_of_tokens_short_ones_and_names_among_words_are_not_found(text: str | None) -> None:
    assert found(text) is None


def test_two_different_numbers_are_none_and_both_are_told() -> None:
    search = find([("first", "GSF100 eller GSF200")], KNOWN)
    assert (search.hit, search.several) == (None, ("GSF100", "GSF200"))
    search = find([("first", "Ref GSF100"), ("second", "Ref GSF200")], KNOWN)
    assert (search.hit, search.several) == (None, ("GSF100", "GSF200"))


def test_a_whole_field_wins_over_a_part_of_a_better_one() -> None:
    assert found("Ref GSF200", "GSF100") == ("GSF100", "exact")
    assert found("GSF200", "GSF100") == ("GSF200", "exact")


def test_the_evidence_says_where_it_stands() -> None:
    hit = find([("order_reference", None), ("buyer_reference", "Ref: gsf100")], KNOWN).hit
    assert hit is not None
    assert (hit.field, hit.text, hit.value) == ("buyer_reference", "Ref: gsf100", "GSF100")


def test_what_is_found_has_been_looked_up() -> None:
    """Only what `candidates` names is asked of the database."""
    for text in ("Order ex\N{EN DASH}100001, Anna", "gsf100_AB", "FE-055"):
        hit = find([("first", text)], KNOWN).hit
        assert hit is not None and hit.value in candidates(text)


@given(st.text(max_size=60))
def test_any_text_gives_whole_tokens_only(text: str) -> None:
    for token in tokens(text):
        assert not any(sign.isspace() or sign == "_" for sign in token)
    search = find([("first", text)], KNOWN)
    if search.hit and search.hit.how != "exact":
        assert search.hit.value in tokens(text)
    assert candidates(text) == tuple(dict.fromkeys(candidates(text)))
    assert key(text) == key(key(text))


def test_a_novel_in_the_field_is_not_read_to_the_end() -> None:
    assert len(candidates("A1234 " * 100_000)) <= 4
    assert len(candidates(" ".join(f"A{n:06}" for n in range(50_000)))) <= 102
