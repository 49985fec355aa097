"""What axe complains of on a page by WCAG 2.2 AA. What was judged good is not judged again, unless all is asked for."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OPTIONS = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}


def _program(name: str) -> str:
    """A function of a page, with `hash` beside it."""
    hashing, function = (Path(__file__).with_name(one).read_text("utf-8") for one in ("hash.js", name))
    return f"given => {{ {hashing}\nreturn (\n{function}\n)(given) }}"


# One whose contrast is good is not measured again, on whichever page it comes back; what fails is told each time.
JUDGE = _program("judge.js")
# A page of nothing but parts that stood on good pages is good; `make e2e` and `make deep` judge every page whole.
PARTS = _program("parts.js")
EVERY = bool(os.environ.get("PORTAL_JUDGE_EVERY"))
_good_looks: set[str] = set()
_good_parts: set[str] = set()


def is_known(page: Any) -> bool:
    """Whether the page in its window is made of nothing but parts that were judged good."""
    return not EVERY and _good_parts.issuperset(page.evaluate(PARTS))


def violations(page: Any) -> list[Any]:
    """What axe complains of on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_script())
    found, fresh = page.evaluate(JUDGE, [OPTIONS, list(_good_looks)])
    _good_looks.update(fresh)
    if not found:
        _good_parts.update(page.evaluate(PARTS))
    return list(found)


@lru_cache(maxsize=1)
def _axe_script() -> str:
    return str(pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script)
