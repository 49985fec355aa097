"""A quantity with its unit: one and several, spoken and short, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.catalog.rules.units import UNITS
from portal.web.i18n import _locale
from portal.web.units import SEVERAL, SHORT, counted, counted_short

ONE, TEN = Decimal(1), Decimal(10)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", ("1 förpackning", "10 förpackningar", "1 förp", "10 förp", "10 rullar")),
        ("en", ("1 pack", "10 packs", "1 pack", "10 packs", "10 rolls")),
    ],
)
def test_the_word_after_a_figure_follows_the_figure(language: str, said: tuple[str, ...]) -> None:
    held = _locale.set(language)
    try:
        texts = (
            counted(ONE, "XPK"), counted(TEN, "XPK"), counted_short(ONE, "XPK"), counted_short(TEN, "XPK"),
            counted_short(TEN, "XRO"),
        )  # fmt: skip
    finally:
        _locale.reset(held)
    assert tuple(text.replace("\u00a0", " ") for text in texts) == said


def test_every_unit_can_be_several() -> None:
    assert set(SEVERAL) == set(UNITS)
    assert set(SHORT) <= set(UNITS)


def test_an_unknown_unit_stands_as_it_is() -> None:
    assert counted(TEN, "KRM").replace("\u00a0", " ") == "10 KRM"
    assert counted(TEN, "") == "10"
