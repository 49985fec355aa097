"""The page to show whoever opens an address that only takes forms: one that was pasted, kept, or of an answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

Components = tuple[Any, ...]


def page_above(app: Litestar, path: str) -> str:
    """The nearest address above the path that can be opened; the start page when there is none."""
    parts = [part for part in path.split("/") if part]
    while parts:
        parts.pop()
        if any(_fits(components, parts) for components in _pages(app)):
            break
    return "/" + "/".join(parts)


@lru_cache(maxsize=1)
def _pages(app: Litestar) -> tuple[Components, ...]:
    """The addresses that can be opened, in parts: words, and parameters with their parsers."""
    return tuple(
        tuple(route.path_components)
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    )


def _fits(components: Components, parts: list[str]) -> bool:
    same_length = len(components) == len(parts)
    return same_length and all(_is(*pair) for pair in zip(components, parts, strict=True))


def _is(component: Any, part: str) -> bool:
    if isinstance(component, str):
        return component == part
    try:
        return component.parser is None or component.parser(part) is not None
    except ValueError:
        return False
