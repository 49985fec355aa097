"""Built front-end files by their logical name, and icons as inline drawings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

_SVG = Markup(
    '<svg class="i" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>'
)


class AssetsMissing(RuntimeError):
    """The front end has not been built: `npm ci && npm run build`."""


@dataclass(frozen=True, slots=True)
class Assets:
    """What `npm run build` left behind; read once at start and never changed.

    `hashed` maps logical name ("app.css") → name with content hash; `icons` maps a Lucide name → the drawing
    inside its <svg>. Both come from our own build, never from a request, so the drawings are safe markup.
    """

    hashed: Mapping[str, str]
    icons: Mapping[str, Markup]
    base: str = "/static/build/"

    @classmethod
    def load(cls, folder: Path, base: str = "/static/build/") -> Assets:
        """Read manifest.json and icons.json in `folder`. Raises AssetsMissing when either is not there."""
        try:
            hashed = json.loads((folder / "manifest.json").read_text("utf-8"))
            drawings = json.loads((folder / "icons.json").read_text("utf-8"))
        except FileNotFoundError as error:
            raise AssetsMissing(f"{folder} has no built front end: run npm ci && npm run build") from error
        return cls(hashed, {name: Markup(inner) for name, inner in drawings.items()}, base)  # noqa: S704

    def url(self, name: str) -> str:
        """Address of a built file by its logical name; KeyError for an unknown one (a bug)."""
        return self.base + self.hashed[name]

    def icon(self, name: str) -> Markup:
        """The Lucide icon as an aria-hidden <svg class="i">: the word beside it carries the meaning."""
        return _drawn(self.icons[name])


@lru_cache(maxsize=512)
def _drawn(inner: Markup) -> Markup:
    return _SVG.format(inner)
