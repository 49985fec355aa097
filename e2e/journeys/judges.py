"""What judges the pages in every journey is itself tried: a fault that came to be seen once is seen each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.pages.axe import violations

PAGE = """<html lang="sv"><head><title>Prov</title><style>{style}</style></head>
<body><main><h1>Prov</h1><p class="note">En rad att läsa</p></main></body></html>"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def _wrong(page: Any, style: str) -> list[str]:
    page.set_content(PAGE.format(style=style))
    return [rule["id"] for rule in violations(page)]


def test_what_is_hard_to_read_is_told_each_time(page: Any) -> None:
    assert [_wrong(page, ".note { color: #ccc }") for _ in range(2)] == [["color-contrast"]] * 2


@pytest.mark.parametrize(
    "style",
    [
        ".note { color: #ccc }",
        "main { background: #555 }",
        "main { opacity: 0.3 }",
        ".note { color: #777; } main { background: #eee }",
    ],
)
def test_what_was_good_in_other_colours_is_measured_anew(page: Any, style: str) -> None:
    assert _wrong(page, "") == []
    assert _wrong(page, "") == []
    assert _wrong(page, style) == ["color-contrast"]
