"""Every drawing is known, drawn and used, and the longest prefix of a code decides."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from dev.demo_city.assortment import FILLING
from dev.demo_city.data import ARTICLES
from portal.catalog.rules.pictures import BY_CODE, GOODS, PICTURES, picture_of
from portal.catalog.rules.unspsc import SEGMENTS

DRAWINGS = {path.stem: path for path in (Path(__file__).parents[2] / "frontend" / "pictures").glob("*.svg")}


def test_drawings_and_words_are_the_same_ones() -> None:
    assert set(DRAWINGS) == set(PICTURES) == set(BY_CODE.values()) | {GOODS}


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_a_drawing_is_small_and_only_drawn(name: str) -> None:
    text = DRAWINGS[name].read_text("utf-8")
    assert len(text) < 4_000
    tags = {element.tag.partition("}")[2] for element in ElementTree.fromstring(text).iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "ellipse"}


def test_the_longest_prefix_decides() -> None:
    assert picture_of("44121708") == "marker"
    assert picture_of("44121799") == "pen"
    assert picture_of("50999999") == "food"
    assert [picture_of(code) for code in ("99999999", "9", "", None)] == [GOODS] * 4


def test_codes_are_whole_pairs_in_segments_there_are() -> None:
    assert [code for code in BY_CODE if len(code) % 2 or not code.isdigit() or code[:2] not in SEGMENTS] == []


def test_the_demo_shows_no_closed_box() -> None:
    codes = {kind.unspsc for filling in FILLING.values() for kind in filling.kinds} | {
        row[4] for row in ARTICLES
    }
    assert {code for code in codes if picture_of(code) == GOODS} == set()
