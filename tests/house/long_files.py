"""Files over 200 lines, and why each is one file all the same."""

from __future__ import annotations

WHY_LONG: dict[str, str] = {}
