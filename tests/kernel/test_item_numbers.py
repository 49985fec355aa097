"""When two article numbers are the same, and when they only look so."""

from __future__ import annotations

import pytest

from portal.kernel.clean_text import garbled, plain_text
from portal.kernel.item_numbers import item_number, item_number_alike, item_number_key


@pytest.mark.parametrize(
    "written", ["AB-1", "ab-1", " AB-1 ", "AB\u20131", "AB\u20111", "AB-1\u200b", "\ufeffAB-1", "AB\u22121"]
)
def test_the_same_number_has_one_key(written: str) -> None:
    assert item_number_key(written) == "AB-1"


def test_a_blank_within_is_another_number_that_looks_alike() -> None:
    assert item_number_key("AB 1") != item_number_key("AB-1")
    assert item_number_alike("AB 1") == item_number_alike("AB-1") == item_number_alike("ab1")
    assert item_number_alike("00471") == item_number_alike("471")
    assert item_number_alike("000") == "000"


def test_the_number_is_kept_as_written_but_for_what_nobody_sees() -> None:
    assert item_number("a\u030a-1") == "\u00e5-1"
    assert item_number("Ab\u00a01") == "Ab 1"


@pytest.mark.parametrize(("text", "plain"), [
    ("<p>Slitstark &amp; t\u00e5lig<br>mopp</p><script>alert(1)</script>", "Slitstark & t\u00e5lig mopp"),
    ("Mopp &quot;Pro&quot; <b>bred</b>", 'Mopp "Pro" bred'),
    ("R\u00f6r < 5 mm & muff", "R\u00f6r < 5 mm & muff"),
    ("H&M AB", "H&M AB"),
    ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
])  # fmt: skip
def test_markup_becomes_text_once(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_letters_that_went_wrong_are_seen() -> None:
    assert garbled("S\u00c3\u00a5pa") == "\u00c3\u00a5"
    assert garbled("S\u00e5pa \u00c5\u00c4\u00d6 \u00c3o") is None
