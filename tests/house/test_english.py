"""English is complete: every Swedish text has its English one, with the same holes, and none is left over."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from portal.web.i18n import PartsDisagree, read_english
from tools.messages import HOLE, extract, missing, other_placeholders, stale

# Read from all templates and code: once for the tests that ask.
_shown = cache(extract)


def test_every_text_has_an_english_one() -> None:
    """`python tools/messages.py` prints the missing ones as entries to fill in."""
    by_file = defaultdict(list)
    for message in missing(_shown(), read_english()):
        by_file[message.place.rpartition(":")[0] or message.place].append(message.msgid)
    assert dict(by_file) == {}


def test_no_english_text_is_left_over() -> None:
    assert [(text.part, text.msgid) for text in stale(read_english())] == []


def test_both_languages_have_the_same_holes() -> None:
    assert [(text.part, text.msgid) for text in other_placeholders(read_english())] == []


def test_a_percent_sign_in_a_template_is_doubled() -> None:
    """Templates fill the holes of every text, so "25 %" must be written "25 %%", in both languages."""
    english = read_english()
    shown = {message.msgid for message in _shown().values() if message.place.startswith("templates/")}
    texts = shown | {text for msgid in shown & set(english) for text in english[msgid].texts}
    assert [text for text in texts if not _fills(text)] == []


def _fills(text: str) -> bool:
    try:
        return bool(text % dict.fromkeys(HOLE.findall(text), "")) or not text
    except (ValueError, TypeError):
        return False


def test_texts_are_found_where_they_stand() -> None:
    """One of each kind: template, gettext call, status table, permission, error, constant of a module."""
    found = _shown()
    for msgid in (
        "Hoppa till innehållet",
        "Du är utloggad.",
        "Ordermatchning krävs",
        "Se sekretess",
        "Uppladdningen finns inte.",
        "För många försök att logga in. Vänta en kvart och försök igen.",
    ):
        assert msgid in found
    assert any(message.plural for message in found.values())


def test_parts_that_disagree_are_refused(tmp_path: Path) -> None:
    for name, text in (("a", "Order"), ("b", "Purchase order")):
        (tmp_path / f"{name}.po").write_text(f'msgid "Beställning"\nmsgstr "{text}"\n', "utf-8")
    with pytest.raises(PartsDisagree, match="Beställning"):
        read_english(tmp_path, strict=True)
    assert read_english(tmp_path)["Beställning"].texts == ("Order",)


def test_our_parts_agree() -> None:
    assert read_english(strict=True)


def test_a_lost_hole_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "%(count)s rader"\nmsgstr "rows"\n', "utf-8")
    assert [text.msgid for text in other_placeholders(read_english(tmp_path))] == ["%(count)s rader"]
