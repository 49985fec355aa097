"""What crosses the wall from the process that reads: the place of the table, marks, hidden rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.formats.child import read_apart
from portal.formats.tabular import read_table

CASES = Path(__file__).resolve().parents[1] / "cases" / "catalogues"
HEADINGS = frozenset(("artikelnummer", "artikelnr", "pris", "enhet", "unspsc"))


@pytest.mark.parametrize(
    "name",
    [
        "title-rows.xlsx",
        "hidden-rows.xlsx",
        "formulas-and-errors.xlsx",
        "number-formats.xlsx",
        "mac-roman.csv",
    ],
)
def test_the_reading_process_says_what_reading_here_says(name: str) -> None:
    data = (CASES / name).read_bytes()
    there, here = read_apart(data, headings=HEADINGS), read_table(data, headings=HEADINGS)
    assert (there.header, there.about) == (here.header, here.about)
    assert list(there.rows) == list(here.rows)
