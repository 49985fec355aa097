"""The generated documents are what they would be if they were written now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.source import ROOT
from tools.documents import GENERATED, documents


@pytest.mark.skipif(
    not (ROOT / "static" / "build" / "manifest.json").exists(), reason="npm ci && npm run build first"
)
def test_they_are_fresh(tmp_path: Path) -> None:
    """Otherwise run: python tools/documents.py"""
    for name, text in documents(tmp_path).items():
        assert (GENERATED / name).read_text("utf-8") == text, f"{name} is old: run python tools/documents.py"
