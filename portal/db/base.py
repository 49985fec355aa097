"""The declarative base and the column shapes every model uses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, MetaData, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from portal.kernel.identifiers import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]
"""A row's own id: UUIDv7, so that keys grow with time and pages of new rows stay together."""
ConcernKey = Annotated[UUID, mapped_column(primary_key=True)]
"""The tenant, first in every primary key, so that the database can be distributed by concern."""
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Money = Annotated[Decimal, mapped_column(Numeric(18, 2))]
Price = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Rate = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Json = Annotated[Any, mapped_column(JSONB)]


class Base(DeclarativeBase):
    """All tables. Text is TEXT; an enum is TEXT with a CHECK made by `one_of`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text, dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """CHECK that a text column holds one of `values`: an enum that can grow by a migration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
