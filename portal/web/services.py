"""What a request may use, built once by wiring and handed to every handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.db.session import Database
from portal.integrations.mail import Mail
from portal.integrations.object_store import ObjectStore
from portal.integrations.search import SearchEngine
from portal.kernel.dates import Clock
from portal.settings import Settings
from portal.web.assets import Assets

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Services:
    """The installation's parts, chosen by settings."""

    settings: Settings
    database: Database
    clock: Clock
    store: ObjectStore
    mail: Mail
    search: SearchEngine
    assets: Assets
    extra: dict[str, Any] = field(default_factory=dict)
