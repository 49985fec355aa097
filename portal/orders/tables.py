"""A model's table, for statements over many rows that need no objects."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table

from portal.db.base import Base


def table_of(model: type[Base]) -> Table:
    """The table behind a model."""
    return cast(Table, model.__table__)
