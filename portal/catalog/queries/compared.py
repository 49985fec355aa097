"""One article of an upload with every field, beside what the catalogue has today; and the agreement it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.models import Article, UploadRow
from portal.catalog.queries.rows import row_cells
from portal.catalog.rules.rows import ArticleRow
from portal.catalog.values import UploadFacts
from portal.kernel.errors import NotFound
from portal.suppliers.models import Agreement


@dataclass(frozen=True, slots=True)
class Compared:
    """Field → value: `old` is empty for a new article. `change` is None for a row that is left out."""

    item_no: str
    change: str | None
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says of prices and time."""

    number: str
    name: str
    valid_from: date
    valid_to: date | None
    price_terms: str
    cap: Decimal | None


async def compared_article(session: AsyncSession, upload: UploadFacts, row_number: int) -> Compared:
    """The row and today's article with its number; NotFound when the row holds no article."""
    row = await row_cells(session, upload, row_number)
    if row is None or row.item_no is None or row.name is None:
        raise NotFound("Raden finns inte.")
    query = select(Article).where(
        Article.concern_id == upload.concern_id, Article.catalogue_id == upload.catalogue_id,
        Article.item_no == row.item_no, Article.removed_at.is_(None),
    )  # fmt: skip
    today = (await session.execute(query)).scalar_one_or_none()
    return Compared(row.item_no, row.change, _values(today) if today else {}, _values(row))


def _values(row: Article | UploadRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ArticleRow._fields}


async def agreement_terms(session: AsyncSession, upload: UploadFacts) -> Terms | None:
    """The agreement's terms, as far as the reader sees it."""
    query = select(
        Agreement.number, Agreement.name, Agreement.valid_from, Agreement.valid_to, Agreement.price_terms,
        Agreement.cap_amount,
    ).where(Agreement.concern_id == upload.concern_id, Agreement.id == upload.agreement_id)  # fmt: skip
    found = (await session.execute(query)).one_or_none()
    return Terms(*found) if found else None
