from __future__ import annotations

from portal.kernel.text import sentence_list, squash, sv_key


def test_swedish_order() -> None:
    words = ["Öl", "zebra", "ål", "Äpple", "apa", "idé", "idel", "Wal", "val"]
    assert sorted(words, key=sv_key) == ["apa", "idé", "idel", "val", "Wal", "zebra", "ål", "Äpple", "Öl"]


def test_decomposed_letters_sort_as_composed_ones() -> None:
    assert sv_key("a\u030al") == sv_key("ål")


def test_sentences() -> None:
    assert squash(" a\u00a0 b\n c ") == "a b c"
    assert sentence_list(["a", "b", "c"]) == "a, b och c"
    assert sentence_list(["a"]) == "a"
    assert sentence_list([]) == ""
