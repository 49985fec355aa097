"""What axe complains of on a page by WCAG 2.2 AA. Contrast is two thirds of its time: a look is measured until good."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OPTIONS = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
# One whose contrast is good is not measured again, on whichever page it comes back; what fails is told each time.
JUDGE = Path(__file__).with_name("judge.js").read_text("utf-8")
_good: set[str] = set()


def violations(page: Any) -> list[Any]:
    """What axe complains of on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    found, fresh = page.evaluate(JUDGE, [OPTIONS, list(_good)])
    _good.update(fresh)
    return list(found)


@lru_cache(maxsize=1)
def axe_script() -> str:
    """Half a megabyte: a context given it from the start (`add_init_script`) reads it in a fifth of the time."""
    return str(pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script)
