"""What a request may use, built once at start and handed to every handler."""

from __future__ import annotations

from dataclasses import dataclass

from portal.catalog.search import SearchFor
from portal.db.session import Database
from portal.integrations.mail import Mailer
from portal.integrations.object_store import ObjectStore
from portal.kernel.dates import Clock
from portal.settings import Settings
from portal.web.assets import Assets


@dataclass(frozen=True, slots=True)
class Services:
    """The installation's parts as the web needs them."""

    settings: Settings
    database: Database
    clock: Clock
    store: ObjectStore
    mailer: Mailer
    assets: Assets
    search: SearchFor
