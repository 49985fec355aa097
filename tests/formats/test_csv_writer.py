"""CSV for a spreadsheet: how cells are written, and that no text becomes a formula."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest

from portal.formats.csv_writer import BOM, csv_row


def _read(row: bytes) -> list[str]:
    return next(csv.reader(StringIO(row.decode(), newline=""), delimiter=";"))


def test_numbers_days_and_texts() -> None:
    row = csv_row(('Pärm; "röd"', Decimal("-1234.50"), 12, date(2026, 11, 29), None, ""))
    assert row == '"Pärm; ""röd""";-1234,50;12;2026-11-29;;\r\n'.encode()
    assert BOM == b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+46",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n@a",
        "  =1",
        "\u00a0=1",
        "\uff1d1+1",
        "\uff0bcmd",
        "\tx",
    ],
)
def test_a_text_is_never_a_formula(text: str) -> None:
    (cell,) = _read(csv_row((text,)))
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["A=B", "AB-1", "a@b.test", "12", "Räksmörgås"])
def test_other_texts_stand_as_they_are(text: str) -> None:
    assert _read(csv_row((text,))) == [text]


def test_a_text_stays_on_its_line() -> None:
    assert _read(csv_row(("a\r\nb\tc\0d",))) == ["a  b cd"]


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError):
        csv_row((datetime(2026, 11, 29, tzinfo=UTC),))
