"""The portal as a browser meets it, shared with the core's tests."""

from __future__ import annotations

from tests.web.browsing import rows, signed_in
from tests.web.core.conftest import make_site, shared_site, site

__all__ = ["make_site", "rows", "shared_site", "signed_in", "site"]
