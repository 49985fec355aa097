"""All tables in one metadata: the only place that imports every domain's models, for migrations."""

from __future__ import annotations

from typing import Any

import portal.access.models as access
import portal.attest.models as attest
import portal.audit.models as audit
import portal.catalog.models as catalog
import portal.coding.models as coding
import portal.invoicing.models as invoicing
import portal.jobs.models as jobs
import portal.orders.models as orders
import portal.suppliers.models as suppliers
from portal.db.base import Base

MODELS = (access, attest, audit, catalog, coding, invoicing, jobs, orders, suppliers)
"""Importing a module is what puts its tables into the metadata."""
METADATA = Base.metadata


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """Leave the queue's own tables and alembic's to themselves when the schema is compared."""
    queue = name is not None and (name.startswith("procrastinate") or name == "alembic_version")
    return not (kind == "table" and queue)
