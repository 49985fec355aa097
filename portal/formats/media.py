"""Kinds of files that may be shown, told by how their bytes begin: never by a name or by what a sender says."""

from __future__ import annotations

from collections.abc import Mapping

BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
"""Media type → how such a file begins."""


def told_by_bytes(data: bytes) -> str | None:
    """The media type of a PDF, PNG or JPEG; None for everything else."""
    return next((kind for kind, beginnings in BEGINNINGS.items() if data.startswith(beginnings)), None)
