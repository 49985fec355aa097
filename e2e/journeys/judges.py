"""What judges the pages in every journey is itself tried: a fault that came to be seen once is seen each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.pages import axe
from e2e.pages.axe import is_known, violations

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


SEEN = "<p>Hej <a href=x>Rätta</a></p><ul><li>ett</li></ul><label for=n>Namn</label><input id=n>"


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (SEEN, True),
        (SEEN + "<p>Hej då <a href=x>Ändra</a></p>", True),
        (SEEN + "<p>Hej <a href=x></a></p>", False),
        (SEEN + "<p>Hej <button>Skicka</button></p>", False),
        (SEEN.replace("for=n", "for=m"), False),
        (SEEN + "<p id=n>Hej</p>", False),
        (f"<div>{SEEN}</div>", False),
        (SEEN + "<style>p { color: #ccc }</style>", False),
    ],
)
def test_only_a_page_of_parts_that_were_good_is_known(
    page: Any, monkeypatch: pytest.MonkeyPatch, content: str, known: bool
) -> None:
    monkeypatch.setattr(axe, "EVERY", False)
    page.set_content(PAGE.format(style="") + SEEN)
    assert violations(page) == []
    page.set_content(PAGE.format(style="") + content)
    assert is_known(page) is known


def test_what_looks_otherwise_in_another_window_is_not_known(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(axe, "EVERY", False)
    page.set_content(PAGE.format(style="@media (max-width: 320px) { p { color: #123 } }"))
    assert violations(page) == [] and is_known(page)
    page.set_viewport_size({"width": 500, "height": 600})
    assert is_known(page)
    page.set_viewport_size({"width": 320, "height": 600})
    assert not is_known(page)
