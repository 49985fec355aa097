"""What is typed in a search: words, measures, numbers, what is left out; and what a misspelt word was meant to be."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.rules.named import Place, named_categories, named_places
from portal.catalog.rules.search_plan import NUMBER, OPEN, WHOLE, search_plan
from portal.catalog.rules.spelling import meant, shortened
from portal.catalog.rules.words import NOISE, fold, number_key, read_query, split_words

LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzåäö0123456789", min_size=1, max_size=12)
SIGNS = st.text(alphabet=NOISE, max_size=3)


def words(typed: str) -> list[str]:
    return [word.text for word in read_query(typed).words]


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("sopsäck i svart", ["sopsäck", "svart"]),
        ("i", ["i"]),
        ("A4-pärm", ["a4", "pärm"]),
        ("hdmi/displayport", ["hdmi", "displayport"]),
        ("660 liter", ["660 liter"]),
        ("660l säck", ["660 l", "säck"]),
        ("30cm linjal", ["30 cm", "linjal"]),
        ("1,5 % mjölk", ["1,5", "mjölk"]),
        ("1,5 procent", ["1,5"]),
        ('skärm 24"', ["skärm", "24"]),
        ("penna -röd", ["penna"]),
        ("!!! ---", []),
        ("tvål utan parfym", ["tvål", "utan", "parfym"]),
    ],
)
def test_words(typed: str, right: list[str]) -> None:
    assert words(typed) == right


def test_a_measure_is_the_same_however_it_is_written() -> None:
    forms = [read_query(typed).words[0].forms for typed in ("660 l", "660l", "660 liter", "660 LTR")]
    assert all(form == forms[0] for form in forms)
    assert ("660", "l") in forms[0] and ("660l",) in forms[0]
    assert read_query("1,5").words[0].forms == read_query("1.5").words[0].forms == (("1.5",), ("1", "5"))


def test_only_a_minus_before_a_word_leaves_out() -> None:
    assert read_query("penna -röd –blå").without == ("röd", "blå")
    assert read_query("KB-1001").without == read_query("A4 - pärm").without == ()
    assert read_query("penna -5").without == ()


@given(parts=st.lists(LETTERS, min_size=1, max_size=4), signs=st.lists(SIGNS, min_size=4, max_size=4))
def test_signs_and_case_do_not_change_a_number(parts: list[str], signs: list[str]) -> None:
    written = "".join(part + sign for part, sign in zip(parts, signs, strict=False))
    plain = "".join(parts)
    assert number_key(written) == number_key(written.upper()) == plain
    assert number_key(number_key(written)) == number_key(written)


@given(st.text(max_size=80))
def test_anything_typed_is_read_and_planned(typed: str) -> None:
    query = read_query(typed)
    assert len(query.words) <= 8
    assert all(any(map(str.isalnum, word.text)) for word in query.words)
    assert all("\0" not in term.simple + term.raw for term in search_plan(query, {}, {}))


@given(LETTERS)
def test_folding_is_done_once_and_for_all(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert len(fold(word)) == len(word)


def test_the_number_comes_before_the_words() -> None:
    plan = search_plan(read_query("KB 1001"), {}, {})
    assert [term.raw for term in plan if term.step == NUMBER] == ["'#1001bk'"]
    assert [term.simple for term in plan if term.step == WHOLE] == ["'kb'", "'1001'"]
    assert "'1001':*" in [term.simple for term in plan if term.step == OPEN]


def test_a_family_is_asked_by_its_beginning() -> None:
    plan = search_plan(read_query("44120000"), {}, {})
    assert "'§4412':*" in [term.raw for term in plan]


@pytest.mark.parametrize(
    ("typed", "known", "right"),
    [
        ("toapapper", [("torkpapper", 99), ("toalettpapper", 1)], "toalettpapper"),
        ("mjolk", [("mjölk", 1), ("molk", 9)], "mjölk"),
        ("kulspetspena", [("kulspetspenna", 2), ("gelpenna", 50)], "kulspetspenna"),
    ],
)
def test_meant(typed: str, known: list[tuple[str, int]], right: str) -> None:
    assert meant(typed, known)[0].word == right


def test_only_the_middle_may_be_left_out() -> None:
    assert shortened("toapapper", "toalettpapper")
    assert not shortened("torkpapper", "toalettpapper")
    assert not shortened("papper", "papper")


def test_names_and_numbers_of_places() -> None:
    office = Place(uuid4(), "Kontorsbolaget AB", "5560000001", "Kontorsmaterial och papper", "R-2026-001")
    food = Place(uuid4(), "Färskvaror i Exempelstad AB", "5560000002", "Livsmedel", "R-2026-002")

    def named(typed: str) -> list[tuple[tuple[object, ...], list[str], bool]]:
        found = named_places(read_query(typed), (office, food))
        return [(one.catalogues, [word.text for word in one.rest], one.first) for one in found]

    assert named("kontorsbolaget") == [((office.catalogue_id,), [], True)]
    assert named("kontorsbolaget pärm") == [((office.catalogue_id,), ["pärm"], False)]
    assert named("r2026 002") == [((food.catalogue_id,), [], True)]
    assert named("556000-0001") == [((office.catalogue_id,), [], True)]
    assert named("farskvaror") == [((food.catalogue_id,), [], False)]
    assert named("ab") == named("och") == named("penna") == []


def test_a_category_is_named_by_a_whole_word_of_it() -> None:
    assert named_categories(read_query("städmaterial").words) == {"städmaterial": {"47"}}
    assert named_categories(read_query("städ").words) == {}
    assert split_words("Städutrustning och städmaterial")[-1] == "städmaterial"
