"""Attacks meet the same site as the web core's own tests."""

from __future__ import annotations

from tests.web.core.conftest import make_site, secure_site, shared_site, site

__all__ = ["make_site", "secure_site", "shared_site", "site"]
