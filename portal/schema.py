"""All tables in one metadata: the only place that imports every domain's models, for migrations and their test."""

from __future__ import annotations

from typing import Any

import portal.access.models
import portal.attest.models
import portal.audit.models
import portal.catalog.models
import portal.coding.models
import portal.invoicing.models
import portal.jobs.models
import portal.orders.models
import portal.suppliers.models
from portal.db.base import Base

METADATA = Base.metadata


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """Leave the queue's own tables and alembic's to themselves when the schema is compared."""
    return not (
        kind == "table"
        and name is not None
        and (name.startswith("procrastinate") or name == "alembic_version")
    )
